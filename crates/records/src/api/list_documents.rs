//! `GET /api/v1/people/{id}/documents`: the documents of a person.

use super::reading::{person, resources};
use crate::document::Kept;
use crate::shapes::DocumentItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List documents, newest first
#[utoipa::path(get, path = "/api/v1/people/{id}/documents", tag = "documents", operation_id = "listDocuments",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<DocumentItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<DocumentItem>>, ApiError> {
    person(&caller, &id).await?;
    let (stored, _) = resources(&caller, &id, "DocumentReference").await?;
    let mut items = Vec::with_capacity(stored.len());
    for one in stored {
        if let Some(kept) = Kept::of(&one.json()?) {
            items.push(item(one.id, kept));
        }
    }
    items.sort_by(|a, b| b.uploaded_at.cmp(&a.uploaded_at).then_with(|| a.id.cmp(&b.id)));
    Ok(Json(items))
}

pub(super) fn item(id: String, kept: Kept) -> DocumentItem {
    let date = kept.date();
    DocumentItem {
        id,
        title: kept.title,
        content_type: kept.media_type,
        size: kept.size,
        pages: kept.pages,
        state: kept.state,
        reason: kept.reason,
        uploaded_at: kept.uploaded.to_string(),
        date: Some(date),
    }
}
