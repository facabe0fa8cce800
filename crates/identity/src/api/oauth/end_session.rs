//! `GET /oauth/end-session`: a client wishes that the person signs out here too. The person is asked.

use super::form::ClientForm;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use salus_auth::oauth::Asked;
use salus_http::{ApiError, App};

/// Ask a person to sign out
#[utoipa::path(get, path = "/oauth/end-session", tag = "oauth", operation_id = "endSessionByApp",
    responses((status = 303, description = "To a screen that asks the person.")))]
pub(crate) async fn handle(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    go_on(&app, &query.unwrap_or_default())
}

/// Ask a person to sign out, by POST
#[utoipa::path(post, path = "/oauth/end-session", tag = "oauth", operation_id = "endSessionByAppForm",
    responses((status = 303, description = "To a screen that asks the person.")))]
pub(crate) async fn handle_form(State(app): State<App>, body: ClientForm) -> Result<Response, ApiError> {
    go_on(&app, &body.form.to_query())
}

fn go_on(app: &App, query: &str) -> Result<Response, ApiError> {
    let asked = Asked::now(query, app.now()).ok_or_else(ApiError::uri_too_long)?;
    Ok(Redirect::to(&format!("/apps/sign-out?ask={}", asked.pack())).into_response())
}
