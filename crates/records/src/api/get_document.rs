//! `GET /api/v1/documents/{id}`: one document.

use super::list_documents::item;
use crate::document::Kept;
use crate::shapes::DocumentItem;
use salus_http::{ApiError, Caller, Json, Path};

/// Read what is known of a document
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents", operation_id = "getDocument",
    params(("id" = String, Path, description = "Id of the document")),
    responses((status = 200, body = DocumentItem), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Json<DocumentItem>, ApiError> {
    let kept = kept(&caller, &id).await?;
    Ok(Json(item(id, kept)))
}

/// What is kept of a document that the caller may read.
pub(super) async fn kept(caller: &Caller, id: &str) -> Result<Kept, ApiError> {
    let absent = || ApiError::not_found("document");
    let stored = caller.records.read("DocumentReference", id).await?.ok_or_else(absent)?;
    Kept::of(&stored.json()?).ok_or_else(absent)
}
