//! The operations, one file each.

mod read_keys;
mod rotate_master;
mod rotate_person;
#[cfg(test)]
mod tests;

use salus_http::App;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_keys::handle))
        .routes(routes!(rotate_master::handle))
        .routes(routes!(rotate_person::handle))
}

/// A rotation was taken on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RotationAccepted {
    /// To look up how far it is.
    job_id: String,
}
