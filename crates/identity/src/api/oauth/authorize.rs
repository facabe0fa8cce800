//! `GET /oauth/authorize`: a client sends a browser here to ask for consent.
//!
//! Nothing is decided here: the browser goes on to the consent screen, which carries the request about as one word, or
//! back to the client where the request is wrong and the client is one of ours.

use super::form::ClientForm;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use salus_auth::oauth::{Asked, AuthorizeError};
use salus_http::{ApiError, App};

/// Ask for consent
#[utoipa::path(get, path = "/oauth/authorize", tag = "oauth", operation_id = "authorize",
    responses((status = 303, description = "To the consent screen, or back to the client with an `error`.")))]
pub(crate) async fn handle(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    go_on(&app, &query.unwrap_or_default()).await
}

/// Ask for consent by POST
#[utoipa::path(post, path = "/oauth/authorize", tag = "oauth", operation_id = "authorizeByForm",
    responses((status = 303, description = "To the consent screen, or back to the client with an `error`.")))]
pub(crate) async fn handle_form(State(app): State<App>, body: ClientForm) -> Result<Response, ApiError> {
    go_on(&app, &body.form.to_query()).await
}

async fn go_on(app: &App, query: &str) -> Result<Response, ApiError> {
    let asked = Asked::now(query, app.now()).ok_or_else(ApiError::uri_too_long)?;
    match app.auth.judge_request(&asked, None).await {
        Ok(_) | Err(AuthorizeError::Untrusted(_)) => {
            Ok(Redirect::to(&format!("/apps/authorize?ask={}", asked.pack())).into_response())
        }
        Err(AuthorizeError::SendBack(address)) => Ok(Redirect::to(&address).into_response()),
        Err(AuthorizeError::Other(cause)) => Err(cause.into()),
    }
}
