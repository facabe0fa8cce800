//! The operations, a file each.

mod list_sharing;
mod owner;
mod share_record;
mod stop_sharing;
#[cfg(test)]
mod tests;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sharing::handle, share_record::handle))
        .routes(routes!(stop_sharing::handle))
}
