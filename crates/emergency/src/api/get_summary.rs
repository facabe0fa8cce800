//! `GET /fhir/r4/Patient/{id}/$summary`: the International Patient Summary, as its operation is defined by HL7.

use crate::ips;
use crate::link::FHIR_JSON;
use crate::record::{Extent, Record};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use salus_http::{ApiError, Caller, Path};

pub(crate) async fn handle(
    caller: Caller,
    Path((type_name, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    if type_name != "Patient" {
        return Err(ApiError::not_found("operation"));
    }
    let record = Record::read(&caller.records, &id, Extent::Summary).await?;
    let record = record.ok_or_else(|| ApiError::not_found("resource"))?;
    let document = ips::document(&record, Extent::Summary).to_string();
    Ok(([(CONTENT_TYPE, format!("{FHIR_JSON}; charset=utf-8"))], document).into_response())
}
