//! `POST /api/v1/account/identities`: an identity at another provider is to open my account.

use axum::extract::State;
use salus_auth::federated::Errand;
use salus_http::{ApiError, App, Caller, Json, SendAway, SentAway};
use serde::Deserialize;

/// Where the identity is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIdentity {
    /// The id of the provider.
    provider: String,
}

/// Begin to link an identity at another provider
///
/// Sets the cookie `__Host-salus-provider`, which binds the way to this browser, for ten minutes. Send the browser to
/// the address; it comes back to `/me`, with the word for what went wrong as `problem`.
#[utoipa::path(post, path = "/api/v1/account/identities", tag = "factors", operation_id = "linkIdentity",
    request_body = NewIdentity,
    responses(
        (status = 200, body = SentAway),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 404, description = "There is no such provider."),
        (status = 503, description = "The provider does not answer."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(new): Json<NewIdentity>,
) -> Result<SendAway, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let errand = Errand::Link(caller.account());
    Ok(SendAway(app.auth.begin_federated(&new.provider, errand, None, "/me").await?))
}
