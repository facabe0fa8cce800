//! What erasures and exports look like on the wire.

use crate::erasure::{Certificate, Erasure};
use crate::export::RecordExport;
use serde::Serialize;
use utoipa::ToSchema;

/// An erasure.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Erasure)]
pub(crate) struct ErasureItem {
    /// To look it up by.
    id: String,
    /// `waiting`, `running`, `done` or `cancelled`.
    state: &'static str,
    /// When it was asked for (RFC 3339).
    requested_at: String,
    /// As what: `self`, `parent`, `admin`, `operator`.
    requested_as: String,
    /// Until then it can be called off (RFC 3339).
    not_before: String,
    /// Once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
    /// The certificate as a page to print: HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

impl From<Erasure> for ErasureItem {
    fn from(erasure: Erasure) -> Self {
        Self {
            id: erasure.id,
            state: erasure.state.code(),
            requested_at: erasure.requested_at.to_string(),
            requested_as: erasure.requested_as,
            not_before: erasure.not_before.to_string(),
            page: erasure.certificate.as_ref().map(Certificate::page),
            certificate: erasure.certificate,
        }
    }
}

/// An archive of everything in a record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordExport)]
pub(crate) struct ExportItem {
    /// To look it up by.
    id: String,
    /// `waiting`, `running`, `ready` or `failed`.
    state: &'static str,
    /// When it was asked for (RFC 3339).
    requested_at: String,
    /// It is deleted then (RFC 3339).
    expires_at: String,
    /// Whether the versions of the past are in it.
    with_history: bool,
    /// The name of the file.
    file_name: String,
    /// In bytes, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// The piece of background work, to see how far it is.
    job_id: String,
}

impl From<RecordExport> for ExportItem {
    fn from(export: RecordExport) -> Self {
        Self {
            job_id: export.job_id(),
            state: export.state.code(),
            requested_at: export.requested_at.to_string(),
            expires_at: export.expires_at.to_string(),
            with_history: export.with_history,
            file_name: export.file_name,
            size: export.size,
            id: export.id,
        }
    }
}
