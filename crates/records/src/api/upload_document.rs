//! `POST /api/v1/people/{id}/documents`: a document comes in.

use super::list_documents::item;
use super::reading::person;
use super::uploads::{self, UploadForm};
use crate::receive::receive;
use crate::shapes::DocumentItem;
use axum::extract::{Multipart, State};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json, Path};

/// Upload a document
///
/// It is kept at once and read in the background: `state` goes from `received` over `reading` to `read`,
/// `needsYou` or `failed`, the last two with a reason.
#[utoipa::path(post, path = "/api/v1/people/{id}/documents", tag = "documents", operation_id = "uploadDocument",
    params(("id" = String, Path, description = "Id of the person")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, body = DocumentItem), (status = 404, body = salus_http::Problem),
              (status = 413, body = salus_http::Problem), (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<(StatusCode, Json<DocumentItem>), ApiError> {
    person(&caller, &id).await?;
    let upload = uploads::file(form).await?;
    let (document, kept) =
        receive(&app, &caller.records, &id, &upload.name, upload.bytes, Some(caller.account())).await?;
    Ok((StatusCode::ACCEPTED, Json(item(document, kept))))
}
