//! A person's rights to their record: to take it with them, to correct, restrict and erase it.
//!
//! An erasure and an export are kept as resources of internal types, and done by jobs that may break off and go on.
//! What a person asks of others (a correction), and what they forbid (a restriction), are FHIR resources in their record
//! like everything else.
//!
//! What it must never do: leave a copy behind of what it erased; give out what the caller may not read; tell half an
//! archive as a whole one.
//!
//! Start reading at [`erasure`], then [`export`].

mod api;
mod config;
mod consent_words;
mod correction;
pub mod erasure;
pub mod export;
mod holder;
mod html;
mod restriction;
pub mod retention;

pub use config::Config;
pub use holder::Standing;
pub use retention::Retention;

use salus_http::Capability;
use std::sync::Arc;

/// What the server mounts.
pub fn capability(config: Config, retention: Retention) -> Capability {
    let config = Arc::new(config);
    Capability::new("rights", api::routes(Arc::clone(&config)))
        .job(erasure::handler())
        .job(export::handler())
        .job(export::expiry())
        .job(retention::handler(Arc::new(retention)))
}
