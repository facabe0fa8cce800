//! The endpoints that other programs speak to: OAuth 2.1, OpenID Connect and SMART App Launch 2, a file each.

mod answer;
mod authorize;
mod discovery;
mod end_session;
mod form;
mod introspect;
mod jwks;
mod par;
mod register;
mod revoke;
mod smart;
#[cfg(test)]
mod tests;
mod token;
mod userinfo;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(discovery::openid))
        .routes(routes!(discovery::oauth))
        .routes(routes!(smart::handle))
        .routes(routes!(jwks::handle))
        .routes(routes!(authorize::handle, authorize::handle_form))
        .routes(routes!(par::handle))
        .routes(routes!(token::handle))
        .routes(routes!(introspect::handle))
        .routes(routes!(revoke::handle))
        .routes(routes!(register::handle))
        .routes(routes!(userinfo::handle, userinfo::handle_post))
        .routes(routes!(end_session::handle, end_session::handle_form))
}
