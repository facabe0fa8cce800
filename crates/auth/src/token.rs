//! The bearer secrets: what a browser's cookie and an API client's header hold, and the id each is stored under.
//!
//! A secret is 32 random bytes. The store keeps its SHA-256 alone, as the id of the session or the token, so that
//! whoever reads the store can open nothing with what they find.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_core::{Rng, Secret};

/// What an API token begins with, so that people and scanners of source code recognise one.
pub const API_TOKEN_PREFIX: &str = "salus_";

const SECRET_CHARS: usize = 43;

/// What a request shows to say who sends it.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The value of the session cookie.
    Cookie(Secret<String>),
    /// What follows `Bearer ` in the `Authorization` header.
    Bearer(Secret<String>),
}

impl Credential {
    /// The id its session or token is stored under; `None` where it cannot be one of ours.
    pub(crate) fn id(&self) -> Option<CredentialId> {
        let (text, body) = match self {
            Self::Cookie(text) => (text.expose(), Some(text.expose().as_str())),
            Self::Bearer(text) => (text.expose(), text.expose().strip_prefix(API_TOKEN_PREFIX)),
        };
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let is_ours = body.is_some_and(|body| body.len() == SECRET_CHARS && body.bytes().all(is_sign));
        is_ours.then(|| match self {
            Self::Cookie(_) => CredentialId::Session(stored_id(text)),
            Self::Bearer(_) => CredentialId::Token(stored_id(text)),
        })
    }
}

/// The id of a stored session or token: hex SHA-256 of its secret. It opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialId {
    /// Of a `UserSession`.
    Session(String),
    /// Of an `ApiToken`.
    Token(String),
}

/// A fresh secret for a session, and the id to store.
pub(crate) fn fresh_session(rng: &dyn Rng) -> (Secret<String>, String) {
    with_id(URL_SAFE_NO_PAD.encode(rng.bytes::<32>()))
}

/// A fresh secret for an API token, and the id to store.
pub(crate) fn fresh_api_token(rng: &dyn Rng) -> (Secret<String>, String) {
    with_id(format!("{API_TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(rng.bytes::<32>())))
}

fn with_id(text: String) -> (Secret<String>, String) {
    let id = stored_id(&text);
    (Secret::new(text), id)
}

fn stored_id(secret: &str) -> String {
    hex::encode(digest(&SHA256, secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_core::SeededRng;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn what_was_issued_is_found_again_and_nothing_else_is_looked_for() {
        let rng = SeededRng::new(1);
        let (session, session_id) = fresh_session(&rng);
        let (token, token_id) = fresh_api_token(&rng);
        assert_eq!(session_id.len(), 64);
        let long = "a".repeat(100_000);
        for (credential, expect) in [
            (Credential::Cookie(session.clone()), Some(CredentialId::Session(session_id))),
            (Credential::Bearer(token.clone()), Some(CredentialId::Token(token_id))),
            (Credential::Bearer(session), None),
            (Credential::Cookie(token), None),
            (Credential::Cookie(secret("")), None),
            (Credential::Bearer(secret("salus_")), None),
            (Credential::Cookie(secret(&long)), None),
            (Credential::Cookie(secret(&"é".repeat(43))), None),
        ] {
            assert_eq!(credential.id(), expect);
        }
    }
}
