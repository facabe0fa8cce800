//! Two installations on one machine: people of the one sign in to the other, whose provider it is, over real HTTP.

use crate::testing::query_of;
use salus_auth::oauth::NewClient;
use salus_auth::{AccountChange, AuthConfig, ProviderConfig};
use salus_http::HttpConfig;
use salus_http::testing::{PASSWORD, TestApp, TestClient, TestResponse, totp_code};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

const HERE: &str = "https://salus.test";

/// The installation that is signed in to, the one that vouches, and Maria in both.
struct Street {
    here: TestApp,
    there: TestApp,
    maria_here: TestClient,
    maria_there: TestClient,
}

impl Street {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let capabilities = || vec![crate::capability()];
        let config = HttpConfig { public_origin: Some(issuer.clone()), ..HttpConfig::default() };
        let there = TestApp::with_config(capabilities, config).await;
        let serving = there.router();
        tokio::spawn(async move { axum::serve(listener, serving).await });

        let client: NewClient = serde_json::from_value(json!({
            "client_name": "Salus here",
            "redirect_uris": [format!("{HERE}/api/v1/session/providers/next-door/callback")],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid email",
        }))
        .unwrap();
        let made = there.app().auth.add_client(client, None).await.unwrap_or_else(|error| panic!("{error}"));
        let secret = there.dir().join("client-secret");
        std::fs::write(&secret, made.secret.unwrap().expose()).unwrap();
        let provider = ProviderConfig {
            id: "next-door".to_owned(),
            name: "The house next door".to_owned(),
            issuer,
            client_id: made.client.id,
            client_secret_file: Some(secret),
            scopes: vec!["email".to_owned()],
        };
        let config = HttpConfig { public_origin: Some(HERE.to_owned()), ..HttpConfig::default() };
        let auth = AuthConfig { providers: vec![provider], ..AuthConfig::default() };
        let here = TestApp::with_auth(capabilities, config, auth).await;
        let (maria_here, maria_there) = (here.person("maria").await, there.person("maria").await);
        Self { here, there, maria_here, maria_there }
    }

    /// Begins to sign in by the provider.
    async fn begin(&self, to: &str) -> Way {
        let path = "/api/v1/session/providers/next-door";
        Way::of(&self.here.anonymous().post(path, &json!({ "to": to })).await)
    }

    /// Maria allows it at the provider; the path of the callback that her browser is sent back to.
    async fn allow(&self, way: &Way) -> String {
        let asked = Url::parse(&way.send_to).unwrap();
        let path = format!("{}?{}", asked.path(), asked.query().unwrap());
        let question = self.there.anonymous().get(&path).await.header("location");
        let word = question.strip_prefix("/apps/authorize?ask=").unwrap_or_else(|| panic!("{question}"));
        let body = json!({ "ask": word, "isAllowed": true, "scopes": ["openid", "email"], "person": null });
        let decided = self.maria_there.post("/api/v1/app-requests", &body).await;
        assert_eq!(decided.status(), 200, "{}", decided.text());
        let back = decided.json()["sendTo"].as_str().unwrap().to_owned();
        back.strip_prefix(HERE).unwrap_or_else(|| panic!("{back}")).to_owned()
    }

    /// All the way, in a browser with these cookies beside.
    async fn walk(&self, way: &Way, cookies: &str) -> TestResponse {
        let back = self.allow(way).await;
        self.browser(&format!("{cookies}; {}", way.cookie)).get(&back).await
    }

    fn browser(&self, cookies: &str) -> TestClient {
        // As a browser comes back from another site, by a plain navigation.
        let browser = self.here.anonymous().with_header("cookie", cookies);
        browser.with_header("sec-fetch-site", "cross-site").with_header("sec-fetch-mode", "navigate")
    }

    /// Links Maria's identity there with her account here.
    async fn link(&self) -> TestResponse {
        let session = self.here.sign_in_cookie("maria").await;
        let maria = self.here.anonymous().with_header("cookie", &session);
        let begun = maria.post("/api/v1/account/identities", &json!({ "provider": "next-door" })).await;
        self.walk(&Way::of(&begun), &session).await
    }
}

/// The cookie of a session, for a browser that holds others too.
trait SignInCookie {
    async fn sign_in_cookie(&self, name: &str) -> String;
}

impl SignInCookie for TestApp {
    async fn sign_in_cookie(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@example.org"), "password": PASSWORD });
        format!("__Host-salus={}", self.anonymous().post("/api/v1/session", &body).await.cookie())
    }
}

/// A way to the provider, begun.
struct Way {
    send_to: String,
    cookie: String,
}

impl Way {
    fn of(begun: &TestResponse) -> Self {
        assert_eq!(begun.status(), 200, "{}", begun.text());
        Self {
            send_to: begun.json()["sendTo"].as_str().unwrap().to_owned(),
            cookie: format!("__Host-salus-provider={}", begun.cookie()),
        }
    }
}

/// Where an answer leads: the path, and the word for what went wrong.
fn leads_to(response: &TestResponse) -> (String, Option<String>) {
    assert_eq!(response.status(), 303, "{}", response.text());
    let location = response.header("location");
    let problem = query_of(&format!("{HERE}{location}")).remove("problem");
    (location.split('?').next().unwrap_or_default().to_owned(), problem)
}

fn to(path: &str, problem: Option<&str>) -> (String, Option<String>) {
    (path.to_owned(), problem.map(str::to_owned))
}

#[tokio::test]
async fn somebody_links_an_identity_elsewhere_and_signs_in_by_it() {
    let street = Street::open().await;
    let listed = street.here.anonymous().get("/api/v1/session/providers").await;
    assert_eq!(listed.text(), r#"[{"id":"next-door","name":"The house next door"}]"#);

    let way = street.begin("/").await;
    assert_eq!(leads_to(&street.walk(&way, "").await), to("/sign-in", Some("not-linked")));
    assert_eq!(leads_to(&street.link().await), to("/me", None));
    assert_eq!(leads_to(&street.link().await), to("/me", Some("taken")));
    let links = street.maria_here.get("/api/v1/account/identities").await.json();
    assert_eq!(
        (&links[0]["provider"], &links[0]["label"], &links[0]["usedAt"]),
        (&json!("next-door"), &json!("maria@example.org"), &Value::Null)
    );

    let way = street.begin("/people/1?page=2").await;
    let answer = street.walk(&way, "").await;
    assert_eq!((answer.status(), answer.header("location")), (303, "/people/1?page=2".to_owned()));
    let line = answer.header("set-cookie");
    assert!(line.starts_with("__Host-salus=") && line.contains("HttpOnly; SameSite=Lax"), "{line}");
    let maria = street.here.anonymous().with_header("cookie", &format!("__Host-salus={}", answer.cookie()));
    let session = maria.get("/api/v1/session").await.json();
    assert_eq!(session["account"]["id"], street.maria_here.account());
    assert_eq!(maria.get("/api/v1/account/identities").await.json()[0]["usedAt"], "2026-01-05T08:00:00Z");

    let path = format!("/api/v1/account/identities/{}", links[0]["id"].as_str().unwrap());
    let refused = maria.delete(&path).await;
    assert_eq!(refused.json()["type"], "urn:salus:problem:step-up-required", "{}", refused.text());
    let john = street.here.person("john").await;
    assert_eq!(john.delete(&path).await.status(), 404);
    assert_eq!(street.maria_here.delete(&path).await.status(), 204);
    let way = street.begin("/").await;
    assert_eq!(leads_to(&street.walk(&way, "").await), to("/sign-in", Some("not-linked")));
}

#[tokio::test]
async fn asvs_v6_3_3_a_second_step_is_asked_for_behind_another_provider() {
    let street = Street::open().await;
    street.link().await;
    let secret = street.here.with_totp(&street.maria_here).await;
    street.there.clock().advance_seconds(60);
    let way = street.begin("/people").await;
    let half = street.walk(&way, "").await;
    assert_eq!(half.header("location"), "/sign-in?step=second&to=%2Fpeople");
    let line = half.header("set-cookie");
    assert!(line.starts_with("__Host-salus-step=") && line.contains("SameSite=Strict"), "{line}");
    let browser =
        street.here.anonymous().with_header("cookie", &format!("__Host-salus-step={}", half.cookie()));
    assert_eq!(browser.get("/api/v1/session").await.status(), 401, "nothing is open yet");
    assert_eq!(browser.get("/api/v1/session/second-step").await.json()["factors"], json!(["totp"]));
    assert_eq!(street.here.anonymous().get("/api/v1/session/second-step").await.status(), 401);
    let shown = json!({ "method": "totp", "code": totp_code(&secret, &street.here, 0) });
    assert_eq!(browser.post("/api/v1/session/second-step", &shown).await.status(), 200);
    assert_eq!(browser.get("/api/v1/session/second-step").await.status(), 401, "it is over");
}

#[tokio::test]
async fn asvs_v10_1_2_what_comes_back_belongs_to_the_browser_that_asked_and_comes_once() {
    let street = Street::open().await;
    street.link().await;
    let (way, other) = (street.begin("/").await, street.begin("/").await);
    let back = street.allow(&way).await;
    let astray = back.replace("state=", "state=x");
    for (what, cookies, back, expect) in [
        ("no cookie", "theme=dark", &back, to("/sign-in", Some("over"))),
        ("another browser", other.cookie.as_str(), &back, to("/sign-in", Some("over"))),
        ("another state", way.cookie.as_str(), &astray, to("/sign-in", Some("over"))),
        ("as it should be", way.cookie.as_str(), &back, to("/", None)),
        ("once more", way.cookie.as_str(), &back, to("/sign-in", Some("over"))),
    ] {
        let answer = street.browser(cookies).get(back).await;
        assert_eq!(leads_to(&answer), expect, "{what}");
        assert_eq!(
            answer.header("set-cookie").starts_with("__Host-salus="),
            what == "as it should be",
            "{what}"
        );
    }
    let nonsense = street.browser(&way.cookie).get("/api/v1/session/providers/nobody/callback").await;
    assert_eq!(leads_to(&nonsense), to("/sign-in", Some("over")));
}

#[tokio::test]
async fn a_closed_account_is_refused_as_an_unknown_identity_is() {
    let street = Street::open().await;
    street.link().await;
    let closed = AccountChange { is_active: Some(false), ..AccountChange::default() };
    let changed = street.here.app().auth.change_account(street.maria_here.account(), closed).await;
    assert!(changed.is_ok());
    let way = street.begin("/").await;
    assert_eq!(leads_to(&street.walk(&way, "").await), to("/sign-in", Some("not-linked")));
}

#[tokio::test]
async fn asvs_v7_5_1_no_identity_is_linked_or_unlinked_without_a_fresh_proof() {
    let street = Street::open().await;
    street.here.clock().advance_seconds(600);
    let new = json!({ "provider": "next-door" });
    let kind = |response: TestResponse| response.json()["type"].as_str().map(str::to_owned);
    let step_up = Some("urn:salus:problem:step-up-required".to_owned());
    let maria = &street.maria_here;
    assert_eq!(kind(maria.post("/api/v1/account/identities", &new).await), step_up);
    assert_eq!(kind(maria.delete("/api/v1/account/identities/x").await), step_up);
}

#[tokio::test]
async fn there_is_no_way_through_a_provider_that_nobody_set_up() {
    let street = Street::open().await;
    let nobody = street.here.anonymous().post("/api/v1/session/providers/nobody", &json!({})).await;
    assert_eq!(nobody.status(), 404);
    let nobody = street.maria_here.post("/api/v1/account/identities", &json!({ "provider": "nobody" })).await;
    assert_eq!(nobody.status(), 404);
    let another_site = street.here.anonymous().with_header("sec-fetch-site", "cross-site");
    let begun = another_site.post("/api/v1/session/providers/next-door", &json!({})).await;
    assert_eq!(begun.status(), 403, "another site begins nothing here");
}
