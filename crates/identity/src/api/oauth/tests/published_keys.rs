//! Services that publish their keys at an address of their own, and change them there.

use crate::testing::error;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use http::{Method, Response};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use salus_auth::AuthConfig;
use salus_auth::oauth::NewClient;
use salus_core::{Clock, Uid};
use salus_http::HttpConfig;
use salus_http::testing::TestApp;
use salus_outbound::OutboundConfig;
use salus_outbound::testing::Fake;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A service, and the server on the loopback where its keys are.
struct Publisher {
    app: TestApp,
    client: String,
    answer: Arc<Mutex<(u16, Vec<u8>)>>,
    asked: Arc<AtomicUsize>,
    _server: Fake,
}

/// A key by its name.
struct Named(&'static str, EncodingKey);

impl Named {
    fn new(name: &'static str) -> Self {
        let der = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
        Self(name, EncodingKey::from_ec_der(der.as_ref()))
    }

    fn public(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.1, Algorithm::ES384).unwrap()).unwrap();
        jwk["kid"] = self.0.into();
        jwk
    }
}

impl Publisher {
    /// Where the loopback may be reached, as an operator would name the network.
    async fn open() -> Self {
        Self::open_with(vec!["127.0.0.0/8".parse().unwrap()]).await
    }

    async fn open_with(allow_networks: Vec<salus_outbound::IpNet>) -> Self {
        let (answer, asked) = (Arc::new(Mutex::new((404, Vec::new()))), Arc::new(AtomicUsize::new(0)));
        let (told, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let server = Fake::start(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let (status, body) = told.lock().unwrap().clone();
            Response::builder().status(status).body(body).unwrap()
        });
        let outbound = OutboundConfig { allow_networks, ..OutboundConfig::default() };
        let auth = AuthConfig { outbound, ..AuthConfig::default() };
        let app = TestApp::with_auth(|| vec![crate::capability()], HttpConfig::default(), auth).await;
        let maria = app.person("maria").await;
        let new: NewClient = serde_json::from_value(json!({
            "client_name": "Nightly sync",
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["client_credentials"],
            "scope": "system/Patient.rs",
            "jwks_uri": format!("{}/keys", server.url()),
        }))
        .unwrap();
        let made = app.app().auth.add_client(new, Some(maria.account())).await;
        let client = made.unwrap_or_else(|error| panic!("{error}")).client.id;
        Self { app, client, answer, asked, _server: server }
    }

    /// Beside a key of a kind that is for other servers.
    fn publish(&self, keys: &[&Named]) {
        let other = json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "other" });
        let keys: Vec<_> = keys.iter().map(|key| key.public()).chain([other]).collect();
        *self.answer.lock().unwrap() = (200, json!({ "keys": keys }).to_string().into_bytes());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// What an assertion signed with this key is answered with.
    async fn show(&self, key: &Named) -> u16 {
        let now = self.app.clock().now().as_second();
        let store = &self.app.app().store;
        let jti = Uid::fresh(&**store.clock(), &**store.rng()).to_string();
        let claims = json!({ "iss": self.client, "sub": self.client, "aud": "http://salus.test/oauth/token",
                             "iat": now, "exp": now + 300, "jti": jti });
        let header = Header { kid: Some(key.0.to_owned()), ..Header::new(Algorithm::ES384) };
        let assertion = jsonwebtoken::encode(&header, &claims, &key.1).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "system/Patient.rs"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = Some("application/x-www-form-urlencoded");
        let answer = self.app.anonymous().send(Method::POST, "/oauth/token", kind, body).await;
        if answer.status() != 200 {
            assert_eq!(error(&answer), (401, "invalid_client".to_owned()));
        }
        answer.status()
    }
}

#[tokio::test]
async fn published_keys_are_asked_for_once_in_minutes_and_followed_when_they_change() {
    let publisher = Publisher::open().await;
    let (first, second, stranger) = (Named::new("first"), Named::new("second"), Named::new("third"));
    publisher.publish(&[&first]);
    assert_eq!((publisher.show(&first).await, publisher.asked()), (200, 1));
    assert_eq!((publisher.show(&first).await, publisher.asked()), (200, 1), "kept");

    publisher.publish(&[&first, &second]);
    publisher.app.clock().advance_seconds(10);
    assert_eq!((publisher.show(&second).await, publisher.asked()), (200, 2), "an unknown name is looked up");
    assert_eq!((publisher.show(&first).await, publisher.asked()), (200, 2));
    for _ in 0..3 {
        assert_eq!(
            (publisher.show(&stranger).await, publisher.asked()),
            (401, 2),
            "nobody makes us ask on and on"
        );
    }

    publisher.publish(&[&second]);
    assert_eq!((publisher.show(&first).await, publisher.asked()), (200, 2), "believed for minutes");
    publisher.app.clock().advance_seconds(300);
    assert_eq!((publisher.show(&second).await, publisher.asked()), (200, 3));
    assert_eq!(
        (publisher.show(&first).await, publisher.asked()),
        (401, 3),
        "a key that was taken away is over"
    );
}

#[tokio::test]
async fn a_service_whose_keys_cannot_be_had_is_not_let_in() {
    let key = Named::new("first");
    let publisher = Publisher::open().await;
    publisher.publish(&[&key]);
    let keys = publisher.answer.lock().unwrap().1.clone();
    let padded = [keys.clone(), vec![b' '; 30_000]].concat();
    for (status, body) in [
        (404, keys.clone()),
        (302, keys.clone()),
        (200, b"no JSON".to_vec()),
        (200, b"[]".to_vec()),
        (200, padded),
    ] {
        *publisher.answer.lock().unwrap() = (status, body);
        publisher.app.clock().advance_seconds(10);
        assert_eq!(publisher.show(&key).await, 401, "{status}");
    }
    assert_eq!(publisher.asked(), 5);
    publisher.publish(&[&key]);
    assert_eq!((publisher.show(&key).await, publisher.asked()), (401, 5), "left alone for a moment");
    publisher.app.clock().advance_seconds(10);
    assert_eq!(publisher.show(&key).await, 200);
}

#[tokio::test]
async fn asvs_v1_3_6_an_address_of_keys_does_not_lead_into_the_own_network() {
    let key = Named::new("first");
    let publisher = Publisher::open_with(Vec::new()).await;
    publisher.publish(&[&key]);
    assert_eq!((publisher.show(&key).await, publisher.asked()), (401, 0));
}
