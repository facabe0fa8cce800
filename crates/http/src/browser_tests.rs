//! What an answer tells a browser, at each kind of place, whoever asks and however it ends.

use crate::testing::{TestApp, TestResponse};
use crate::{Capability, HttpConfig, router};
use axum::response::Html;
use axum::routing::get;
use http::Method;
use serde_json::json;

fn nothing() -> Vec<Capability> {
    Vec::new()
}

/// An answer from each kind of place: data, a refusal, a page, nowhere.
async fn everywhere() -> Vec<(&'static str, TestResponse)> {
    let config = HttpConfig { is_tls: true, ..HttpConfig::default() };
    let app = TestApp::with_config(nothing, config).await;
    let page = axum::Router::new().fallback(get(|| async { Html("<p>hello</p>") }));
    let served = router(app.app().clone(), nothing(), Some(page));
    let maria = app.person("maria").await.through(served);
    let stranger = maria.with_header("cookie", "none");
    vec![
        ("/api/v1/session", maria.get("/api/v1/session").await),
        ("/api/v1/nowhere", maria.get("/api/v1/nowhere").await),
        ("/fhir/r4/nowhere", stranger.get("/fhir/r4/nowhere").await),
        ("/healthz", stranger.get("/healthz").await),
        ("/", stranger.get("/").await),
        ("PUT /", stranger.put("/", &json!({})).await),
    ]
}

#[track_caller]
fn check(all: &[(&str, TestResponse)], header: &str, holds: impl Fn(&str) -> bool) {
    for (place, answer) in all {
        let value = answer.header(header);
        assert!(holds(&value), "{place} {}: {header}: {value:?}", answer.status());
    }
}

#[tokio::test]
async fn asvs_v3_4_1_browsers_are_told_to_come_by_tls_for_more_than_a_year() {
    check(&everywhere().await, "strict-transport-security", |value| {
        let age = value.strip_prefix("max-age=").and_then(|rest| rest.split(';').next()?.parse::<u64>().ok());
        age.is_some_and(|age| age >= 31_536_000) && value.contains("includeSubDomains")
    });
}

#[tokio::test]
async fn asvs_v3_4_2_no_other_origin_is_let_in() {
    let app = TestApp::with_capabilities(nothing).await;
    let foreign = app.person("maria").await.with_header("origin", "https://evil.example");
    for answer in [
        foreign.get("/api/v1/session").await,
        foreign.send(Method::OPTIONS, "/api/v1/session", None, "").await,
    ] {
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn asvs_v3_4_3_what_a_page_may_load_is_written_down_everywhere() {
    check(&everywhere().await, "content-security-policy", |value| {
        let own = value.contains("default-src 'none'") || value.contains("default-src 'self'");
        own && value.contains("object-src 'none'")
            && value.contains("base-uri 'none'")
            && !value.contains("'unsafe-eval'")
            && !value.contains("script-src")
    });
}

#[tokio::test]
async fn asvs_v3_4_4_no_browser_guesses_what_an_answer_is() {
    check(&everywhere().await, "x-content-type-options", |value| value == "nosniff");
}

#[tokio::test]
async fn asvs_v3_4_5_no_address_is_told_to_other_sites() {
    check(&everywhere().await, "referrer-policy", |value| value == "no-referrer");
}

#[tokio::test]
async fn asvs_v3_4_6_nothing_is_shown_inside_another_site() {
    check(&everywhere().await, "content-security-policy", |value| value.contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn asvs_v3_4_8_no_other_window_gets_hold_of_a_page() {
    check(&everywhere().await, "cross-origin-opener-policy", |value| value == "same-origin");
}

#[tokio::test]
async fn asvs_v3_5_8_nothing_is_embedded_by_another_site() {
    check(&everywhere().await, "cross-origin-resource-policy", |value| value == "same-origin");
}

/// The line that sets the session's cookie.
async fn cookie() -> (String, TestResponse) {
    let app = TestApp::with_capabilities(nothing).await;
    app.person("maria").await;
    let body = json!({"email": "maria@example.org", "password": crate::testing::PASSWORD});
    let answer = app.anonymous().post("/api/v1/session", &body).await;
    (answer.header("set-cookie"), answer)
}

#[tokio::test]
async fn asvs_v3_3_1_the_cookie_travels_by_tls_alone() {
    assert!(cookie().await.0.contains("; Secure"));
}

#[tokio::test]
async fn asvs_v3_3_2_the_cookie_does_not_come_with_what_other_sites_send() {
    assert!(cookie().await.0.contains("; SameSite=Lax"));
}

#[tokio::test]
async fn asvs_v3_3_3_the_cookie_keeps_to_this_very_host() {
    let (line, _) = cookie().await;
    assert!(line.starts_with("__Host-") && line.contains("; Path=/") && !line.contains("Domain"), "{line}");
}

#[tokio::test]
async fn asvs_v3_3_4_no_script_sees_the_secret_of_a_session() {
    let (line, answer) = cookie().await;
    assert!(line.contains("; HttpOnly"));
    assert!(!answer.cookie().is_empty() && !answer.text().contains(&answer.cookie()));
}

#[tokio::test]
async fn asvs_v3_3_5_the_cookie_is_small() {
    assert!(cookie().await.0.len() < 4_096);
}

#[tokio::test]
async fn asvs_v15_2_2_a_compressed_body_is_not_unpacked() {
    let app = TestApp::with_capabilities(nothing).await;
    let maria = app.person("maria").await;
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let answer = maria.with_header("content-encoding", encoding).post("/api/v1/tokens", &json!({})).await;
        assert_eq!(answer.status(), 415, "{encoding}");
    }
}

#[tokio::test]
async fn asvs_v15_2_2_a_body_that_is_nested_without_end_is_refused() {
    let app = TestApp::with_capabilities(nothing).await;
    let maria = app.person("maria").await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = maria.send(Method::POST, "/api/v1/tokens", Some("application/json"), deep).await;
    assert_eq!(answer.status(), 422);
}
