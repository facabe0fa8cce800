//! `POST /api/v1/account/password`: a new password.

use crate::{ApiError, App, Caller, Json};
use axum::extract::State;
use http::StatusCode;
use salus_auth::CredentialId;
use salus_core::Secret;
use serde::Deserialize;

/// The old password and the new one.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The one in use.
    #[schema(format = Password)]
    current_password: String,
    /// At least 12 characters, and not a common one; nothing is asked of its signs.
    #[schema(format = Password, min_length = 12)]
    new_password: String,
}

/// Change the password
///
/// Every other session and every API token of the account ends.
#[utoipa::path(post, path = "/api/v1/account/password", tag = "session", operation_id = "changePassword",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The new password is in use."),
        (status = 403, description = "The request came with an API token."),
        (status = 422, description = "The current password is not right, or the new one not good enough."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let credential = &caller.identity.credential;
    if let CredentialId::Token(_) | CredentialId::Certificate(_) = credential {
        return Err(ApiError::forbidden("A program cannot change the password. Sign in to do that."));
    }
    let (current, new) = (Secret::new(change.current_password), Secret::new(change.new_password));
    app.auth.change_password(caller.account(), current, new, Some(credential)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::testing::{PASSWORD, TestApp};
    use serde_json::json;

    #[tokio::test]
    async fn the_new_password_counts_and_other_places_are_signed_out() {
        let (app, maria) = TestApp::with_person("maria").await;
        let phone = app.sign_in("maria").await;
        let new = "teapot gravel onward";
        for (current, new, status, field) in [
            ("not it", new, 422, Some("currentPassword")),
            (PASSWORD, "short", 422, Some("newPassword")),
            (PASSWORD, "password2026", 422, Some("newPassword")),
            (PASSWORD, "maria-maria-1984", 422, Some("newPassword")),
            (PASSWORD, new, 204, None),
        ] {
            let change = json!({ "currentPassword": current, "newPassword": new });
            let response = maria.post("/api/v1/account/password", &change).await;
            assert_eq!(response.status(), status, "{new}");
            if let Some(field) = field {
                assert_eq!(response.json()["errors"][0]["field"], field);
            }
        }
        assert_eq!(maria.get("/api/v1/session").await.status(), 200);
        assert_eq!(phone.get("/api/v1/session").await.status(), 401);
        for (password, status) in [(PASSWORD, 401), (new, 200)] {
            let body = json!({ "email": "maria@example.org", "password": password });
            assert_eq!(app.anonymous().post("/api/v1/session", &body).await.status(), status);
        }
    }
}
