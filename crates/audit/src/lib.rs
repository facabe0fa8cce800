//! Who looked at what: the audit chain as FHIR AuditEvents, for the person, the administrator and the auditor.
//!
//! What it must never do: change or shorten the chain; show health data.

use salus_http::Capability;
use utoipa_axum::router::OpenApiRouter;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("audit", OpenApiRouter::new())
}
