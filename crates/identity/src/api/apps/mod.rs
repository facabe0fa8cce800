//! Apps that ask a person for access: the decision, and what was given.

mod decide;
mod list_apps;
mod open_launch;
mod read_request;
mod read_sign_out;
mod shape;
mod take_back;

pub(super) use shape::Permission;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_request::handle, decide::handle))
        .routes(routes!(read_sign_out::handle))
        .routes(routes!(list_apps::handle))
        .routes(routes!(take_back::handle))
        .routes(routes!(open_launch::handle))
}
