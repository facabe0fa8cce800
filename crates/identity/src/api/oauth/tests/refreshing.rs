//! A refresh token is good once; whoever brings it again ends everything.

use crate::testing::{SCOPES, Walk, error, public_client, with};
use serde_json::{Value, json};

fn of(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn asvs_v10_4_5_a_refresh_token_that_comes_twice_ends_the_whole_family() {
    let walk = Walk::begin().await;
    let first = walk.tokens().await;
    let second = walk.refresh(&of(&first)).await.json();
    let third = walk.refresh(&of(&second)).await.json();
    assert_ne!(of(&first), of(&second));
    for tokens in [&first, &second, &third] {
        assert!(walk.who(tokens).await.is_some());
    }
    assert_eq!(error(&walk.refresh(&of(&first)).await), (400, "invalid_grant".to_owned()));
    for tokens in [&first, &second, &third] {
        assert!(walk.who(tokens).await.is_none(), "thief and owner cannot be told apart");
        assert_eq!(error(&walk.refresh(&of(tokens)).await).1, "invalid_grant");
    }
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_not_for_more() {
    let walk = Walk::begin().await;
    let tokens = walk.tokens().await;
    let refresh = |token: String, scope: &'static str| {
        let walk = &walk;
        async move {
            let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
            walk.post("/oauth/token", &form).await
        }
    };
    for more in ["patient/*.cruds", "patient/Encounter.rs", &format!("{SCOPES} profile").leak()[..], "email"]
    {
        let more: &'static str = more.to_owned().leak();
        assert_eq!(error(&refresh(of(&tokens), more).await), (400, "invalid_scope".to_owned()), "{more}");
    }
    let less = refresh(of(&tokens), "openid patient/Patient.r").await.json();
    assert_eq!(less["scope"], "openid patient/Patient.r");
    let whole = walk.refresh(&of(&less)).await.json();
    assert_eq!(whole["scope"], SCOPES, "the grant is what it was");
}

#[tokio::test]
async fn asvs_v10_4_8_a_refresh_token_ends_unused_and_ends_in_any_case() {
    const DAY: i64 = 86_400;
    let walk = Walk::begin().await;
    let unused = walk.tokens().await;
    let mut used = walk.tokens().await;
    for _ in 0..6 {
        walk.app.clock().advance_seconds(29 * DAY);
        let next = walk.refresh(&of(&used)).await;
        assert_eq!(next.status(), 200, "{}", next.text());
        used = next.json();
    }
    assert_eq!(error(&walk.refresh(&of(&unused)).await).1, "invalid_grant");
    walk.app.clock().advance_seconds(7 * DAY);
    assert_eq!(error(&walk.refresh(&of(&used)).await).1, "invalid_grant", "181 days after the consent");
}

#[tokio::test]
async fn access_without_staying_ends_with_the_session() {
    let walk = Walk::begin().await;
    let scope = "openid launch/patient online_access patient/Patient.r";
    let code = walk.code_for(&[("scope", scope)], scope).await;
    let tokens = walk.redeem(&code).await.json();
    walk.app.clock().advance_seconds(11 * 3_600);
    let tokens = walk.refresh(&of(&tokens)).await.json();
    assert_eq!(tokens["expires_in"], 3_600);
    walk.app.clock().advance_seconds(3_600);
    assert!(walk.who(&tokens).await.is_none());
    assert_eq!(error(&walk.refresh(&of(&tokens)).await).1, "invalid_grant");
}

#[tokio::test]
async fn a_client_gives_back_what_it_holds() {
    let walk = Walk::begin().await;
    let (one, two) = (walk.tokens().await, walk.tokens().await);
    let access = one["access_token"].as_str().unwrap();
    assert!(walk.who(&one).await.is_some());
    assert_eq!(walk.post("/oauth/revoke", &[("token", access)]).await.status(), 200);
    assert!(walk.who(&one).await.is_none());
    let one = walk.refresh(&of(&one)).await.json();
    assert_eq!(walk.post("/oauth/revoke", &[("token", &of(&one))]).await.status(), 200);
    assert!(walk.who(&one).await.is_none(), "with the refresh token everything of its grant ends");
    assert!(walk.who(&two).await.is_some());
    assert_eq!(walk.post("/oauth/revoke", &[("token", "never seen")]).await.status(), 200);
    assert_eq!(error(&walk.post("/oauth/revoke", &[]).await), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn an_app_without_a_secret_refreshes_by_its_token_alone_and_one_with_a_secret_does_not() {
    let confidential = with(public_client(), "token_endpoint_auth_method", json!("client_secret_basic"));
    for (metadata, status) in [(public_client(), 200), (confidential, 401)] {
        let walk = Walk::with_client(metadata).await;
        let token = of(&walk.tokens().await);
        let body = format!("grant_type=refresh_token&refresh_token={token}");
        let kind = Some("application/x-www-form-urlencoded");
        let answer = walk.app.anonymous().send(http::Method::POST, "/oauth/token", kind, body).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
    }
}
