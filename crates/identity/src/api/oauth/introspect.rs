//! `POST /oauth/introspect`: what is known of a token (RFC 7662).

use super::answer::{Failed, secret};
use super::form::ClientForm;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use salus_http::App;
use serde_json::json;

/// Look at a token
///
/// Of its own tokens a client hears everything, of all others that they are not active.
#[utoipa::path(post, path = "/oauth/introspect", tag = "oauth", operation_id = "introspectToken",
    responses(
        (status = 200, body = Object, description = "`active`, and what there is to tell."),
        (status = 401, body = Object, description = "The client did not prove who it is."),
    ))]
pub(crate) async fn handle(State(app): State<App>, body: ClientForm) -> Result<Response, Failed> {
    let Some(found) = app.auth.introspect(&body.form, body.authorization()).await? else {
        return Ok(secret(StatusCode::OK, json!({ "active": false })));
    };
    let (since, until) = found.span();
    let issuer = app.auth.issuer();
    let mut answer = json!({
        "active": true,
        "iss": issuer.as_str(),
        "aud": issuer.fhir(),
        "sub": found.account(),
        "client_id": found.client(),
        "scope": found.scope(),
        "token_type": if found.is_access() { "Bearer" } else { "refresh_token" },
        "iat": since.as_second(),
        "exp": until.as_second(),
    });
    if let Some(patient) = found.grant.as_ref().and_then(|grant| grant.patient_id.as_deref()) {
        answer["patient"] = patient.into();
    }
    Ok(secret(StatusCode::OK, answer))
}
