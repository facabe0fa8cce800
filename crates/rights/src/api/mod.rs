//! The operations of people's rights, one file each.

mod call_off_erasure;
mod certificate_keys;
mod consent_history;
mod decide_correction;
mod delete_export;
mod download_export;
mod get_certificate;
mod get_erasure;
mod get_export;
mod lift_restriction;
mod list_corrections;
mod list_erasures;
mod list_exports;
mod list_restrictions;
mod preview_erasure;
mod request_correction;
mod request_erasure;
mod request_export;
mod restrict;
mod shapes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wishes_tests;

use crate::Config;
use axum::Extension;
use salus_http::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All of them.
pub(crate) fn routes(config: Arc<Config>) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview_erasure::handle, request_erasure::handle))
        .routes(routes!(list_erasures::handle))
        .routes(routes!(get_erasure::handle, call_off_erasure::handle))
        .routes(routes!(get_certificate::handle))
        .routes(routes!(certificate_keys::handle))
        .routes(routes!(list_exports::handle, request_export::handle))
        .routes(routes!(get_export::handle, delete_export::handle))
        .routes(routes!(download_export::handle))
        .routes(routes!(request_correction::handle))
        .routes(routes!(list_corrections::handle))
        .routes(routes!(decide_correction::handle))
        .routes(routes!(list_restrictions::handle, restrict::handle))
        .routes(routes!(lift_restriction::handle))
        .routes(routes!(consent_history::handle))
        .layer(Extension(config))
}
