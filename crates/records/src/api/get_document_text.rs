//! `GET /api/v1/documents/{id}/text`: the words of a document, page by page.

use super::get_document::kept;
use crate::document::Layer;
use salus_http::{ApiError, Caller, Json, Path};
use salus_store::{BlobId, Error};
use serde::Serialize;
use utoipa::ToSchema;

/// The words of a document as Salus read them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentText {
    /// The pages, in order: rows are parted by line feeds, cells of a table by tabs.
    pages: Vec<String>,
}

/// Read the words of a document
#[utoipa::path(get, path = "/api/v1/documents/{id}/text", tag = "documents", operation_id = "getDocumentText",
    params(("id" = String, Path, description = "Id of the document")),
    responses((status = 200, description = "Its words; no pages where it was not read (yet)", body = DocumentText),
              (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Json<DocumentText>, ApiError> {
    let kept = kept(&caller, &id).await?;
    let Some(name) = &kept.layer else { return Ok(Json(DocumentText { pages: Vec::new() })) };
    let blob: BlobId = name.parse()?;
    let bytes = caller.records.get_blob(&blob).await?;
    let broken = |_| Error::Corrupt("the text of a document cannot be read".to_owned());
    let layer: Layer = serde_json::from_slice(&bytes).map_err(broken)?;
    Ok(Json(DocumentText { pages: layer.pages.into_iter().map(|page| page.text).collect() }))
}
