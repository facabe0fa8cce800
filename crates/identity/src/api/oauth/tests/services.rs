//! Services without a person: they prove themselves by a key, and act for an account within their scopes.

use crate::testing::{app, claims_of, error, with};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use http::Method;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use salus_auth::oauth::NewClient;
use salus_auth::{AccountChange, Credential, Identity};
use salus_core::{Clock, Secret};
use salus_http::testing::{TestApp, TestClient, TestResponse};
use serde_json::{Value, json};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Service {
    app: TestApp,
    maria: TestClient,
    client: String,
    key: EncodingKey,
}

fn key() -> EncodingKey {
    let der = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
    EncodingKey::from_ec_der(der.as_ref())
}

impl Service {
    async fn set_up(format: &str) -> Self {
        let (app, key) = (app().await, key());
        let maria = app.person("maria").await;
        let metadata = json!({
            "client_name": "Nightly sync",
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["client_credentials"],
            "scope": "system/Patient.rs system/Observation.rs",
            "jwks": { "keys": [Jwk::from_encoding_key(&key, Algorithm::ES384).unwrap()] },
            "access_token_format": format,
            "id_token_signed_response_alg": "ES256",
        });
        let new: NewClient = serde_json::from_value(metadata).unwrap();
        let made = app.app().auth.add_client(new, Some(maria.account())).await;
        let client = made.unwrap_or_else(|error| panic!("{error}")).client.id;
        Self { app, maria, client, key }
    }

    fn claims(&self, jti: &str) -> Value {
        let now = self.app.clock().now().as_second();
        json!({ "iss": self.client, "sub": self.client, "aud": "http://salus.test/oauth/token",
                "iat": now, "exp": now + 300, "jti": jti })
    }

    fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::ES384), claims, &self.key).unwrap()
    }

    async fn show(&self, assertion: &str, scope: &str) -> TestResponse {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = Some("application/x-www-form-urlencoded");
        self.app.anonymous().send(Method::POST, "/oauth/token", kind, body).await
    }

    async fn who(&self, token: &str) -> Option<Identity> {
        let credential = Credential::Bearer(Secret::new(token.to_owned()));
        self.app.app().auth.authenticate(&credential).await.unwrap()
    }
}

#[tokio::test]
async fn asvs_v10_4_16_a_service_proves_itself_by_a_key_and_each_proof_is_good_once() {
    let service = Service::set_up("opaque").await;
    let assertion = service.sign(&service.claims("j1"));
    let tokens = service.show(&assertion, "system/Patient.rs").await;
    assert_eq!(tokens.status(), 200, "{}", tokens.text());
    assert_eq!(
        (&tokens.json()["scope"], &tokens.json()["expires_in"]),
        (&json!("system/Patient.rs"), &json!(300))
    );
    assert!(tokens.json()["refresh_token"].is_null());
    assert_eq!(
        error(&service.show(&assertion, "system/Patient.rs").await),
        (401, "invalid_client".to_owned())
    );
    let again = service.sign(&service.claims("j2"));
    assert_eq!(service.show(&again, "system/Patient.rs").await.status(), 200);
}

#[tokio::test]
async fn a_proof_is_about_this_client_for_this_endpoint_and_short() {
    let service = Service::set_up("opaque").await;
    let now = service.app.clock().now().as_second();
    let good = |jti: &str| service.claims(jti);
    let mut no_jti = good("x");
    no_jti.as_object_mut().unwrap().remove("jti");
    for (number, claims) in [
        with(good("a"), "aud", json!("http://salus.test/oauth/authorize")),
        with(good("b"), "aud", json!("https://other.example/oauth/token")),
        with(good("c"), "iss", json!("somebody")),
        with(good("d"), "sub", json!("somebody")),
        with(good("e"), "exp", json!(now - 11)),
        with(good("f"), "exp", json!(now + 3_600)),
        with(good("g"), "nbf", json!(now + 60)),
        with(good("h"), "jti", json!("")),
        no_jti,
    ]
    .iter()
    .enumerate()
    {
        let answer = service.show(&service.sign(claims), "system/Patient.rs").await;
        assert_eq!(error(&answer), (401, "invalid_client".to_owned()), "{number}");
    }
    let stranger = jsonwebtoken::encode(&Header::new(Algorithm::ES384), &good("i"), &key()).unwrap();
    let unsigned = {
        use base64::Engine;
        let part = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(&good("k")))
    };
    for assertion in [stranger, unsigned, "x.y.z".to_owned()] {
        assert_eq!(error(&service.show(&assertion, "system/Patient.rs").await).0, 401);
    }
}

#[tokio::test]
async fn a_service_reaches_what_its_account_reaches_within_its_scopes() {
    let service = Service::set_up("opaque").await;
    for (scope, expect) in [
        ("system/Patient.rs system/Condition.rs", Some("system/Patient.rs")),
        ("system/Patient.r", Some("system/Patient.r")),
        ("system/Patient.cruds", None),
        ("patient/Patient.rs openid offline_access", None),
        ("user/Patient.rs", None),
    ] {
        let answer = service.show(&service.sign(&service.claims(scope)), scope).await;
        match expect {
            Some(expect) => assert_eq!(answer.json()["scope"], expect, "{scope}"),
            None => assert_eq!(error(&answer), (400, "invalid_scope".to_owned()), "{scope}"),
        }
    }
    let tokens = service.show(&service.sign(&service.claims("last")), "system/Patient.rs").await.json();
    let identity = service.who(tokens["access_token"].as_str().unwrap()).await.unwrap();
    let records = service.app.app().store.as_user(identity.subject);
    let john = service.app.person("john").await;
    for (patient, is_seen) in [(service.maria.patient(), true), (john.patient(), false)] {
        assert_eq!(records.read("Patient", patient).await.unwrap().is_some(), is_seen);
    }
    let closed = AccountChange { is_active: Some(false), ..AccountChange::default() };
    service.app.app().auth.change_account(service.maria.account(), closed).await.map(drop).unwrap();
    let answer = service.show(&service.sign(&service.claims("closed")), "system/Patient.rs").await;
    assert_eq!(error(&answer), (400, "unauthorized_client".to_owned()));
}

#[tokio::test]
async fn asvs_v9_2_4_an_access_token_says_that_it_is_for_the_fhir_interface_alone() {
    let service = Service::set_up("jwt").await;
    let tokens = service.show(&service.sign(&service.claims("j1")), "system/Patient.rs").await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::ES256));
    let claims = claims_of(token);
    assert_eq!(claims["aud"], "http://salus.test/fhir/r4");
    assert_eq!(
        (&claims["iss"], &claims["client_id"], &claims["scope"]),
        (&json!("http://salus.test"), &json!(service.client), &json!("system/Patient.rs"))
    );
    assert!(service.who(token).await.is_some());
    service.app.clock().advance_seconds(300);
    assert!(service.who(token).await.is_none());
}

#[tokio::test]
async fn asvs_v10_3_3_a_token_names_its_account_by_what_is_never_given_to_another() {
    let service = Service::set_up("jwt").await;
    let tokens = service.show(&service.sign(&service.claims("j1")), "system/Patient.rs").await.json();
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims_of(token)["sub"], service.maria.account());
    assert_eq!(service.who(token).await.unwrap().subject.account, service.maria.account());
}
