//! `GET /oauth/jwks.json`: the public halves of the keys that sign.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use salus_http::{ApiError, App, Json};

/// The signing keys
///
/// A new key stands here for a day before it signs; the one before it, for a week after.
#[utoipa::path(get, path = "/oauth/jwks.json", tag = "oauth", operation_id = "signingKeys",
    responses((status = 200, body = Object, description = "A JSON Web Key Set (RFC 7517).")))]
pub(crate) async fn handle(State(app): State<App>) -> Result<Response, ApiError> {
    let keys = app.auth.published_keys().await?;
    Ok(([(CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response())
}
