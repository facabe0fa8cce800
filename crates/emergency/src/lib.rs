//! The emergency: the card with what a stranger must know to help, links that share it, and breaking the glass.
//!
//! What it must never do: open more than the person agreed to; open anything without telling them.

use salus_http::Capability;
use utoipa_axum::router::OpenApiRouter;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("emergency", OpenApiRouter::new())
}
