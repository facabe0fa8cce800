//! Access policies: what accounts may do on top of their roles, and what they may not. For administrators.

mod create_policy;
mod delete_policy;
mod list_policies;
mod read_policy;
mod replace_policy;
mod shape;
#[cfg(test)]
mod tests;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_policies::handle, create_policy::handle)).routes(routes!(
        read_policy::handle,
        replace_policy::handle,
        delete_policy::handle
    ))
}
