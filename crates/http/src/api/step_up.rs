//! `POST /api/v1/session/step-up`: showing once more who one is, for a sensitive act.

use crate::api::read_session::Session;
use crate::api::shown::{CodeRequest, PasskeyQuestion, ShownRequest};
use crate::api::sign_in::in_session;
use crate::{ApiError, App, Caller, ClientAddress, Json};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

/// Show once more that it is you
///
/// The session goes on under a new cookie. For ten minutes from now, what answered `step-up-required` can be done.
#[utoipa::path(post, path = "/api/v1/session/step-up", tag = "session", operation_id = "stepUp",
    request_body = ShownRequest,
    responses(
        (status = 200, body = Session),
        (status = 422, description = "What was shown is not right, or no longer."),
        (status = 429, description = "Too many attempts; `Retry-After` says when the next is welcome."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Json(shown): Json<ShownRequest>,
) -> Result<Response, ApiError> {
    let new = app.auth.step_up(&caller.identity.credential, shown.read()?, address).await?;
    in_session(&app, new).await
}

/// Send a code to step up with
#[utoipa::path(post, path = "/api/v1/session/step-up/code", tag = "session", operation_id = "sendStepUpCode",
    request_body = CodeRequest,
    responses((status = 204, description = "It is on its way."), (status = 429, description = "Too many codes.")))]
pub(crate) async fn send_code(
    caller: Caller,
    State(app): State<App>,
    Json(wish): Json<CodeRequest>,
) -> Result<StatusCode, ApiError> {
    app.auth.send_step_up(&caller.identity.credential, wish.method.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a passkey to step up with
#[utoipa::path(post, path = "/api/v1/session/step-up/passkey-options", tag = "session", operation_id = "askStepUpPasskey",
    responses((status = 200, body = PasskeyQuestion)))]
pub(crate) async fn ask_passkey(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<PasskeyQuestion>, ApiError> {
    Ok(Json(app.auth.ask_step_up(&caller.identity.credential).await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{PASSWORD, TestApp, totp_code};
    use serde_json::json;

    #[tokio::test]
    async fn asvs_v7_2_4_stepping_up_gives_the_session_a_new_secret_and_ends_the_old() {
        let (app, maria) = TestApp::with_person("maria").await;
        let wrong =
            maria.post("/api/v1/session/step-up", &json!({ "method": "password", "code": "not it" })).await;
        assert_eq!(wrong.status(), 422);
        let right = json!({ "method": "password", "code": PASSWORD });
        let answer = maria.post("/api/v1/session/step-up", &right).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(maria.get("/api/v1/session").await.status(), 401);
        let anew = app.anonymous().with_header("cookie", &format!("__Host-salus={}", answer.cookie()));
        assert_eq!(anew.get("/api/v1/session").await.status(), 200);
    }

    #[tokio::test]
    async fn a_password_is_no_step_up_where_there_is_a_second_factor() {
        let (app, maria) = TestApp::with_person("maria").await;
        let secret = app.with_totp(&maria).await;
        let identity = |cookie: String| {
            let auth = app.app().auth.clone();
            async move {
                auth.authenticate(&salus_auth::Credential::Cookie(salus_core::Secret::new(cookie)))
                    .await
                    .unwrap()
                    .unwrap()
            }
        };
        let right = json!({ "method": "password", "code": PASSWORD });
        let answer = maria.post("/api/v1/session/step-up", &right).await;
        let with_password = identity(answer.cookie()).await;
        assert_eq!(with_password.stepped_up_at, None);
        let maria = app.anonymous().with_header("cookie", &format!("__Host-salus={}", answer.cookie()));
        let shown = json!({ "method": "totp", "code": totp_code(&secret, &app, 0) });
        let answer = maria.post("/api/v1/session/step-up", &shown).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        assert!(identity(answer.cookie()).await.stepped_up_at.is_some());
    }
}
