//! The operations of the emergency, one file each.

mod create_link;
mod end_access;
mod get_card;
mod get_contacts;
mod get_summary;
mod list_accesses;
mod list_links;
mod name_contacts;
mod note_access;
mod object_access;
mod open_access;
mod open_link;
mod read_file;
mod review_accesses;
mod revoke_link;
mod shapes;
mod show_link;
#[cfg(test)]
mod telling_tests;
#[cfg(test)]
mod tests;
mod who;

use crate::glass::attempts::Attempts;
use axum::Extension;
use axum::routing::{get, options};
use salus_http::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_card::handle))
        .routes(routes!(get_contacts::handle, name_contacts::handle))
        .routes(routes!(list_links::handle, create_link::handle))
        .routes(routes!(show_link::handle, revoke_link::handle))
        .routes(routes!(open_link::handle, read_file::direct))
        .routes(routes!(read_file::handle))
        .routes(routes!(list_accesses::handle, open_access::handle))
        .routes(routes!(end_access::handle))
        .routes(routes!(note_access::handle))
        .routes(routes!(review_accesses::handle))
        .routes(routes!(object_access::handle))
        .route("/api/v1/links/{link}", options(open_link::preflight))
        .route("/fhir/r4/{type}/{id}/$summary", get(get_summary::handle))
        .layer(Extension(Arc::new(Attempts::default())))
}
