//! `GET /api/v1/certificate-keys`: what certificates are checked with.

use crate::erasure::public_keys;
use axum::extract::State;
use salus_http::{ApiError, App, Json};
use serde_json::Value;

/// Read the public keys of this installation, to check certificates with
#[utoipa::path(get, path = "/api/v1/certificate-keys", tag = "rights", operation_id = "certificateKeys",
    responses((status = 200, description = "A JSON Web Key Set (RFC 7517)", body = Value)))]
pub(crate) async fn handle(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    Ok(Json(public_keys(&app.store).await?))
}
