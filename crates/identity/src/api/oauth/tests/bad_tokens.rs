//! Tokens that are altered, of another kind, over, or of somebody else.

use crate::testing::{Walk, claims_of, error, public_client, with};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_auth::oauth::NewClient;
use serde_json::json;

#[tokio::test]
async fn asvs_v10_3_1_only_access_tokens_for_this_interface_open_it() {
    let walk = Walk::with_client(with(public_client(), "access_token_format", json!("jwt"))).await;
    let tokens = walk.tokens().await;
    let access = tokens["access_token"].as_str().unwrap();
    assert!(walk.who(&tokens).await.is_some());
    let parts: Vec<&str> = access.split('.').collect();
    let encoded = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = claims_of(access);
    let none = encoded(&json!({ "alg": "none", "typ": "at+jwt" }));
    let altered = encoded(&with(claims.clone(), "scope", json!("patient/*.cruds")));
    for (what, token) in [
        ("the ID token", tokens["id_token"].as_str().unwrap().to_owned()),
        ("the refresh token", tokens["refresh_token"].as_str().unwrap().to_owned()),
        ("alg none", format!("{none}.{}.", parts[1])),
        ("alg none with a signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("another scope", format!("{}.{altered}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("a letter more", format!("{access}x")),
        ("nothing", String::new()),
    ] {
        let client = walk.bearer(&json!({ "access_token": token }));
        assert_eq!(client.get("/oauth/userinfo").await.status(), 401, "{what}");
    }
    walk.app.clock().advance_seconds(3_600);
    let late = walk.bearer(&tokens).get("/oauth/userinfo").await;
    assert_eq!((late.status(), late.header("www-authenticate").starts_with("Bearer")), (401, true));
}

#[tokio::test]
async fn a_signature_of_ours_is_not_enough_where_the_token_was_taken_back() {
    let walk = Walk::with_client(with(public_client(), "access_token_format", json!("jwt"))).await;
    let tokens = walk.tokens().await;
    assert!(walk.who(&tokens).await.is_some());
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(walk.post("/oauth/revoke", &[("token", access)]).await.status(), 200);
    assert!(walk.who(&tokens).await.is_none());
}

#[tokio::test]
async fn a_client_hears_of_its_own_tokens_alone() {
    let confidential = with(public_client(), "token_endpoint_auth_method", json!("client_secret_basic"));
    let walk = Walk::with_client(confidential.clone()).await;
    let tokens = walk.tokens().await;
    let (access, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let told = walk.post("/oauth/introspect", &[("token", access)]).await.json();
    assert_eq!(
        (&told["active"], &told["client_id"], &told["scope"], &told["sub"], &told["patient"]),
        (
            &json!(true),
            &json!(walk.client),
            &tokens["scope"],
            &json!(walk.maria.account()),
            &tokens["patient"]
        )
    );
    assert_eq!(walk.post("/oauth/introspect", &[("token", refresh)]).await.json()["active"], true);

    let new: NewClient = serde_json::from_value(confidential).unwrap();
    let made = walk.app.app().auth.add_client(new, None).await.ok().unwrap();
    let secret = made.secret.map(|secret| secret.expose().clone());
    let other = Walk { app: walk.app.clone(), maria: walk.maria.clone(), client: made.client.id, secret };
    for token in [access, refresh, "never seen"] {
        let told = other.post("/oauth/introspect", &[("token", token)]).await;
        assert_eq!(told.json(), json!({ "active": false }));
    }
    walk.refresh(refresh).await;
    assert_eq!(
        walk.post("/oauth/introspect", &[("token", refresh)]).await.json(),
        json!({ "active": false })
    );

    let public = Walk::begin().await;
    let tokens = public.tokens().await;
    let asked =
        public.post("/oauth/introspect", &[("token", tokens["access_token"].as_str().unwrap())]).await;
    assert_eq!(error(&asked), (401, "invalid_client".to_owned()));
}
