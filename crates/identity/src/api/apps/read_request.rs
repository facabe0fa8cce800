//! `GET /api/v1/app-requests`: what an app asks a person for.

use super::shape::{AppSummary, Permission};
use axum::extract::State;
use salus_auth::oauth::scope::needs_patient;
use salus_auth::oauth::{Asked, Authorization, AuthorizeError};
use salus_http::people::{PersonSummary, people};
use salus_http::{ApiError, App, Caller, Json, Query};
use serde::{Deserialize, Serialize};

/// Which request.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The word that `/oauth/authorize` put into the address.
    ask: String,
}

/// What there is to decide, or where to go instead.
#[derive(Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppRequest {
    /// Where to send the browser at once: the request is wrong, and the app is told so.
    send_to: Option<String>,
    /// What to ask the person.
    question: Option<AppQuestion>,
}

/// What an app asks for.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppQuestion {
    /// Who asks.
    app: AppSummary,
    /// What for, in its own order.
    permissions: Vec<Permission>,
    /// Whether it is about one person's record.
    needs_person: bool,
    /// Whose record it can be: the one it was opened for, or any the account may open.
    people: Vec<PersonSummary>,
    /// Whether the app wants the person to sign in again first.
    must_sign_in_again: bool,
    /// When access ends that does not go on while the person is away (RFC 3339).
    ends_at: String,
    /// After how many days the app has to ask again in any case.
    ends_after_days: u32,
}

/// What does an app ask for
#[utoipa::path(get, path = "/api/v1/app-requests", tag = "apps", operation_id = "readAppRequest", params(Which),
    responses(
        (status = 200, body = AppRequest),
        (status = 403, description = "The request came with a token: a person decides, in their own session."),
        (status = 422, description = "The app is not known, or wants its answer sent where it did not say."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<AppRequest>, ApiError> {
    caller.require_session()?;
    let asked = match judge(&app, &caller, &which.ask).await? {
        Ok(asked) => asked,
        Err(send_to) => return Ok(Json(AppRequest { send_to: Some(send_to), question: None })),
    };
    let question = question(&app, &caller, &asked).await?;
    Ok(Json(AppRequest { send_to: None, question: Some(question) }))
}

/// The request behind the word, judged again for this person; or where to send the browser instead.
pub(super) async fn judge(
    app: &App,
    caller: &Caller,
    ask: &str,
) -> Result<Result<Authorization, String>, ApiError> {
    let unreadable = || ApiError::invalid("The app's request cannot be read. Start again from the app.");
    let asked = Asked::unpack(ask).ok_or_else(unreadable)?;
    match app.auth.judge_request(&asked, Some(caller.account())).await {
        Ok(asked) => Ok(Ok(asked)),
        Err(AuthorizeError::SendBack(address)) => Ok(Err(address)),
        Err(AuthorizeError::Untrusted(refusal)) => Err(ApiError::invalid(refusal.description)),
        Err(AuthorizeError::Other(cause)) => Err(cause.into()),
    }
}

async fn question(app: &App, caller: &Caller, asked: &Authorization) -> Result<AppQuestion, ApiError> {
    let needs_person = needs_patient(&asked.scopes);
    let mut people = if needs_person { people(caller).await? } else { Vec::new() };
    if let Some(launch) = &asked.launch {
        people.retain(|person| person.id == launch.patient_id);
    }
    Ok(AppQuestion {
        app: AppSummary::of(&asked.client, Some(&asked.redirect_uri)),
        permissions: asked.scopes.known.iter().map(Permission::from).collect(),
        needs_person,
        people,
        must_sign_in_again: asked.signed_in_since.is_some_and(|since| caller.identity.proved_at < since),
        ends_at: caller.identity.expires_at.to_string(),
        ends_after_days: app.auth.config().oauth.refresh_days,
    })
}
