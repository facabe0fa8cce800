//! `GET /api/v1/session/providers/{provider}/callback`: a browser comes back from another provider.
//!
//! It comes by a plain navigation from another site, so the cookies that it needs are `SameSite=Lax`; what it may do it
//! may do by the `state` and the cookie that were given to this browser alone.

use crate::api::sign_in::{agent, session_cookie};
use crate::{ApiError, App, ClientAddress, Path, Query, cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use http::header::SET_COOKIE;
use salus_auth::federated::{Here, Outcome, Returned};
use salus_auth::{Credential, FederatedError, Opening};
use serde::Deserialize;

/// What the provider says (OpenID Connect Core 1.0 §3.1.2.5, RFC 9207). It may say more.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackQuery {
    /// As it was sent along.
    state: Option<String>,
    /// To be exchanged.
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Who answers.
    iss: Option<String>,
}

/// Come back from another provider
///
/// Sends the browser on: signed in, to where it wanted to go; to the second step, where the account asks for one; or
/// to the sign-in, with the word for what went wrong as `problem`.
#[utoipa::path(get, path = "/api/v1/session/providers/{provider}/callback", tag = "session",
    operation_id = "endProviderSignIn", params(("provider" = String, Path, description = "Who answers."), CallbackQuery),
    responses((status = 303, description = "To the web client.")))]
pub(crate) async fn handle(
    State(app): State<App>,
    Path(provider): Path<String>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<CallbackQuery>,
) -> Result<Response, ApiError> {
    let session = cookie::session_of(&headers).map(Credential::Cookie);
    let identity = match &session {
        Some(session) => app.auth.authenticate(session).await?,
        None => None,
    };
    let account = identity.as_ref().map(|identity| identity.subject.account.as_str());
    let returned = Returned {
        state: query.state.as_deref(),
        code: query.code.as_deref(),
        error: query.error.as_deref(),
        iss: query.iss.as_deref(),
    };
    let here = Here { account, address, agent: agent(&headers) };
    let secret = cookie::provider_of(&headers);
    let ended = app.auth.finish_federated(&provider, secret.as_ref(), returned, here).await;

    let to = ended.to.as_deref().unwrap_or("/");
    let mut response = match ended.outcome {
        Ok(Outcome::Linked(_)) => Redirect::to(to).into_response(),
        Ok(Outcome::Opening(Opening::Open(new))) => {
            if let Some(old) = &session {
                app.auth.sign_out(old).await?;
            }
            let cookie = session_cookie(&app, &new)?;
            go(to, cookie)
        }
        Ok(Outcome::Opening(Opening::HalfOpen(half))) => {
            let step = screen("/sign-in", &[("step", "second"), ("to", to)]);
            go(&step, cookie::begin_step(&half.secret)?)
        }
        Err(cause) => {
            if let FederatedError::Other(cause) = &cause {
                tracing::error!(error = %cause, "the way through another provider broke off");
            }
            let is_link = ended.is_link.unwrap_or(account.is_some());
            let pairs = [("problem", cause.code()), ("to", to)];
            let place = if is_link { screen("/me", &pairs[..1]) } else { screen("/sign-in", &pairs) };
            Redirect::to(&place).into_response()
        }
    };
    response.headers_mut().append(SET_COOKIE, cookie::end_provider());
    Ok(response)
}

fn go(to: &str, cookie: http::HeaderValue) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// A screen of the web client.
fn screen(path: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}
