//! `POST /api/v1/password-reset`: a forgotten password.

use crate::{ApiError, App, ClientAddress, Json};
use axum::extract::State;
use http::StatusCode;
use salus_core::Secret;
use serde::Deserialize;

/// Whose password was forgotten.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetRequest {
    /// The address to sign in with.
    email: String,
}

/// A link's token and the new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// What follows `#` in the link.
    token: String,
    /// At least 12 characters, and not a common one.
    #[schema(format = Password, min_length = 12)]
    new_password: String,
}

/// Ask for a new password
///
/// If there is such an account, a link is sent to its e-mail address. The answer is the same if there is none.
#[utoipa::path(post, path = "/api/v1/password-reset", tag = "session", operation_id = "requestPasswordReset",
    request_body = ResetRequest,
    responses(
        (status = 202, description = "If there is such an account, an e-mail is on its way."),
        (status = 409, description = "This installation sends no e-mail."),
        (status = 429, description = "Too many requests for this address."),
    ))]
pub(crate) async fn ask(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Json(wish): Json<ResetRequest>,
) -> Result<StatusCode, ApiError> {
    app.auth.can_reset()?;
    app.auth.begin_reset(&wish.email, address).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password
///
/// Every session and every API token of the account ends. Sign in afterwards; a second step is asked for as before.
#[utoipa::path(post, path = "/api/v1/password-reset/confirmation", tag = "session", operation_id = "setForgottenPassword",
    request_body = NewPassword,
    responses(
        (status = 204, description = "The new password is in use."),
        (status = 404, description = "The link was used, is too old, or is none."),
        (status = 422, description = "The new password is not good enough; the link is still good."),
    ))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Json(typed): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
    app.auth.end_reset(&typed.token, Secret::new(typed.new_password)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn without_a_mail_server_nobody_waits_for_an_e_mail() {
        let (app, _maria) = TestApp::with_person("maria").await;
        let answer =
            app.anonymous().post("/api/v1/password-reset", &json!({ "email": "maria@example.org" })).await;
        assert_eq!(answer.status(), 409);
        let made_up = json!({ "token": "x", "newPassword": "lantern orchard quietly moving" });
        assert_eq!(app.anonymous().post("/api/v1/password-reset/confirmation", &made_up).await.status(), 404);
    }
}
