//! Showing who one is: second factors, passkeys and codes, and the OAuth 2.1, OpenID Connect and SMART endpoints.
//!
//! The HTTP face of `auth`, which decides. What it must never do: decide who somebody is, or what they may see.

use salus_http::Capability;
use utoipa_axum::router::OpenApiRouter;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("identity", OpenApiRouter::new())
}
