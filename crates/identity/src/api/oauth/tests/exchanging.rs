//! Codes become tokens once, for the client and the request they were made for.

use crate::testing::{SCOPES, VERIFIER, Walk, claims_of, error, public_client, with};
use salus_auth::AccountChange;
use salus_auth::oauth::NewClient;
use salus_fhir::search::Query;
use salus_store::{AuditAction, AuditFilter, AuditRecord, Page};
use serde_json::{Value, json};

async fn observation(walk: &Walk, patient: &str) -> String {
    let body = json!({
        "resourceType": "Observation", "status": "final",
        "code": { "text": "Weight" }, "subject": { "reference": format!("Patient/{patient}") },
    });
    walk.app.create(body).await
}

#[tokio::test]
async fn a_code_brings_tokens_with_the_launch_context() {
    let walk = Walk::begin().await;
    let answer = walk.redeem(&walk.code().await).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.json();
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"], &tokens["scope"], &tokens["need_patient_banner"]),
        (&json!("Bearer"), &json!(3600), &json!(SCOPES), &json!(true))
    );
    assert_eq!(tokens["patient"], walk.maria.patient());
    let claims = claims_of(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["fhirUser"], format!("http://salus.test/fhir/r4/Patient/{}", walk.maria.patient()));
    assert_eq!((&claims["aud"], &claims["nonce"]), (&json!(walk.client), &json!("n-0S6")));
    let told = walk.bearer(&tokens).get("/oauth/userinfo").await;
    assert_eq!(told.json(), json!({ "sub": claims["sub"], "fhirUser": claims["fhirUser"] }));
    assert_eq!(walk.maria.get("/oauth/userinfo").await.status(), 403, "a session is no access token");
}

#[tokio::test]
async fn asvs_v10_3_2_a_token_reaches_what_was_granted_of_what_its_person_reaches() {
    let walk = Walk::begin().await;
    let john = walk.app.person("john").await;
    let (hers, his) =
        (observation(&walk, walk.maria.patient()).await, observation(&walk, john.patient()).await);
    let code = walk.code_for(&[], "patient/Patient.r patient/Observation.rs").await;
    let tokens = walk.redeem(&code).await.json();
    let records = walk.records(&tokens).await;
    for (type_name, id, is_seen) in [
        ("Patient", walk.maria.patient(), true),
        ("Patient", john.patient(), false),
        ("Observation", hers.as_str(), true),
        ("Observation", his.as_str(), false),
    ] {
        let seen = records.read(type_name, id).await.ok().flatten().is_some();
        assert_eq!(seen, is_seen, "{type_name}/{id}");
    }
    let condition = json!({ "resourceType": "Condition",
        "subject": { "reference": format!("Patient/{}", walk.maria.patient()) } });
    walk.app.create(condition).await;
    let found = |type_name: &'static str| {
        let (records, query) = (records.clone(), Query::parse(type_name, &[]).unwrap());
        async move { records.search(&query, Page::first(10)).await.unwrap().matches.len() }
    };
    assert_eq!(
        (found("Observation").await, found("Condition").await),
        (1, 0),
        "conditions were not left ticked"
    );
    let identity = walk.who(&tokens).await.unwrap();
    assert_eq!(identity.client.unwrap().0, walk.client);
}

#[tokio::test]
async fn asvs_v10_4_2_a_code_that_comes_twice_takes_back_what_it_brought() {
    let walk = Walk::begin().await;
    let code = walk.code().await;
    let tokens = walk.redeem(&code).await.json();
    assert!(walk.who(&tokens).await.is_some());
    assert_eq!(error(&walk.redeem(&code).await), (400, "invalid_grant".to_owned()));
    assert!(walk.who(&tokens).await.is_none(), "the access token is gone at once");
    let refreshed = walk.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(error(&refreshed), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_code_that_comes_twice_at_the_same_moment_brings_one_answer_at_most() {
    let walk = Walk::begin().await;
    let code = walk.code().await;
    let (one, other) = tokio::join!(walk.redeem(&code), walk.redeem(&code));
    let good: Vec<Value> = [one, other].iter().filter(|a| a.status() == 200).map(|a| a.json()).collect();
    assert!(good.len() <= 1);
    for tokens in good {
        assert!(walk.who(&tokens).await.is_none(), "and that one was taken back");
    }
}

#[tokio::test]
async fn asvs_v10_4_3_a_code_is_over_after_a_minute() {
    let walk = Walk::begin().await;
    for (seconds, status) in [(59, 200), (60, 400)] {
        let code = walk.code().await;
        walk.app.clock().advance_seconds(seconds);
        assert_eq!(walk.redeem(&code).await.status(), status, "{seconds}");
    }
}

#[tokio::test]
async fn asvs_v10_2_1_only_whoever_asked_can_exchange_the_code() {
    let walk = Walk::begin().await;
    let other = format!("{}x", &VERIFIER[..42]);
    for (change, expect) in [
        (vec![("code_verifier", "")], "invalid_request"),
        (vec![("code_verifier", other.as_str())], "invalid_grant"),
        (vec![("code_verifier", "short")], "invalid_grant"),
        (vec![("redirect_uri", "https://app.example/back/")], "invalid_grant"),
        (vec![("redirect_uri", "")], "invalid_request"),
        (vec![("code", "salus_ac_made-up")], "invalid_grant"),
        (vec![("code", "")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "implicit")], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], "unauthorized_client"),
        (vec![("grant_type", "")], "invalid_request"),
    ] {
        let code = walk.code().await;
        let answer = walk.redeem_with(&code, &change).await;
        assert_eq!(error(&answer), (400, expect.to_owned()), "{change:?}");
    }
}

#[tokio::test]
async fn a_code_is_of_no_use_to_another_client() {
    let walk = Walk::begin().await;
    let new: NewClient = serde_json::from_value(public_client()).unwrap();
    let other = walk.app.app().auth.add_client(new, None).await.ok().unwrap().client.id;
    let code = walk.code().await;
    let stolen = walk.redeem_with(&code, &[("client_id", &other)]).await;
    assert_eq!(error(&stolen), (400, "invalid_grant".to_owned()));
    assert_eq!(walk.redeem(&code).await.status(), 200, "its owner is not harmed");
}

#[tokio::test]
async fn asvs_v10_4_10_a_client_with_a_secret_has_to_show_it() {
    let confidential = with(public_client(), "token_endpoint_auth_method", json!("client_secret_basic"));
    let mut walk = Walk::with_client(confidential).await;
    let right = walk.secret.clone().unwrap();
    for (secret, path) in [
        (Some("salus_cs_wrong"), "/oauth/token"),
        (Some(""), "/oauth/token"),
        (None, "/oauth/token"),
        (None, "/oauth/par"),
        (None, "/oauth/revoke"),
        (None, "/oauth/introspect"),
    ] {
        walk.secret = secret.map(str::to_owned);
        let form = [("grant_type", "authorization_code"), ("code", "x"), ("token", "x")];
        let answer = walk.post(path, &form).await;
        assert_eq!(error(&answer), (401, "invalid_client".to_owned()), "{secret:?} {path}");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"salus\"");
    }
    // In the form it is not what the client registered.
    walk.secret = None;
    let posted =
        [("client_id", walk.client.as_str()), ("client_secret", right.as_str()), ("grant_type", "x")];
    assert_eq!(error(&walk.post("/oauth/token", &posted).await).0, 401);
    walk.secret = Some(right);
    assert_eq!(walk.redeem(&walk.code().await).await.status(), 200);
}

#[tokio::test]
async fn asvs_v10_4_9_a_person_takes_back_what_they_gave_and_it_ends_at_once() {
    let walk = Walk::begin().await;
    let tokens = walk.tokens().await;
    assert!(walk.who(&tokens).await.is_some());
    let listed = walk.maria.get("/api/v1/apps").await.json();
    let (id, john) = (listed[0]["id"].as_str().unwrap(), walk.app.person("john").await);
    let path = format!("/api/v1/apps/{id}");
    assert_eq!(john.delete(&path).await.status(), 404);
    assert_eq!(walk.maria.delete(&path).await.status(), 204);
    assert!(walk.who(&tokens).await.is_none());
    assert_eq!(walk.refresh(tokens["refresh_token"].as_str().unwrap()).await.status(), 400);
    assert_eq!(walk.maria.get("/api/v1/apps").await.json(), json!([]));
}

#[tokio::test]
async fn asvs_v10_7_3_a_person_sees_which_apps_have_what_since_when() {
    let walk = Walk::begin().await;
    let tokens = walk.tokens().await;
    walk.app.clock().advance_seconds(1_200);
    assert!(walk.who(&tokens).await.is_some());
    let listed = walk.maria.get("/api/v1/apps").await.json();
    let one = &listed[0];
    assert_eq!(
        (&one["app"]["name"], &one["person"]["name"], &one["since"], &one["usedAt"]),
        (
            &json!("Sunflower"),
            &json!("Maria"),
            &json!("2026-01-05T08:00:00Z"),
            &json!("2026-01-05T08:20:00Z")
        )
    );
    let words: Vec<_> =
        one["permissions"].as_array().unwrap().iter().map(|one| one["scope"].as_str().unwrap()).collect();
    assert_eq!(words.join(" "), SCOPES);
}

#[tokio::test]
async fn a_closed_account_and_a_removed_client_end_their_tokens() {
    let walk = Walk::begin().await;
    let (one, two) = (walk.tokens().await, walk.tokens().await);
    assert!(walk.who(&one).await.is_some() && walk.who(&two).await.is_some());
    let auth = &walk.app.app().auth;
    let active = |is_active| AccountChange { is_active: Some(is_active), ..AccountChange::default() };
    auth.change_account(walk.maria.account(), active(false)).await.map(drop).unwrap();
    assert!(walk.who(&one).await.is_none());
    auth.change_account(walk.maria.account(), active(true)).await.map(drop).unwrap();
    assert!(walk.who(&one).await.is_none(), "for good");

    let walk = Walk::begin().await;
    let tokens = walk.tokens().await;
    assert!(walk.app.app().auth.remove_client(&walk.client).await.unwrap());
    assert!(walk.who(&tokens).await.is_none());
    assert_eq!(walk.refresh(tokens["refresh_token"].as_str().unwrap()).await.status(), 401);
}

#[tokio::test]
async fn an_app_has_no_way_into_the_account() {
    let walk = Walk::begin().await;
    let program = walk.bearer(&walk.tokens().await);
    for path in ["/api/v1/session", "/api/v1/tokens", "/api/v1/sessions", "/api/v1/apps", "/api/v1/accounts"]
    {
        assert_eq!(program.get(path).await.status(), 403, "{path}");
    }
    let wish = json!({ "currentPassword": "x", "newPassword": "y" });
    assert_eq!(program.put("/api/v1/password", &wish).await.status(), 403);
}

#[tokio::test]
async fn an_app_opened_for_a_patient_is_about_that_patient() {
    let walk = Walk::begin().await;
    let patient = walk.maria.patient();
    let visit = json!({ "resourceType": "Encounter", "status": "finished",
        "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
        "subject": { "reference": format!("Patient/{patient}") } });
    let visit = walk.app.create(visit).await;
    let wish = json!({ "person": patient, "encounter": visit });
    let opened = walk.maria.post("/api/v1/launches", &wish).await;
    assert_eq!(opened.status(), 201, "{}", opened.text());
    let launch: &'static str = opened.json()["launch"].as_str().unwrap().to_owned().leak();
    let scope = "openid launch patient/Observation.rs";
    let change = [("scope", scope), ("launch", launch)];
    let code = walk.code_for(&change, scope).await;
    let tokens = walk.redeem(&code).await.json();
    assert_eq!((&tokens["patient"], &tokens["encounter"]), (&json!(patient), &json!(visit)));

    // It was good once, and for whoever opened it.
    assert_eq!(walk.error_of(&change).await, "invalid_request");
    let john = walk.app.person("john").await;
    let stranger = john.post("/api/v1/launches", &json!({ "person": patient })).await;
    assert_eq!(stranger.status(), 404);
    let his = john.post("/api/v1/launches", &json!({ "person": john.patient() })).await.json();
    let his: &'static str = his["launch"].as_str().unwrap().to_owned().leak();
    let question = walk.question(&[("scope", scope), ("launch", his)]).await.json();
    assert!(question["sendTo"].as_str().unwrap().contains("error=invalid_request"), "{question}");
}

#[tokio::test]
async fn what_is_given_taken_back_and_stolen_is_in_the_audit() {
    let walk = Walk::begin().await;
    let code = walk.code().await;
    walk.redeem(&code).await;
    walk.redeem(&code).await;
    let tokens = walk.tokens().await;
    walk.post("/oauth/revoke", &[("token", tokens["refresh_token"].as_str().unwrap())]).await;
    let filter = AuditFilter { actions: vec![AuditAction::PolicyChange], ..AuditFilter::default() };
    let mut entries = walk.app.app().store.system("test").audit(&filter, 100).await.unwrap();
    entries.reverse();
    let of_app = |entry: &&AuditRecord| entry.detail["client"] == walk.client.as_str();
    let words: Vec<_> =
        entries.iter().filter(of_app).map(|entry| entry.detail["change"].as_str().unwrap()).collect();
    assert_eq!(
        words,
        [
            "let an app have access",
            "a code or a refresh token of an app came twice",
            "let an app have access",
            "took the access of an app back",
        ]
    );
}
