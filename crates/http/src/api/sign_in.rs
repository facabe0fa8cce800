//! `POST /api/v1/session`: an e-mail address and a password become a session.

use crate::api::read_session::{Session, describe};
use crate::caller::identify;
use crate::limits::Lane;
use crate::{ApiError, App, ClientAddress, Json, cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{SET_COOKIE, USER_AGENT};
use salus_auth::{Credential, SignIn};
use salus_core::Secret;
use serde::Deserialize;

/// What somebody types.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRequest {
    /// In any case.
    email: String,
    /// Exactly as typed.
    #[schema(format = Password)]
    password: String,
}

/// Sign in
///
/// Sets the cookie `__Host-salus`. A session that the request shows already is ended.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", operation_id = "signIn",
    request_body = SignInRequest,
    responses(
        (status = 200, body = Session),
        (status = 401, description = "The address or the password is not right; which one is not told."),
        (status = 429, description = "Too many attempts; `Retry-After` says when the next is welcome."),
    ))]
pub(crate) async fn handle(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(typed): Json<SignInRequest>,
) -> Result<Response, ApiError> {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let password = Secret::new(typed.password);
    let new = app.auth.sign_in(SignIn { email: &typed.email, password, address, agent }).await?;

    if let Some(old) = cookie::session_of(&headers) {
        app.auth.sign_out(&Credential::Cookie(old)).await?;
    }
    let max_age_s = new.session.expires_at.duration_since(new.session.created_at).as_secs();
    let cookie = cookie::begin(&new.secret, u32::try_from(max_age_s).unwrap_or(u32::MAX))
        .ok_or_else(|| ApiError::internal("the session's cookie cannot be written"))?;
    let caller = identify(&app, &Credential::Cookie(new.secret), Lane::Ordinary).await?;
    let mut response = Json(describe(&caller).await?).into_response();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use crate::testing::{PASSWORD, TestApp};
    use serde_json::json;

    #[tokio::test]
    async fn the_right_password_opens_a_session_in_a_cookie() {
        let app = TestApp::init().await;
        app.person("maria").await;
        let anonymous = app.anonymous();
        let body = json!({ "email": "Maria@example.org", "password": PASSWORD });
        let response = anonymous.post("/api/v1/session", &body).await;
        assert_eq!(response.status(), 200);
        insta::assert_snapshot!(response.header("set-cookie").replace(&response.cookie(), "…"),
            @"__Host-salus=…; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200");
        insta::assert_snapshot!(response.json_without_ids(), @r#"{"account":{"id":"…","name":"Maria","email":"maria@example.org","roles":["person"]},"people":[{"id":"…","name":"Maria","birthDate":"1984-03-12","age":41,"sex":"female","relationship":"self","isSelf":true}],"expiresAt":"2026-01-05T20:00:00Z"}"#);
    }

    #[tokio::test]
    async fn a_refusal_does_not_tell_what_was_wrong() {
        let app = TestApp::init().await;
        app.person("maria").await;
        let mut answers = Vec::new();
        for (email, password) in [("maria@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")]
        {
            let body = json!({ "email": email, "password": password });
            let response = app.anonymous().post("/api/v1/session", &body).await;
            answers.push(response.json_without_ids());
        }
        insta::assert_snapshot!(answers[0], @r#"{"type":"urn:salus:problem:sign-in-refused","title":"Sign-in refused","status":401,"detail":"The e-mail address or the password is not right.","instance":"/api/v1/session","requestId":"…"}"#);
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }

    #[tokio::test]
    async fn guessing_is_told_to_wait() {
        let app = TestApp::init().await;
        app.person("maria").await;
        let guess = json!({ "email": "maria@example.org", "password": "wrong" });
        for _ in 0..5 {
            assert_eq!(app.anonymous().post("/api/v1/session", &guess).await.status(), 401);
        }
        let right = json!({ "email": "maria@example.org", "password": PASSWORD });
        let response = app.anonymous().post("/api/v1/session", &right).await;
        assert_eq!((response.status(), response.header("retry-after")), (429, "1".to_owned()));
        app.clock().advance_seconds(1);
        assert_eq!(app.anonymous().post("/api/v1/session", &right).await.status(), 200);
    }

    #[tokio::test]
    async fn another_site_cannot_sign_anybody_in() {
        let app = TestApp::init().await;
        app.person("maria").await;
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        let stranger = app.anonymous().with_header("sec-fetch-site", "cross-site");
        assert_eq!(stranger.post("/api/v1/session", &body).await.status(), 403);
    }

    #[tokio::test]
    async fn signing_in_again_ends_the_session_before() {
        let (app, maria) = TestApp::with_person("maria").await;
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        assert_eq!(maria.post("/api/v1/session", &body).await.status(), 200);
        assert_eq!(maria.get("/api/v1/session").await.status(), 401);
        drop(app);
    }
}
