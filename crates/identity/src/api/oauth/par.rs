//! `POST /oauth/par`: a client sends its request ahead (RFC 9126).

use super::answer::{Failed, secret};
use super::form::ClientForm;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use salus_http::App;
use serde_json::json;

/// Push a request for consent
#[utoipa::path(post, path = "/oauth/par", tag = "oauth", operation_id = "pushAuthorization",
    responses(
        (status = 201, body = Object, description = "`request_uri` and `expires_in`."),
        (status = 400, body = Object, description = "`error` and `error_description`."),
        (status = 401, body = Object, description = "The client did not prove who it is."),
    ))]
pub(crate) async fn handle(State(app): State<App>, body: ClientForm) -> Result<Response, Failed> {
    let (uri, seconds) = app.auth.push_request(&body.form, body.authorization()).await?;
    Ok(secret(StatusCode::CREATED, json!({ "request_uri": uri, "expires_in": seconds })))
}
