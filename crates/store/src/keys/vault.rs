//! The key-encryption key in the transit engine of HashiCorp Vault, or of OpenBao, which speaks the same protocol.
//!
//! The key never leaves Vault. The context is sent as associated data, so the key must be of an AEAD type; with a derived
//! key it also derives the key that is used. A version of the key stands in what it wrapped: after a rotation in Vault
//! the earlier ones go on unwrapping, and `salus keys rotate-master` brings everything to the newest.

use super::kms::{Kms, KmsError, Wrapped, data_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use salus_core::{Clock, Secret, Timestamp};
use salus_outbound::{Outbound, OutboundError};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Where Vault is, and which of its keys is ours.
#[derive(Clone)]
pub struct VaultConfig {
    /// `https://vault.example:8200`
    pub address: String,
    /// Where the transit engine is mounted: `transit`.
    pub mount: String,
    /// The name of the key.
    pub key: String,
    /// Whether the key was made with `derived=true`.
    pub derived: bool,
    /// The namespace, where Vault has them.
    pub namespace: Option<String>,
    /// How Salus shows Vault who it is.
    pub auth: VaultAuth,
}

/// How Salus shows Vault who it is. Secrets lie in files, which are read at each sign-in.
#[derive(Clone)]
pub enum VaultAuth {
    /// A token that somebody else keeps fresh in a file, such as the Vault agent.
    TokenFile(PathBuf),
    /// The AppRole of this installation: its role id, and the file of its secret id.
    AppRole {
        /// The role id.
        role_id: String,
        /// The file of the secret id.
        secret_id_file: PathBuf,
    },
}

/// The key-encryption key in Vault.
pub struct VaultTransit {
    config: VaultConfig,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: Secret<String>,
    /// When two thirds of its time are over; none = somebody else keeps it fresh.
    renew_at: Option<Timestamp>,
}

/// The types of key that bind associated data.
const AEAD_TYPES: [&str; 4] = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"];

impl VaultTransit {
    /// Signs in and looks at the key, so that what is wrong shows at the start. It waits for the network.
    ///
    /// # Errors
    /// Where Vault does not answer or let us in, or the key cannot serve.
    pub fn open(config: VaultConfig, outbound: &Outbound, clock: Arc<dyn Clock>) -> Result<Self, KmsError> {
        let vault = Self { config, outbound: outbound.inside(), clock, token: Mutex::new(None) };
        let kind = vault.key_info()?;
        let kind = kind["type"].as_str().unwrap_or_default();
        if AEAD_TYPES.contains(&kind) {
            return Ok(vault);
        }
        let name = &vault.config.key;
        Err(KmsError::Refused(format!(
            "the key {name} is of type {kind:?}; it must be one of {AEAD_TYPES:?}"
        )))
    }

    fn key_info(&self) -> Result<Value, KmsError> {
        let path = format!("{}/keys/{}", self.config.mount, self.config.key);
        Ok(self.call(Method::GET, &path, None)?["data"].take())
    }

    fn name(&self) -> String {
        format!("vault:{}/{}:v", self.config.mount, self.config.key)
    }

    /// Asks Vault, and once more with a fresh token where it turns the one at hand away.
    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, KmsError> {
        let token = self.token()?;
        match self.ask(method.clone(), path, body, Some(&token)) {
            Err(Answer::Refused(_)) => {
                let token = self.sign_in()?;
                self.ask(method, path, body, Some(&token)).map_err(KmsError::from)
            }
            answer => answer.map_err(KmsError::from),
        }
    }

    /// The token at hand, renewed in time.
    fn token(&self) -> Result<Secret<String>, KmsError> {
        let at_hand = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(token) = at_hand else { return self.sign_in() };
        if token.renew_at.is_none_or(|at| self.clock.now() < at) {
            return Ok(token.text);
        }
        match self.ask(Method::POST, "auth/token/renew-self", Some(&json!({})), Some(&token.text)) {
            Ok(answer) => Ok(self.keep(token.text, &answer["auth"])),
            Err(_) => self.sign_in(),
        }
    }

    fn sign_in(&self) -> Result<Secret<String>, KmsError> {
        let read = |path: &PathBuf| -> Result<Secret<String>, KmsError> {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| KmsError::Refused(format!("{}: {error}", path.display())))?;
            Ok(Secret::new(text.trim().to_owned()))
        };
        match &self.config.auth {
            VaultAuth::TokenFile(path) => {
                let text = read(path)?;
                let token = Token { text: text.clone(), renew_at: None };
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(text)
            }
            VaultAuth::AppRole { role_id, secret_id_file } => {
                let secret_id = read(secret_id_file)?;
                let body = json!({"role_id": role_id, "secret_id": secret_id.expose()});
                let answer = self.ask(Method::POST, "auth/approle/login", Some(&body), None)?;
                let text = answer["auth"]["client_token"].as_str().ok_or_else(misspoken)?;
                Ok(self.keep(Secret::new(text.to_owned()), &answer["auth"]))
            }
        }
    }

    /// Keeps a token until two thirds of its lease are over.
    fn keep(&self, text: Secret<String>, auth: &Value) -> Secret<String> {
        let lease = auth["lease_duration"].as_i64().filter(|lease| *lease > 0);
        let now = self.clock.now();
        let renew_at =
            lease.and_then(|lease| now.checked_add(jiff::SignedDuration::from_secs(lease * 2 / 3)).ok());
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Token { text: text.clone(), renew_at });
        text
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        token: Option<&Secret<String>>,
    ) -> Result<Value, Answer> {
        let address = self.config.address.trim_end_matches('/');
        let mut request = Request::builder().method(method).uri(format!("{address}/v1/{path}"));
        request = request.header("x-vault-request", "true");
        if let Some(token) = token {
            request = request.header("x-vault-token", token.expose());
        }
        if let Some(namespace) = &self.config.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Bytes::from(body)).map_err(|error| Answer::Invalid(error.to_string()))?;
        let answer = self.outbound.send_blocking(request).map_err(Answer::Silent)?;
        match answer.status() {
            status if status.is_success() => {
                serde_json::from_slice(answer.body()).map_err(|_| Answer::Invalid("no JSON".to_owned()))
            }
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(Answer::Refused(told(answer.body()))),
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => Err(Answer::Invalid(told(answer.body()))),
            status => Err(Answer::Away(status)),
        }
    }

    fn associated(&self, context: &[u8], mut body: Value) -> Value {
        let context = BASE64.encode(context);
        if self.config.derived {
            body["context"] = json!(context);
        }
        body["associated_data"] = json!(context);
        body
    }
}

impl Kms for VaultTransit {
    fn key_id(&self) -> Result<String, KmsError> {
        let version = self.key_info()?["latest_version"].as_u64().ok_or_else(misspoken)?;
        Ok(format!("{}{version}", self.name()))
    }

    fn owns(&self, key_id: &str) -> bool {
        key_id.starts_with(&self.name())
    }

    fn wrap(&self, key: &Secret<[u8; 32]>, context: &[u8]) -> Result<Wrapped, KmsError> {
        let path = format!("{}/encrypt/{}", self.config.mount, self.config.key);
        let body = self.associated(context, json!({"plaintext": BASE64.encode(key.expose())}));
        let answer = self.call(Method::POST, &path, Some(&body))?;
        let text = answer["data"]["ciphertext"].as_str().ok_or_else(misspoken)?;
        let version = text.strip_prefix("vault:v").and_then(|rest| rest.split(':').next());
        let key_id = format!("{}{}", self.name(), version.ok_or_else(misspoken)?);
        Ok(Wrapped { key_id, bytes: text.as_bytes().to_vec() })
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, KmsError> {
        let text = std::str::from_utf8(wrapped).ok().filter(|text| text.starts_with("vault:v"));
        let body = self.associated(context, json!({"ciphertext": text.ok_or(KmsError::Wrong)?}));
        let path = format!("{}/decrypt/{}", self.config.mount, self.config.key);
        let answer = self.call(Method::POST, &path, Some(&body)).map_err(|error| match error {
            // Vault says so of what was altered, and of another context.
            KmsError::Refused(text) if text.contains("authentication failed") => KmsError::Wrong,
            other => other,
        })?;
        let plain = BASE64.decode(answer["data"]["plaintext"].as_str().ok_or_else(misspoken)?);
        data_key(&Secret::new(plain.map_err(|_| misspoken())?).expose()[..])
    }
}

/// What Vault answers where it does not do what it was asked.
enum Answer {
    Silent(OutboundError),
    Away(StatusCode),
    Refused(String),
    Invalid(String),
}

impl From<Answer> for KmsError {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Silent(error @ (OutboundError::Refused { .. } | OutboundError::Untrusted { .. })) => {
                Self::Refused(error.to_string())
            }
            Answer::Silent(error) => Self::Unreachable(error.to_string()),
            Answer::Away(status) => Self::Unreachable(format!("Vault answers {status}")),
            Answer::Refused(text) | Answer::Invalid(text) => Self::Refused(text),
        }
    }
}

fn misspoken() -> KmsError {
    KmsError::Refused("the answer is not one of Vault's transit engine".to_owned())
}

/// The reasons that Vault gives.
fn told(body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let reasons = answer["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let reasons = reasons.collect::<Vec<_>>().join("; ");
    if reasons.is_empty() { "Vault gives no reason".to_owned() } else { reasons }
}
