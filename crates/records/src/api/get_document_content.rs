//! `GET /api/v1/documents/{id}/content`: the file itself.

use super::get_document::kept;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use salus_http::{ApiError, Caller, Path};
use salus_store::BlobId;

/// Read the file of a document, to be shown in place
#[utoipa::path(get, path = "/api/v1/documents/{id}/content", tag = "documents", operation_id = "getDocumentContent",
    params(("id" = String, Path, description = "Id of the document")),
    responses((status = 200, description = "The file as it was uploaded", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    let kept = kept(&caller, &id).await?;
    let blob: BlobId = kept.blob.parse()?;
    let bytes = caller.records.get_blob(&blob).await?;
    let headers = [(CONTENT_TYPE, kept.media_type), (CONTENT_DISPOSITION, "inline".to_owned())];
    Ok((headers, bytes).into_response())
}
