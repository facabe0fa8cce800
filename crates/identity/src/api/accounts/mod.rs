//! Looking after everybody's accounts. For administrators; to anybody else there are no such pages.

mod add_certificate;
mod change_account;
mod create_account;
mod list_accounts;
mod list_certificates;
mod read_account;
mod remove_certificate;
mod shape;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts::handle, create_account::handle))
        .routes(routes!(read_account::handle, change_account::handle))
        .routes(routes!(list_certificates::handle, add_certificate::handle))
        .routes(routes!(remove_certificate::handle))
}
