//! `/api/v1/session/second-step`: the second step of a sign-in, and what it needs beforehand.

use crate::api::read_session::Session;
use crate::api::shown::{CodeRequest, PasskeyQuestion, ShownRequest};
use crate::api::sign_in::{SecondStep, signed_in};
use crate::{ApiError, App, ClientAddress, Json, cookie};
use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use salus_core::Secret;

/// Take the second step
///
/// Goes with the cookie `__Host-salus-step` of the first. Sets the cookie `__Host-salus`.
#[utoipa::path(post, path = "/api/v1/session/second-step", tag = "session", operation_id = "takeSecondStep",
    request_body = ShownRequest,
    responses(
        (status = 200, body = Session),
        (status = 401, description = "The sign-in is over; begin it again."),
        (status = 422, description = "What was shown is not right, or no longer."),
        (status = 429, description = "Too many attempts; `Retry-After` says when the next is welcome."),
    ))]
pub(crate) async fn handle(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(shown): Json<ShownRequest>,
) -> Result<Response, ApiError> {
    let new = app.auth.second_step(&step(&headers)?, shown.read()?, address).await?;
    let mut response = signed_in(&app, &headers, new).await?;
    response.headers_mut().append(SET_COOKIE, cookie::end_step());
    Ok(response)
}

/// What the second step can be
///
/// Of the sign-in whose cookie `__Host-salus-step` goes along: for a browser that comes back from another provider.
#[utoipa::path(get, path = "/api/v1/session/second-step", tag = "session", operation_id = "readSecondStep",
    responses((status = 200, body = SecondStep), (status = 401, description = "The sign-in is over; begin it again.")))]
pub(crate) async fn read(State(app): State<App>, headers: HeaderMap) -> Result<Json<SecondStep>, ApiError> {
    let half = app.auth.read_half_open(step(&headers)?).await?;
    half.as_ref().map(|half| Json(half.into())).ok_or_else(ApiError::unauthenticated)
}

/// Send a code for the second step
#[utoipa::path(post, path = "/api/v1/session/second-step/code", tag = "session", operation_id = "sendSecondStepCode",
    request_body = CodeRequest,
    responses((status = 204, description = "It is on its way."), (status = 429, description = "Too many codes.")))]
pub(crate) async fn send_code(
    State(app): State<App>,
    headers: HeaderMap,
    Json(wish): Json<CodeRequest>,
) -> Result<StatusCode, ApiError> {
    app.auth.send_second_step(&step(&headers)?, wish.method.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a passkey as the second step
#[utoipa::path(post, path = "/api/v1/session/second-step/passkey-options", tag = "session",
    operation_id = "askSecondStepPasskey", responses((status = 200, body = PasskeyQuestion)))]
pub(crate) async fn ask_passkey(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<PasskeyQuestion>, ApiError> {
    Ok(Json(app.auth.ask_second_step(&step(&headers)?).await?.into()))
}

pub(crate) fn step(headers: &HeaderMap) -> Result<Secret<String>, ApiError> {
    cookie::step_of(headers).ok_or_else(ApiError::unauthenticated)
}

#[cfg(test)]
mod tests {
    use crate::testing::{PASSWORD, TestApp, totp_code};
    use serde_json::json;

    #[tokio::test]
    async fn asvs_v6_3_3_a_password_alone_opens_nothing_where_there_is_a_second_factor() {
        let (app, maria) = TestApp::with_person("maria").await;
        let secret = app.with_totp(&maria).await;
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        let half = app.anonymous().post("/api/v1/session", &body).await;
        assert_eq!(half.status(), 202);
        insta::assert_snapshot!(half.text(), @r#"{"state":"secondFactorRequired","factors":["totp"],"until":"2026-01-05T08:11:00Z"}"#);
        let cookie = half.header("set-cookie");
        assert!(cookie.starts_with("__Host-salus-step=") && cookie.contains("SameSite=Strict"), "{cookie}");

        for name in ["__Host-salus", "__Host-salus-step"] {
            let header = format!("{name}={}", half.cookie());
            let stranger = app.anonymous().with_header("cookie", &header);
            assert_eq!(stranger.get("/api/v1/session").await.status(), 401, "{name}");
            assert_eq!(stranger.get("/api/v1/people").await.status(), 401, "{name}");
        }
        let there = app.anonymous().with_header("cookie", &format!("__Host-salus-step={}", half.cookie()));
        let right = json!({ "method": "totp", "code": totp_code(&secret, &app, 0) });
        for (shown, status) in [
            (json!({ "method": "totp", "code": "000000" }), 422),
            (json!({ "method": "password", "code": PASSWORD }), 422),
            (json!({ "method": "passkey" }), 422),
            (right.clone(), 200),
            (right, 401),
        ] {
            let response = there.post("/api/v1/session/second-step", &shown).await;
            assert_eq!(response.status(), status, "{shown}: {}", response.text());
        }
        assert_eq!(
            app.anonymous()
                .post("/api/v1/session/second-step", &json!({ "method": "totp", "code": "1" }))
                .await
                .status(),
            401
        );
    }

    #[tokio::test]
    async fn asvs_v6_3_1_guessing_at_the_second_step_is_told_to_wait() {
        let (app, maria) = TestApp::with_person("maria").await;
        let secret = app.with_totp(&maria).await;
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        let mut statuses = Vec::new();
        for _ in 0..7 {
            let half = app.anonymous().post("/api/v1/session", &body).await;
            let there =
                app.anonymous().with_header("cookie", &format!("__Host-salus-step={}", half.cookie()));
            let guess = json!({ "method": "totp", "code": "000000" });
            statuses.push(there.post("/api/v1/session/second-step", &guess).await.status());
        }
        assert_eq!(
            statuses,
            [422, 422, 422, 422, 422, 429, 429],
            "beginning anew with the right password does not help"
        );
        drop(secret);
    }

    #[tokio::test]
    async fn a_half_open_sign_in_ends_after_ten_minutes() {
        let (app, maria) = TestApp::with_person("maria").await;
        let secret = app.with_totp(&maria).await;
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        let half = app.anonymous().post("/api/v1/session", &body).await;
        app.clock().advance_seconds(600);
        let there = app.anonymous().with_header("cookie", &format!("__Host-salus-step={}", half.cookie()));
        let shown = json!({ "method": "totp", "code": totp_code(&secret, &app, 0) });
        assert_eq!(there.post("/api/v1/session/second-step", &shown).await.status(), 401);
    }
}
