//! A client, a browser and a person, walking through OAuth step by step.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use salus_auth::oauth::NewClient;
use salus_auth::{Credential, Identity};
use salus_core::Secret;
use salus_http::testing::{TestApp, TestClient, TestResponse};
use salus_store::Records;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

pub(crate) const BACK: &str = "https://app.example/back";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const SCOPES: &str = "openid fhirUser launch/patient offline_access patient/Patient.r patient/Observation.rs patient/Condition.rs";

/// Somebody with a record, and an app that asks for it.
pub(crate) struct Walk {
    pub(crate) app: TestApp,
    pub(crate) maria: TestClient,
    pub(crate) client: String,
    pub(crate) secret: Option<String>,
}

/// What a client of people says of itself.
pub(crate) fn public_client() -> Value {
    json!({
        "client_name": "Sunflower",
        "redirect_uris": [BACK],
        "post_logout_redirect_uris": ["https://app.example/bye"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": format!("{SCOPES} profile email launch online_access user/Practitioner.r"),
    })
}

pub(crate) async fn app() -> TestApp {
    TestApp::with_capabilities(|| vec![crate::capability()]).await
}

pub(crate) fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// The parameters of an address.
pub(crate) fn query_of(address: &str) -> BTreeMap<String, String> {
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

/// The claims of a JWT, unchecked.
pub(crate) fn claims_of(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

impl Walk {
    /// Maria, and an app in the browser that keeps no secret.
    pub(crate) async fn begin() -> Self {
        Self::with_client(public_client()).await
    }

    pub(crate) async fn with_client(metadata: Value) -> Self {
        let app = app().await;
        let maria = app.person("maria").await;
        let new: NewClient = serde_json::from_value(metadata).unwrap();
        let made = app.app().auth.add_client(new, None).await.unwrap_or_else(|error| panic!("{error}"));
        let secret = made.secret.map(|secret| secret.expose().clone());
        Self { app, maria, client: made.client.id, secret }
    }

    /// What the app asks by; `change` replaces parameters, an empty one takes it away.
    pub(crate) fn query(&self, change: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let mut pairs = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", self.client.as_str()),
            ("redirect_uri", BACK),
            ("scope", SCOPES),
            ("state", "1e5"),
            ("nonce", "n-0S6"),
            ("aud", "http://salus.test/fhir/r4"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]);
        pairs.extend(change.iter().copied());
        pairs.retain(|_, value| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// Sends a browser to ask; where it is sent on to.
    pub(crate) async fn ask(&self, change: &[(&str, &str)]) -> String {
        let response = self.app.anonymous().get(&format!("/oauth/authorize?{}", self.query(change))).await;
        assert_eq!(response.status(), 303, "{}", response.text());
        response.header("location")
    }

    /// The error that a wrong request is answered with.
    pub(crate) async fn error_of(&self, change: &[(&str, &str)]) -> String {
        let address = self.ask(change).await;
        assert!(address.starts_with(BACK), "{address}");
        let mut query = query_of(&address);
        assert_eq!(query["iss"], "http://salus.test");
        query.remove("error").unwrap_or_default()
    }

    /// The word for the consent screen.
    pub(crate) async fn word(&self, change: &[(&str, &str)]) -> String {
        let address = self.ask(change).await;
        let word = address.strip_prefix("/apps/authorize?ask=");
        word.unwrap_or_else(|| panic!("{address}")).to_owned()
    }

    /// What the person is asked.
    pub(crate) async fn question(&self, change: &[(&str, &str)]) -> TestResponse {
        let word = self.word(change).await;
        self.maria.get(&format!("/api/v1/app-requests?ask={word}")).await
    }

    pub(crate) async fn decide(&self, word: &str, scopes: &str, person: Option<&str>) -> TestResponse {
        let scopes: Vec<&str> = scopes.split_ascii_whitespace().collect();
        let body = json!({ "ask": word, "isAllowed": true, "scopes": scopes, "person": person });
        self.maria.post("/api/v1/app-requests", &body).await
    }

    /// Asks, and the person allows everything for their own record; the code.
    pub(crate) async fn code(&self) -> String {
        self.code_for(&[], SCOPES).await
    }

    pub(crate) async fn code_for(&self, change: &[(&str, &str)], scopes: &str) -> String {
        let word = self.word(change).await;
        let decided = self.decide(&word, scopes, Some(self.maria.patient())).await;
        assert_eq!(decided.status(), 200, "{}", decided.text());
        query_of(decided.json()["sendTo"].as_str().unwrap()).remove("code").unwrap()
    }

    /// Posts a form as the client, which shows its secret where it has one.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> TestResponse {
        let mut client = self.app.anonymous();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        match &self.secret {
            Some(secret) => {
                let basic = STANDARD.encode(format!("{}:{secret}", self.client));
                client = client.with_header("authorization", &format!("Basic {basic}"));
            }
            None if form.iter().all(|(name, _)| *name != "client_id") => {
                body.append_pair("client_id", &self.client);
            }
            None => {}
        }
        client.send(Method::POST, path, Some("application/x-www-form-urlencoded"), body.finish()).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> TestResponse {
        self.redeem_with(code, &[]).await
    }

    pub(crate) async fn redeem_with(&self, code: &str, change: &[(&str, &str)]) -> TestResponse {
        let mut form = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(change.iter().copied());
        form.retain(|_, value| !value.is_empty());
        self.post("/oauth/token", &form.into_iter().collect::<Vec<_>>()).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> TestResponse {
        self.post("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// All the way: the answer of the token endpoint.
    pub(crate) async fn tokens(&self) -> Value {
        let answer = self.redeem(&self.code().await).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        answer.json()
    }

    /// Who shows this token.
    pub(crate) async fn who(&self, tokens: &Value) -> Option<Identity> {
        let token = Secret::new(tokens["access_token"].as_str().unwrap().to_owned());
        self.app.app().auth.authenticate(&Credential::Bearer(token)).await.unwrap()
    }

    /// The records as this token sees them.
    pub(crate) async fn records(&self, tokens: &Value) -> Records {
        let identity = self.who(tokens).await.unwrap();
        self.app.app().store.as_user(identity.subject)
    }

    /// The app itself, showing this token.
    pub(crate) fn bearer(&self, tokens: &Value) -> TestClient {
        let token = tokens["access_token"].as_str().unwrap();
        self.app.anonymous().with_header("authorization", &format!("Bearer {token}"))
    }
}

/// The word for what went wrong, as the token endpoint tells it.
pub(crate) fn error(response: &TestResponse) -> (u16, String) {
    (response.status(), response.json()["error"].as_str().unwrap_or_default().to_owned())
}
