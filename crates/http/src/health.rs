//! Is it alive, and is it ready? For whoever watches over the process.

use crate::{ApiError, App, Json};
use axum::extract::State;
use serde::Serialize;

/// Whether the process can serve.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `ok`: whatever else is an error.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn alive() -> Json<Health> {
    OK
}

/// The store answers: requests are welcome.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, body = Health),
    (status = 503, description = "The store does not answer; send requests elsewhere."),
))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    app.store.cursor("readiness").await.map_err(|cause| match cause {
        salus_store::Error::Busy => ApiError::busy(),
        cause => ApiError::internal(format!("the store does not answer: {cause}")),
    })?;
    Ok(OK)
}
