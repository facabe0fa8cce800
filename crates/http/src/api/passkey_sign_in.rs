//! `POST /api/v1/session/passkey`: signing in with a passkey alone.

use crate::api::read_session::Session;
use crate::api::second_step::step;
use crate::api::shown::PasskeyQuestion;
use crate::api::sign_in::{agent, signed_in};
use crate::{ApiError, App, ClientAddress, Json, cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::SET_COOKIE;
use serde::Deserialize;
use serde_json::Value;

/// A passkey's answer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyAnswer {
    /// The `PublicKeyCredential` in its JSON form (WebAuthn Level 3).
    #[schema(value_type = Object)]
    credential: Value,
}

/// Ask for a passkey
///
/// The passkey tells whose it is. Sets the cookie `__Host-salus-step`, which goes with the answer.
#[utoipa::path(post, path = "/api/v1/session/passkey-options", tag = "session", operation_id = "askPasskey",
    responses((status = 200, body = PasskeyQuestion)))]
pub(crate) async fn ask(State(app): State<App>) -> Result<Response, ApiError> {
    let (secret, options) = app.auth.begin_passkey_sign_in()?;
    let mut response = Json(PasskeyQuestion::from(options)).into_response();
    response.headers_mut().insert(SET_COOKIE, cookie::begin_step(&secret)?);
    Ok(response)
}

/// Sign in with a passkey
///
/// Sets the cookie `__Host-salus`.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "session", operation_id = "signInWithPasskey",
    request_body = PasskeyAnswer,
    responses((status = 200, body = Session), (status = 401, description = "The passkey's answer is not right.")))]
pub(crate) async fn handle(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(answer): Json<PasskeyAnswer>,
) -> Result<Response, ApiError> {
    let secret = step(&headers)?;
    let new = app.auth.sign_in_with_passkey(&secret, answer.credential, address, agent(&headers)).await?;
    let mut response = signed_in(&app, &headers, new).await?;
    response.headers_mut().append(SET_COOKIE, cookie::end_step());
    Ok(response)
}
