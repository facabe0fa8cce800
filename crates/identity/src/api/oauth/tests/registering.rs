//! Clients that register themselves.

use crate::testing::{Walk, app, error, public_client, with};
use serde_json::json;

#[tokio::test]
async fn registering_needs_an_invitation_that_is_good_once() {
    let app = app().await;
    let admin = app.admin().await;
    let stranger = app.anonymous();
    assert_eq!(
        error(&stranger.post("/oauth/register", &public_client()).await),
        (401, "invalid_token".to_owned())
    );
    assert_eq!(app.person("maria").await.post("/api/v1/clients/invitations", &json!({})).await.status(), 404);

    let invited = admin.post("/api/v1/clients/invitations", &json!({})).await.json();
    let guest =
        stranger.with_header("authorization", &format!("Bearer {}", invited["invitation"].as_str().unwrap()));
    let wrong = with(public_client(), "redirect_uris", json!(["http://app.example/"]));
    assert_eq!(error(&guest.post("/oauth/register", &wrong).await), (400, "invalid_redirect_uri".to_owned()));
    let made = guest.post("/oauth/register", &public_client()).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(
        (&made.json()["client_secret"], &made.json()["salus_state"]),
        (&json!(null), &json!("active"))
    );
    assert_eq!(guest.post("/oauth/register", &public_client()).await.status(), 401);
}

#[tokio::test]
async fn an_invitation_is_over_after_a_week() {
    let app = app().await;
    let admin = app.admin().await;
    let invited = admin.post("/api/v1/clients/invitations", &json!({})).await.json();
    app.clock().advance_seconds(7 * 86_400);
    let guest = app
        .anonymous()
        .with_header("authorization", &format!("Bearer {}", invited["invitation"].as_str().unwrap()));
    assert_eq!(guest.post("/oauth/register", &public_client()).await.status(), 401);
}

#[tokio::test]
async fn administrators_look_after_clients_and_nobody_else_does() {
    let app = app().await;
    let (admin, maria) = (app.admin().await, app.person("maria").await);
    let metadata = with(public_client(), "token_endpoint_auth_method", json!("client_secret_post"));
    let wish = json!({ "metadata": metadata });
    assert_eq!(maria.post("/api/v1/clients", &wish).await.status(), 404);
    let made = admin.post("/api/v1/clients", &wish).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert!(made.json()["secret"].as_str().unwrap().starts_with("salus_cs_"));
    let listed = admin.get("/api/v1/clients").await;
    assert!(!listed.text().contains(made.json()["secret"].as_str().unwrap()));
    assert_eq!(listed.json()[0]["isVouchedFor"], true);
    let path = format!("/api/v1/clients/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(maria.delete(&path).await.status(), 404);
    assert_eq!(admin.delete(&path).await.status(), 204);
    assert_eq!(admin.delete(&path).await.status(), 404);
    for wish in [json!({}), json!({ "metadata": {} }), json!({ "metadata": { "grant_types": ["implicit"] } })]
    {
        assert_eq!(admin.post("/api/v1/clients", &wish).await.status(), 422, "{wish}");
    }
}

#[tokio::test]
async fn pages_of_a_registered_client_may_read_and_no_other_pages() {
    let walk = Walk::begin().await;
    let preflight = |origin: &'static str, path: &'static str| {
        let client = walk
            .app
            .anonymous()
            .with_header("origin", origin)
            .with_header("access-control-request-method", "GET")
            .with_header("access-control-request-headers", "authorization");
        async move {
            let answer = client.send(http::Method::OPTIONS, path, None, axum::body::Body::empty()).await;
            (answer.header("access-control-allow-origin"), answer.header("access-control-allow-credentials"))
        }
    };
    for (origin, path, allowed) in [
        ("https://app.example", "/fhir/r4/Patient", "https://app.example"),
        ("https://app.example", "/oauth/token", "https://app.example"),
        ("https://app.example:8443", "/fhir/r4/Patient", ""),
        ("http://app.example", "/fhir/r4/Patient", ""),
        ("https://evil.example", "/fhir/r4/Patient", ""),
        ("null", "/fhir/r4/Patient", ""),
        ("https://app.example", "/api/v1/session", ""),
        ("https://app.example", "/oauth/authorize", ""),
        ("https://evil.example", "/.well-known/openid-configuration", "https://evil.example"),
    ] {
        assert_eq!(preflight(origin, path).await, (allowed.to_owned(), String::new()), "{origin} {path}");
    }
    assert!(walk.app.app().auth.remove_client(&walk.client).await.unwrap());
    assert_eq!(preflight("https://app.example", "/oauth/token").await.0, "");
}
