//! `POST /api/v1/people/{id}/import`: a file of records comes in.

use super::reading::person;
use super::uploads::{self, UploadForm};
use crate::document::{Content, sniff};
use crate::jobs::import_upload;
use crate::receive::keep_original;
use axum::extract::{Multipart, State};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::Batch;
use serde::Serialize;
use utoipa::ToSchema;

/// The import was taken on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportAccepted {
    /// To look up how far it is.
    job_id: String,
}

/// Import a file of records (FHIR JSON or NDJSON, HL7 v2, C-CDA; plain or gzipped) into a person's record
///
/// Whatever patient the file speaks of becomes this person; a file about several patients is refused. What is
/// not valid is left out, everything else is taken over. Importing a file twice changes nothing. HL7 v2 messages and
/// C-CDA documents are also kept as a document, as they were sent.
#[utoipa::path(post, path = "/api/v1/people/{id}/import", tag = "documents", operation_id = "importRecords",
    params(("id" = String, Path, description = "Id of the person")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportAccepted), (status = 404, body = salus_http::Problem),
              (status = 413, body = salus_http::Problem), (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<(StatusCode, Json<ImportAccepted>), ApiError> {
    person(&caller, &id).await?;
    let upload = uploads::file(form).await?;
    let is_of_others = match sniff(&upload.bytes) {
        Content::FhirJson | Content::FhirNdjson | Content::Gzip => false,
        Content::Hl7v2 | Content::Ccda => true,
        _ => {
            let why =
                "This is no file of records: neither FHIR JSON, nor an HL7 v2 message, nor a C-CDA document.";
            return Err(ApiError::invalid(why).at("file", why));
        }
    };
    // Whoever is erased meanwhile leaves no job with the name of their file behind.
    let records = caller.records.about(&id).await?;
    if is_of_others {
        keep_original(&app, &records, &id, &upload.name, upload.bytes.clone(), caller.account()).await?;
    }
    let blob = records.put_blob(Some(&id), upload.bytes).await?;
    let jobs = import_upload::jobs(&blob, &upload.name, &id, caller.account(), app.now());
    let (_, ids) = records.write_with_jobs(Batch { jobs, ..Batch::default() }).await?;
    let job_id = ids.into_iter().next().ok_or_else(|| ApiError::internal("a job without an id"))?;
    Ok((StatusCode::ACCEPTED, Json(ImportAccepted { job_id })))
}
