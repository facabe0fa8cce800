//! `POST /oauth/register`: a client registers itself (RFC 7591), where it is let.

use super::answer::{Failed, secret};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use http::header::AUTHORIZATION;
use salus_auth::oauth::{ClientState, Code, NewClient, NewSecret};
use salus_http::App;
use serde_json::{Value, json};

const MOST_BYTES: usize = 64 * 1024;

/// Register a client
///
/// By an invitation of an administrator as the bearer token, or, where the configuration says so, without one; then an
/// administrator has to let the client in before it may ask anybody.
#[utoipa::path(post, path = "/oauth/register", tag = "oauth", operation_id = "registerClient",
    responses(
        (status = 201, body = Object, description = "The client, with its id and, where it has one, its secret."),
        (status = 400, body = Object, description = "`error` and `error_description`."),
        (status = 401, body = Object, description = "There is no invitation, or it was used."),
    ))]
pub(crate) async fn handle(State(app): State<App>, request: Request) -> Result<Response, Failed> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let invitation = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let wrong = |_| Code::InvalidClientMetadata.because("The body is not the JSON of a client.");
    let body = axum::body::to_bytes(request.into_body(), MOST_BYTES)
        .await
        .map_err(|cause| wrong(cause.to_string()))?;
    let new: NewClient = serde_json::from_slice(&body).map_err(|cause| wrong(cause.to_string()))?;
    let made = app.auth.register_client(new, invitation.as_deref()).await?;
    Ok(secret(StatusCode::CREATED, registered(&made)))
}

/// The client as RFC 7591 §3.2.1 has it.
pub(crate) fn registered(made: &NewSecret) -> Value {
    let client = &made.client;
    let mut answer = json!({
        "client_id": client.id,
        "client_id_issued_at": client.created_at.as_second(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_uris,
        "token_endpoint_auth_method": client.auth_method,
        "grant_types": client.grant_types,
        "response_types": if client.redirect_uris.is_empty() { json!([]) } else { json!(["code"]) },
        "scope": client.scope,
        "id_token_signed_response_alg": client.id_token_alg,
        "require_pushed_authorization_requests": client.is_pushed_only,
        "access_token_format": client.token_format,
        "salus_state": if client.state == ClientState::Active { "active" } else { "waiting" },
    });
    if let Some(uri) = &client.jwks_uri {
        answer["jwks_uri"] = uri.as_str().into();
    }
    if let Some(secret) = &made.secret {
        answer["client_secret"] = secret.expose().as_str().into();
        answer["client_secret_expires_at"] = 0.into();
    }
    answer
}
