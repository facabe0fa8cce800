//! Identities at other providers that open one's account: linked, listed and unlinked by oneself.
//!
//! Whatever changes how one signs in needs a session and a fresh proof of who one is.

mod link_identity;
mod list_identities;
#[cfg(test)]
mod tests;
mod unlink_identity;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_identities::handle, link_identity::handle))
        .routes(routes!(unlink_identity::handle))
}
