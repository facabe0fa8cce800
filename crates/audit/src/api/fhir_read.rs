//! `GET /fhir/r4/AuditEvent/{id}`: one entry of the audit, in FHIR.

use super::{FHIR_JSON, origin, server_of};
use crate::event::audit_event;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use salus_access::Role;
use salus_http::{ApiError, App, Caller, Path};
use salus_store::{AuditFilter, AuditRecord};

pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let absent = || ApiError::not_found("resource");
    let seq: u64 = id.parse().map_err(|_| absent())?;
    let record = find(&caller, seq).await?.ok_or_else(absent)?;
    let origin = origin(&app, &headers);
    let event = audit_event(&record, server_of(&origin)).to_string();
    Ok(([(CONTENT_TYPE, FHIR_JSON)], event).into_response())
}

/// The entry, where it is for the caller to see: about nobody in particular only for those who run the installation.
async fn find(caller: &Caller, seq: u64) -> Result<Option<AuditRecord>, ApiError> {
    let whole = [None];
    let own: Vec<Option<String>> = caller.subject.patients.keys().cloned().map(Some).collect();
    let patients = if caller.subject.has_role(Role::Admin) { &whole[..] } else { &own[..] };
    for patient in patients {
        let filter = AuditFilter {
            patient: patient.clone(),
            before: Some(seq.saturating_add(1)),
            ..AuditFilter::default()
        };
        let found = match caller.records.audit(&filter, 1).await {
            Err(salus_store::Error::Denied) => continue,
            found => found?,
        };
        if let Some(record) = found.into_iter().find(|record| record.seq == seq) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}
