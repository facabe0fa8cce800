//! The transit engine and the sign-in of Vault, as far as Salus speaks with them. It checks what it is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Request, Response};
use salus_outbound::testing::{Answer, Fake};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};

#[derive(Default)]
pub struct State {
    pub tokens: Vec<String>,
    pub sign_ins: usize,
    pub renewals: usize,
    pub versions: u64,
    pub is_sealed: bool,
    pub kind: &'static str,
}

pub struct FakeVault {
    pub fake: Fake,
    state: Arc<Mutex<State>>,
}

impl FakeVault {
    pub fn start() -> Self {
        let state = State { versions: 1, kind: "aes256-gcm96", ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let fake = Fake::start(move |request| {
            let mut state = shared.lock().unwrap();
            let (status, body) = answer(&mut state, &request);
            Response::builder().status(status).body(body.to_string().into_bytes()).unwrap() as Answer
        });
        Self { fake, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn refused(status: u16, why: &str) -> (u16, Value) {
    (status, json!({"errors": [why]}))
}

fn answer(state: &mut State, request: &Request<Vec<u8>>) -> (u16, Value) {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("x-vault-request").as_deref(), Some("true"));
    if state.is_sealed {
        return refused(503, "Vault is sealed");
    }
    if header("x-vault-namespace").as_deref() != Some("clinic/") {
        return refused(404, "no handler for route");
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let path = request.uri().path();
    if path == "/v1/auth/approle/login" {
        if body != json!({"role_id": "salus-role", "secret_id": "salus-secret"}) {
            return refused(400, "invalid role or secret ID");
        }
        state.sign_ins += 1;
        let token = format!("hvs.{}", state.sign_ins);
        state.tokens.push(token.clone());
        return (200, json!({"auth": {"client_token": token, "lease_duration": 3_600, "renewable": true}}));
    }
    if !header("x-vault-token").is_some_and(|token| state.tokens.contains(&token)) {
        return refused(403, "permission denied");
    }
    match (request.method().as_str(), path) {
        ("POST", "/v1/auth/token/renew-self") => {
            state.renewals += 1;
            (200, json!({"auth": {"client_token": header("x-vault-token"), "lease_duration": 3_600}}))
        }
        ("GET", "/v1/transit/keys/salus") => {
            (200, json!({"data": {"latest_version": state.versions, "type": state.kind}}))
        }
        ("POST", "/v1/transit/encrypt/salus") => {
            let sealed = json!({"p": body["plaintext"], "a": body["associated_data"]}).to_string();
            let version = state.versions;
            let text = format!("vault:v{version}:{}", BASE64.encode(sealed));
            (200, json!({"data": {"ciphertext": text, "key_version": version}}))
        }
        ("POST", "/v1/transit/decrypt/salus") => {
            let text = body["ciphertext"].as_str().unwrap();
            let (version, sealed) = text.strip_prefix("vault:v").unwrap().split_once(':').unwrap();
            let opened: Value =
                serde_json::from_slice(&BASE64.decode(sealed).unwrap_or_default()).unwrap_or_default();
            let is_known = version.parse::<u64>().unwrap() <= state.versions;
            if !is_known || opened["a"] != body["associated_data"] || opened["a"].is_null() {
                return refused(400, "cipher: message authentication failed");
            }
            (200, json!({"data": {"plaintext": opened["p"]}}))
        }
        _ => refused(404, "no handler for route"),
    }
}
