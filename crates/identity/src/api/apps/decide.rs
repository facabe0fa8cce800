//! `POST /api/v1/app-requests`: a person decides what an app is given.

use super::read_request::judge;
use axum::extract::State;
use salus_auth::oauth::Decision;
use salus_http::{ApiError, App, Caller, Json};
use serde::{Deserialize, Serialize};

/// A decision.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AppDecision {
    /// The word that `/oauth/authorize` put into the address.
    ask: String,
    /// Whether the app gets anything.
    is_allowed: bool,
    /// The scopes left ticked.
    #[serde(default)]
    scopes: Vec<String>,
    /// Whose record, by the id of the `Patient`.
    #[serde(default)]
    person: Option<String>,
}

/// Where to go on.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendTo {
    /// Where to send the browser: back to the app, with its answer.
    send_to: String,
}

/// Decide what an app is given
///
/// Needs a session. What is left ticked is given, and no more; a no is told to the app as well.
#[utoipa::path(post, path = "/api/v1/app-requests", tag = "apps", operation_id = "decideAppRequest",
    request_body = AppDecision,
    responses(
        (status = 200, body = SendTo),
        (status = 403, description = "The request came with a token: a person decides, in their own session."),
        (status = 422, description = "The decision does not fit what was asked."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(decision): Json<AppDecision>,
) -> Result<Json<SendTo>, ApiError> {
    caller.require_session()?;
    let asked = match judge(&app, &caller, &decision.ask).await? {
        Ok(asked) => asked,
        Err(send_to) => return Ok(Json(SendTo { send_to })),
    };
    if !decision.is_allowed {
        return Ok(Json(SendTo { send_to: app.auth.refuse(&asked) }));
    }
    let person = decision.person.as_deref();
    let decided = Decision { identity: &caller.identity, scopes: &decision.scopes, patient: person };
    Ok(Json(SendTo { send_to: app.auth.allow(&asked, decided).await? }))
}
