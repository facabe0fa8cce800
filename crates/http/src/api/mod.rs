//! The operations of the platform itself, one file each.

mod change_password;
mod end_session;
mod issue_token;
mod list_sessions;
mod list_tokens;
mod read_session;
mod revoke_token;
mod sign_in;
mod sign_out;

use crate::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_session::handle, sign_in::handle, sign_out::handle))
        .routes(routes!(list_sessions::handle))
        .routes(routes!(end_session::handle))
        .routes(routes!(list_tokens::handle, issue_token::handle))
        .routes(routes!(revoke_token::handle))
        .routes(routes!(change_password::handle))
        .routes(routes!(crate::health::alive))
        .routes(routes!(crate::health::ready))
}
