//! Looking after the programs that may ask people for access. For administrators.

mod add_client;
mod approve_client;
mod invite_client;
mod list_clients;
mod remove_client;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_clients::handle, add_client::handle))
        .routes(routes!(invite_client::handle))
        .routes(routes!(approve_client::handle))
        .routes(routes!(remove_client::handle))
}
