//! `POST /api/v1/people/{id}/documents`: a document comes in.

use super::list_documents::item;
use super::reading::person;
use super::uploads::{self, UploadForm};
use crate::document::{Kept, State as Reading, sniff};
use crate::jobs::read_document;
use crate::shapes::DocumentItem;
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Multipart, State};
use http::StatusCode;
use salus_core::Uid;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Op};

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
    let kept = Kept {
        title: upload.name,
        media_type: sniff(&upload.bytes).media_type().to_owned(),
        size: upload.bytes.len() as u64,
        sha256: hex::encode(digest(&SHA256, &upload.bytes)),
        blob: caller.records.put_blob(Some(&id), upload.bytes).await?.to_string(),
        uploaded: caller.now,
        dated: None,
        state: Reading::Received,
        reason: None,
        pages: None,
        layer: None,
    };
    let document = Uid::fresh(app.clock.as_ref(), app.rng.as_ref()).to_string();
    let batch = Batch {
        ops: vec![Op::Create { resource: kept.resource(&document, &id) }],
        jobs: vec![read_document::job(&document, &id, caller.account())],
        ..Batch::default()
    };
    caller.records.write(batch).await?;
    Ok((StatusCode::ACCEPTED, Json(item(document, kept))))
}
