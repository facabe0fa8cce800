//! Who looked at what: the audit chain as FHIR AuditEvents, for the person, the administrator and the auditor; and the
//! care of it: anchors outside the house, and an end when its time is over.
//!
//! What it must never do: change the chain, or shorten it by more than is past its time; show anybody more than
//! [`salus_store::Records::audit`] lets them see.
//!
//! Start reading at `event.rs` (an entry in FHIR), then `api/`, then [`anchors`] and [`keep`].

pub mod anchors;
mod api;
mod event;
pub mod export;
pub mod keep;
mod shape;
mod words;

pub use event::audit_event;
pub use keep::AuditConfig;

use salus_http::Capability;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("audit", api::routes())
}
