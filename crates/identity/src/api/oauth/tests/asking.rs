//! What a client may ask, and how the person decides.

use crate::testing::{BACK, SCOPES, Walk, challenge, public_client, query_of, with};
use serde_json::json;

#[tokio::test]
async fn asvs_v10_4_1_an_answer_goes_to_a_registered_address_letter_for_letter() {
    let walk = Walk::begin().await;
    for address in [
        "https://app.example/back/",
        "https://app.example/back?x=1",
        "https://app.example/Back",
        "https://app.example:443/back",
        "https://app.example/other/../back",
        "http://app.example/back",
        "https://evil.example/back",
        "https://app.example.evil.example/back",
        "",
    ] {
        let response = walk.question(&[("redirect_uri", address)]).await;
        assert_eq!(response.status(), 422, "{address}");
        assert!(!response.text().contains("sendTo"), "{address}: nothing is sent there");
    }
    let response = walk.question(&[("client_id", "nobody")]).await;
    assert_eq!(response.status(), 422);
}

#[tokio::test]
async fn asvs_v10_4_12_only_the_code_in_a_query_is_given_and_errors_go_back_to_the_client() {
    let walk = Walk::begin().await;
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "id_token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("response_mode", "form_post"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("scope", "system/*.rs"), "invalid_scope"),
        (("scope", "nothing known"), "invalid_scope"),
        (("scope", ""), "invalid_request"),
        (("aud", ""), "invalid_request"),
        (("aud", "https://other.example/fhir"), "invalid_request"),
        (("prompt", "none"), "consent_required"),
        (("request", "eyJ"), "request_not_supported"),
        (("launch", "made-up"), "invalid_request"),
    ] {
        assert_eq!(walk.error_of(&[change]).await, error, "{change:?}");
    }
    let address = walk.ask(&[("response_type", "token")]).await;
    assert_eq!(query_of(&address)["state"], "1e5");
}

#[tokio::test]
async fn asvs_v10_6_1_no_response_type_but_code_is_told_or_given() {
    let walk = Walk::begin().await;
    let told = walk.app.anonymous().get("/.well-known/openid-configuration").await.json();
    assert_eq!(told["response_types_supported"], json!(["code"]));
    assert_eq!(
        told["grant_types_supported"],
        json!(["authorization_code", "refresh_token", "client_credentials"])
    );
    for kind in ["token", "id_token token", "none"] {
        assert_eq!(walk.error_of(&[("response_type", kind)]).await, "unsupported_response_type");
    }
}

#[tokio::test]
async fn asvs_v10_7_1_a_person_is_asked_each_time_even_by_an_app_they_know() {
    let walk = Walk::begin().await;
    walk.tokens().await;
    let address = walk.ask(&[]).await;
    assert!(address.starts_with("/apps/authorize?ask="), "{address}");
    let stranger = walk.app.anonymous().get(&format!("/api/v1/app-requests{}", &address[15..])).await;
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn asvs_v10_7_2_the_question_says_who_asks_for_what_and_how_long() {
    let walk = Walk::begin().await;
    let question =
        walk.question(&[("scope", "openid launch/patient patient/Observation.rs offline_access")]).await;
    let question = question.json()["question"].clone();
    assert_eq!(question["app"]["name"], "Sunflower");
    assert_eq!(question["app"]["comesFrom"], "https://app.example");
    assert_eq!(question["app"]["isVouchedFor"], true);
    assert_eq!(question["people"][0]["name"], "Maria");
    assert_eq!(question["endsAfterDays"], 180);
    assert_eq!(question["endsAt"], "2026-01-05T20:00:00Z");
    let lines: Vec<_> = question["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                one["kind"].as_str().unwrap(),
                one["isOptional"],
                one["words"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    identity false know that it is you
    identity false know whose record you choose for it
    look true see and search measurements and test results in the record you choose
    stay true come back without you, until you take the access away
    ");
}

#[tokio::test]
async fn asvs_v10_4_7_an_app_that_nobody_vouches_for_is_told_apart_and_asks_nobody_before_it_is_let_in() {
    use salus_http::{HttpConfig, testing::TestApp};
    let config = salus_auth::AuthConfig {
        oauth: salus_auth::OAuthConfig {
            registration: salus_auth::oauth::Registration::Reviewed,
            ..Default::default()
        },
        ..Default::default()
    };
    let app = TestApp::with_auth(|| vec![crate::capability()], HttpConfig::default(), config).await;
    let maria = app.person("maria").await;
    let made = app.anonymous().post("/oauth/register", &public_client()).await;
    assert_eq!((made.status(), made.json()["salus_state"].as_str()), (201, Some("waiting")));
    let client = made.json()["client_id"].as_str().unwrap().to_owned();
    let walk = Walk { app, maria, client, secret: None };
    assert_eq!(walk.question(&[]).await.status(), 422);

    assert!(walk.app.app().auth.approve_client(&walk.client).await.unwrap());
    let question = walk.question(&[]).await.json();
    assert_eq!(question["question"]["app"]["isVouchedFor"], false);
}

#[tokio::test]
async fn what_the_person_left_ticked_is_given_for_the_record_they_chose() {
    let walk = Walk::begin().await;
    let john = walk.app.person("john").await;
    let word = walk.word(&[]).await;
    for (person, status) in [(None, 422), (Some(john.patient()), 422), (Some("nobody"), 422)] {
        let decided = walk.decide(&word, SCOPES, person).await;
        assert_eq!(decided.status(), status, "{person:?}");
    }
    let decided =
        walk.decide(&word, "patient/Observation.rs patient/Encounter.rs", Some(walk.maria.patient())).await;
    let sent = decided.json()["sendTo"].as_str().unwrap().to_owned();
    assert!(sent.starts_with(BACK));
    let query = query_of(&sent);
    assert_eq!((query["state"].as_str(), query["iss"].as_str()), ("1e5", "http://salus.test"));
    let tokens = walk.redeem(&query["code"]).await.json();
    assert_eq!(tokens["scope"], "openid fhirUser launch/patient patient/Observation.rs");
    assert_eq!(tokens["patient"], walk.maria.patient());
    assert!(tokens["refresh_token"].is_null(), "offline_access was not left ticked");
}

#[tokio::test]
async fn a_no_is_told_to_the_app() {
    let walk = Walk::begin().await;
    let word = walk.word(&[]).await;
    let body = json!({ "ask": word, "isAllowed": false });
    let sent = walk.maria.post("/api/v1/app-requests", &body).await.json();
    let query = query_of(sent["sendTo"].as_str().unwrap());
    assert_eq!((query["error"].as_str(), query["state"].as_str()), ("access_denied", "1e5"));
    assert!(!query.contains_key("code"));
}

#[tokio::test]
async fn only_a_person_in_their_own_session_decides_and_no_other_site_does_it_for_them() {
    let walk = Walk::begin().await;
    let word = walk.word(&[]).await;
    let tokens = walk.tokens().await;
    let issued = walk.maria.post("/api/v1/tokens", &json!({ "label": "x", "scope": "write" })).await.json();
    let program = walk
        .app
        .anonymous()
        .with_header("authorization", &format!("Bearer {}", issued["secret"].as_str().unwrap()));
    let body = json!({ "ask": word, "isAllowed": true, "scopes": [], "person": walk.maria.patient() });
    let foreign = walk.maria.with_header("sec-fetch-site", "cross-site");
    let framed = walk.maria.with_header("origin", "https://app.example");
    for client in [walk.bearer(&tokens), program, foreign, framed] {
        assert_eq!(client.post("/api/v1/app-requests", &body).await.status(), 403);
    }
    let page = walk.app.anonymous().get("/oauth/authorize").await;
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn asvs_v10_3_4_a_sign_in_has_to_be_as_fresh_as_the_app_wants() {
    let walk = Walk::begin().await;
    walk.app.clock().advance_seconds(600);
    for (change, must) in [
        (vec![], false),
        (vec![("max_age", "3600")], false),
        (vec![("max_age", "60")], true),
        (vec![("prompt", "login")], true),
    ] {
        let word = walk.word(&change).await;
        let question = walk.maria.get(&format!("/api/v1/app-requests?ask={word}")).await.json();
        assert_eq!(question["question"]["mustSignInAgain"], must, "{change:?}");
        let decided = walk.decide(&word, SCOPES, Some(walk.maria.patient())).await;
        assert_eq!(decided.status(), if must { 422 } else { 200 }, "{change:?}");
    }
}

#[tokio::test]
async fn asvs_v10_4_13_a_client_that_pushes_its_requests_is_asked_to_do_it_always() {
    let walk =
        Walk::with_client(with(public_client(), "require_pushed_authorization_requests", json!(true))).await;
    assert_eq!(walk.error_of(&[]).await, "invalid_request");

    let challenge = challenge();
    let form = [
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", SCOPES),
        ("state", "s"),
        ("aud", "http://salus.test/fhir/r4"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let pushed = walk.post("/oauth/par", &form).await;
    assert_eq!(pushed.status(), 201, "{}", pushed.text());
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let only = |uri: &'static str| {
        [
            ("response_type", ""),
            ("redirect_uri", ""),
            ("scope", ""),
            ("state", ""),
            ("nonce", ""),
            ("aud", ""),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
            ("request_uri", uri),
        ]
    };
    let uri: &'static str = uri.leak();
    let code = walk.code_for(&only(uri), SCOPES).await;
    assert_eq!(walk.redeem(&code).await.status(), 200);
    // It was good for one decision.
    assert_eq!(walk.question(&only(uri)).await.status(), 422);
    assert_eq!(walk.question(&only("urn:ietf:params:oauth:request_uri:made-up")).await.status(), 422);
}

#[tokio::test]
async fn asvs_v10_6_2_an_app_signs_nobody_out_by_itself() {
    let walk = Walk::begin().await;
    let tokens = walk.tokens().await;
    let hint = tokens["id_token"].as_str().unwrap();
    let query = format!("id_token_hint={hint}&post_logout_redirect_uri=https://app.example/bye&state=s1");
    let response = walk.maria.get(&format!("/oauth/end-session?{query}")).await;
    let address = response.header("location");
    let ask = address.strip_prefix("/apps/sign-out?ask=").unwrap();
    assert_eq!(walk.maria.get("/api/v1/session").await.status(), 200, "nothing has ended");
    let wish = walk.maria.get(&format!("/api/v1/app-sign-outs?ask={ask}")).await.json();
    assert_eq!(wish["app"]["name"], "Sunflower");
    assert_eq!(wish["thenTo"], "https://app.example/bye?state=s1");

    let elsewhere = "client_id=x&post_logout_redirect_uri=https://evil.example/";
    let address = walk.maria.get(&format!("/oauth/end-session?{elsewhere}")).await.header("location");
    let ask = address.strip_prefix("/apps/sign-out?ask=").unwrap();
    assert!(walk.maria.get(&format!("/api/v1/app-sign-outs?ask={ask}")).await.json()["thenTo"].is_null());
}
