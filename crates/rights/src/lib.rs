//! A person's rights to their record: to take it with them, to correct, restrict and erase it.
//!
//! What it must never do: leave a copy behind of what it erased; give out what the caller may not read.

use salus_http::Capability;
use utoipa_axum::router::OpenApiRouter;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("rights", OpenApiRouter::new())
}
