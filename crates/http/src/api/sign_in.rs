//! `POST /api/v1/session`: an e-mail address and a password become a session.

use crate::api::read_session::{Session, describe};
use crate::caller::identify;
use crate::limits::Lane;
use crate::{ApiError, App, ClientAddress, Json, cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use salus_auth::{Credential, HalfOpen, NewSession, Opening, SignIn};
use salus_core::Secret;
use serde::{Deserialize, Serialize};

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

/// A sign-in whose first step was right, and which needs a second.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SecondStep {
    /// Always `secondFactorRequired`.
    state: &'static str,
    /// What the second step can be: `totp`, `passkey`, `email`, `sms`, `recovery`.
    factors: Vec<&'static str>,
    /// Until when it has to be taken (RFC 3339).
    until: String,
}

impl From<&HalfOpen> for SecondStep {
    fn from(half: &HalfOpen) -> Self {
        let factors = half.factors.iter().map(|factor| factor.code()).collect();
        Self { state: "secondFactorRequired", factors, until: half.until.to_string() }
    }
}

/// Sign in
///
/// Sets the cookie `__Host-salus`. A session that the request shows already is ended. Where the account has a second
/// factor, the answer is 202 with the cookie `__Host-salus-step`, which opens nothing but the second step.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", operation_id = "signIn",
    request_body = SignInRequest,
    responses(
        (status = 200, body = Session),
        (status = 202, body = SecondStep, description = "The password is right; take the second step."),
        (status = 401, description = "The address or the password is not right; which one is not told."),
        (status = 429, description = "Too many attempts; `Retry-After` says when the next is welcome."),
    ))]
pub(crate) async fn handle(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(typed): Json<SignInRequest>,
) -> Result<Response, ApiError> {
    let password = Secret::new(typed.password);
    let typed = SignIn { email: &typed.email, password, address, agent: agent(&headers) };
    match app.auth.sign_in(typed).await? {
        Opening::Open(new) => signed_in(&app, &headers, *new).await,
        Opening::HalfOpen(half) => {
            let mut response = (StatusCode::ACCEPTED, Json(SecondStep::from(&half))).into_response();
            response.headers_mut().insert(SET_COOKIE, cookie::begin_step(&half.secret)?);
            Ok(response)
        }
    }
}

/// What the browser says it is.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The answer to a sign-in: the session with its cookie. A session that the request shows already is ended.
pub(crate) async fn signed_in(app: &App, headers: &HeaderMap, new: NewSession) -> Result<Response, ApiError> {
    if let Some(old) = cookie::session_of(headers) {
        app.auth.sign_out(&Credential::Cookie(old)).await?;
    }
    in_session(app, new).await
}

/// The cookie of a session that has just begun.
pub(crate) fn session_cookie(app: &App, new: &NewSession) -> Result<HeaderValue, ApiError> {
    let max_age_s = new.session.expires_at.duration_since(app.now()).as_secs();
    cookie::begin(&new.secret, u32::try_from(max_age_s).unwrap_or(u32::MAX))
        .ok_or_else(|| ApiError::internal("the session's cookie cannot be written"))
}

/// The session with its cookie.
pub(crate) async fn in_session(app: &App, new: NewSession) -> Result<Response, ApiError> {
    let cookie = session_cookie(app, &new)?;
    let caller = identify(app, &Credential::Cookie(new.secret), Lane::Ordinary).await?;
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
