//! `POST /api/v1/session/providers/{provider}`: signing in by another provider begins.

use super::send_away::{SendAway, SentAway};
use crate::{ApiError, App, Json, Path};
use axum::extract::State;
use salus_auth::federated::Errand;
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderSignIn {
    /// A path of this site; anything else is left out.
    to: Option<String>,
}

/// Begin to sign in by another provider
///
/// Sets the cookie `__Host-salus-provider`, which binds the way to this browser, for ten minutes. Send the browser to
/// the address; it comes back to the callback, and from there to the web client.
#[utoipa::path(post, path = "/api/v1/session/providers/{provider}", tag = "session",
    operation_id = "beginProviderSignIn", params(("provider" = String, Path, description = "From the list.")),
    request_body = ProviderSignIn,
    responses(
        (status = 200, body = SentAway),
        (status = 404, description = "There is no such provider."),
        (status = 503, description = "The provider does not answer."),
    ))]
pub(crate) async fn handle(
    State(app): State<App>,
    Path(provider): Path<String>,
    Json(wish): Json<ProviderSignIn>,
) -> Result<SendAway, ApiError> {
    let begun = app.auth.begin_federated(&provider, Errand::SignIn, wish.to.as_deref(), "/").await?;
    Ok(SendAway(begun))
}
