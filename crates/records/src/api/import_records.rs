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

#[cfg(test)]
mod tests {
    use salus_http::testing::TestApp;
    use serde_json::json;

    const MESSAGE: &str = "MSH|^~\\&|LAB|FAC|||20240302120000+0100||ORU^R01|2|P|2.5\rPID|1||7^^^FAC^MR||Rossi^Maria\rZZ1|x\rOBR|1||F1|1^Panel|||20240302080000+0100\rOBX|1|NM|2345-7^Glucose^LN||7.8|mmol/L|||||F\r";
    const DOCUMENT: &str = "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Summary</title></ClinicalDocument>";

    #[tokio::test]
    async fn what_another_system_sent_is_taken_over_and_kept_as_it_was_sent() {
        let app = TestApp::with_capabilities(|| vec![crate::capability(crate::Reader::Here)]).await;
        let maria = app.person("maria").await;
        let path = format!("/api/v1/people/{}/import", maria.patient());
        let documents = format!("/api/v1/people/{}/documents", maria.patient());
        for (name, content, said, kept) in [
            ("labs.hl7", MESSAGE, "no place in the record", 1),
            ("labs.hl7", MESSAGE, "no place in the record", 1),
            ("summary.xml", DOCUMENT, "taken over", 2),
        ] {
            let sent = maria.upload(&path, name, "application/octet-stream", content.as_bytes()).await;
            assert_eq!(sent.status(), 202, "{}", sent.text());
            app.settle().await;
            let id = sent.json()["jobId"].as_str().unwrap().to_owned();
            let job = maria.get(&format!("/api/v1/jobs/{id}")).await.json();
            assert_eq!(job["state"], "done", "{job}");
            assert!(job["message"].as_str().unwrap().contains(said), "{job}");
            assert_eq!(maria.get(&documents).await.json().as_array().unwrap().len(), kept, "{name}");
        }
        let results = maria.get(&format!("/api/v1/people/{}/results", maria.patient())).await.json();
        let latest = &results[0]["latest"];
        assert_eq!((latest["value"].as_f64(), &latest["unit"]), (Some(7.8), &json!("mmol/L")), "{results}");
        let kept = maria.get(&documents).await.json();
        let labs = kept.as_array().unwrap().iter().find(|item| item["title"] == "labs.hl7").unwrap();
        assert_eq!(
            (&labs["state"], &labs["contentType"]),
            (&json!("read"), &json!("x-application/hl7-v2+er7"))
        );
        let content = format!("/api/v1/documents/{}/content", labs["id"].as_str().unwrap());
        assert_eq!(maria.get(&content).await.text(), MESSAGE);
    }

    #[tokio::test]
    async fn what_is_no_file_of_records_is_refused() {
        let app = TestApp::with_capabilities(|| vec![crate::capability(crate::Reader::Here)]).await;
        let maria = app.person("maria").await;
        let path = format!("/api/v1/people/{}/import", maria.patient());
        for content in ["Dear colleague", "<html></html>", "{\"a\": 1}", "PID|1||7"] {
            let sent = maria.upload(&path, "a.hl7", "text/plain", content.as_bytes()).await;
            assert_eq!(sent.status(), 422, "{content}");
        }
    }
}
