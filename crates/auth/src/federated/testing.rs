//! A provider on the loopback that says whatever a test wants.

use super::{Begun, Ended, Errand, Here, Outcome, ProviderConfig, Returned};
use crate::testing::Door;
use crate::{AuthConfig, Opening};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, Response};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use salus_core::Clock;
use salus_outbound::testing::{Answer, Fake};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use url::Url;

pub(super) const CLIENT: &str = "salus-here";
pub(super) const CLIENT_SECRET: &str = "a secret of both";

/// What it says; a test changes it.
pub(super) struct Says {
    /// Replaces members of what it publishes of itself.
    pub(super) metadata: Value,
    pub(super) keys: JwkSet,
    /// What the token endpoint answers.
    pub(super) answer: Value,
    /// What it was asked: path, and the body of a form.
    pub(super) asked: Vec<(String, BTreeMap<String, String>)>,
}

/// The provider. It ends with this value.
pub(super) struct FakeProvider {
    fake: Fake,
    pub(super) says: Arc<Mutex<Says>>,
}

/// A key that signs ID tokens.
pub(super) struct Key {
    encoding: EncodingKey,
    pub(super) id: String,
}

impl Key {
    pub(super) fn fresh(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        Self { encoding: EncodingKey::from_ec_der(der.as_ref()), id: id.to_owned() }
    }

    pub(super) fn public(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.encoding, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some(self.id.clone());
        jwk
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.encoding).unwrap()
    }
}

/// Signed by what both sides know.
pub(super) fn signed_with_the_secret(claims: &Value) -> String {
    let key = EncodingKey::from_secret(CLIENT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// Signed by nothing.
pub(super) fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": "none", "typ": "JWT" })), part(claims))
}

impl FakeProvider {
    pub(super) fn start(key: &Key) -> Self {
        let says = Says {
            metadata: json!({}),
            keys: JwkSet { keys: vec![key.public()] },
            answer: json!({}),
            asked: Vec::new(),
        };
        let says = Arc::new(Mutex::new(says));
        let heard = Arc::clone(&says);
        let fake = Fake::start(move |request| answer(&mut heard.lock().unwrap(), request));
        Self { fake, says }
    }

    pub(super) fn url(&self) -> String {
        self.fake.url()
    }

    pub(super) fn config(&self, id: &str, secret: PathBuf) -> ProviderConfig {
        ProviderConfig {
            id: id.to_owned(),
            name: "The house next door".to_owned(),
            issuer: self.url(),
            client_id: CLIENT.to_owned(),
            client_secret_file: Some(secret),
            scopes: vec!["email".to_owned()],
        }
    }

    /// From now on it gives out this ID token.
    pub(super) fn gives(&self, id_token: &str) {
        self.says.lock().unwrap().answer =
            json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": id_token });
    }
}

fn answer(says: &mut Says, request: Request<Vec<u8>>) -> Answer {
    let issuer = format!("http://{}", request.headers()["host"].to_str().unwrap());
    let form = url::form_urlencoded::parse(request.body()).into_owned().collect();
    says.asked.push((request.uri().path().to_owned(), form));
    let body = match request.uri().path() {
        "/.well-known/openid-configuration" => {
            let mut metadata = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            });
            for (name, value) in says.metadata.as_object().into_iter().flatten() {
                metadata[name] = value.clone();
            }
            metadata
        }
        "/keys" => serde_json::to_value(&says.keys).unwrap(),
        "/token" => says.answer.clone(),
        _ => return Response::builder().status(404).body(Vec::new()).unwrap(),
    };
    let response = Response::builder().header("content-type", "application/json");
    response.body(body.to_string().into_bytes()).unwrap()
}

/// A door with one provider beside it, and the browser of one person.
pub(super) struct Street {
    pub(super) door: Door,
    pub(super) provider: FakeProvider,
    pub(super) key: Key,
    files: tempfile::TempDir,
}

impl Street {
    pub(super) async fn open() -> Self {
        let key = Key::fresh("k1");
        let (provider, files) = (FakeProvider::start(&key), tempfile::tempdir().unwrap());
        std::fs::write(files.path().join("secret"), format!("{CLIENT_SECRET}\n")).unwrap();
        let mut street = Self { door: Door::open().await, provider, key, files };
        street.beside(vec![street.config("next-door")]);
        street
    }

    pub(super) fn config(&self, id: &str) -> ProviderConfig {
        self.provider.config(id, self.files.path().join("secret"))
    }

    pub(super) fn secret_file(&self) -> PathBuf {
        self.files.path().join("secret")
    }

    /// Opens the door anew, with these providers beside it.
    pub(super) fn beside(&mut self, providers: Vec<ProviderConfig>) {
        let config = AuthConfig { providers, ..self.door.auth.config().clone() };
        self.door.auth = crate::Auth::open(self.door.store.clone(), config).unwrap();
        self.door.auth.is_found_at("https://salus.example");
    }

    pub(super) async fn begin(&self, errand: Errand<'_>) -> Way {
        let begun = self.door.auth.begin_federated("next-door", errand, None, "/").await.unwrap();
        Way::of(begun)
    }

    /// What the provider says of Maria to whoever asked this way.
    pub(super) fn claims(&self, way: &Way) -> Value {
        let now = self.door.clock.now().as_second();
        json!({
            "iss": self.provider.url(),
            "sub": "maria-there",
            "aud": CLIENT,
            "exp": now + 60,
            "iat": now,
            "nonce": way.query["nonce"],
            "email": "maria@next-door.example",
            "email_verified": true,
        })
    }

    /// The provider says what is right, and the browser comes back.
    pub(super) async fn come_back(&self, way: &Way, account: Option<&str>) -> Ended {
        self.provider.gives(&self.key.sign(&self.claims(way)));
        self.come_back_as_it_is(way, account).await
    }

    pub(super) async fn come_back_as_it_is(&self, way: &Way, account: Option<&str>) -> Ended {
        let returned = Returned { state: Some(&way.query["state"]), code: Some("c1"), ..Returned::default() };
        self.finish(way, returned, account).await
    }

    pub(super) async fn finish(&self, way: &Way, returned: Returned<'_>, account: Option<&str>) -> Ended {
        let here = Here { account, address: None, agent: "test" };
        self.door.auth.finish_federated("next-door", Some(&way.begun.secret), returned, here).await
    }

    /// Links the identity of the provider with an account.
    pub(super) async fn link(&self, account: &str) {
        let way = self.begin(Errand::Link(account)).await;
        let ended = self.come_back(&way, Some(account)).await;
        assert!(matches!(ended.outcome, Ok(Outcome::Linked(_))), "{}", word(&ended));
    }

    /// Signs in by the provider.
    pub(super) async fn sign_in(&self) -> Ended {
        let way = self.begin(Errand::SignIn).await;
        self.come_back(&way, None).await
    }
}

/// A way through a provider, as the browser sees it.
pub(super) struct Way {
    pub(super) begun: Begun,
    pub(super) query: BTreeMap<String, String>,
}

impl Way {
    fn of(begun: Begun) -> Self {
        let query = Url::parse(&begun.send_to).unwrap().query_pairs().into_owned().collect();
        Self { begun, query }
    }
}

/// What came of it, in a word.
pub(super) fn word(ended: &Ended) -> &'static str {
    match &ended.outcome {
        Ok(Outcome::Opening(Opening::Open(_))) => "open",
        Ok(Outcome::Opening(Opening::HalfOpen(_))) => "half-open",
        Ok(Outcome::Linked(_)) => "linked",
        Err(cause) => cause.code(),
    }
}
