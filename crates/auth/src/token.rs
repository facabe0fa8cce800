//! The bearer secrets: what a browser's cookie and an API client's header hold, and the id each is stored under.
//!
//! A secret is 32 random bytes. The store keeps its SHA-256 alone, as the id of the session or the token, so that
//! whoever reads the store can open nothing with what they find.

use crate::certificates::Thumbprint;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_core::{Rng, Secret};

/// What an API token begins with, so that people and scanners of source code recognise one.
pub const API_TOKEN_PREFIX: &str = "salus_";

/// What the other secrets begin with, each kind by its own letters.
pub(crate) const ACCESS_TOKEN_PREFIX: &str = "salus_at_";
pub(crate) const CLIENT_SECRET_PREFIX: &str = "salus_cs_";
pub(crate) const CODE_PREFIX: &str = "salus_ac_";
pub(crate) const INVITATION_PREFIX: &str = "salus_in_";
pub(crate) const LAUNCH_PREFIX: &str = "salus_la_";
pub(crate) const REFRESH_TOKEN_PREFIX: &str = "salus_rt_";

const SECRET_CHARS: usize = 43;
const MOST_JWT_CHARS: usize = 4_096;

/// What a request shows to say who sends it.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The value of the session cookie.
    Cookie(Secret<String>),
    /// What follows `Bearer ` in the `Authorization` header.
    Bearer(Secret<String>),
    /// A certificate that the other side of the connection showed, and that was verified there.
    Certificate(Thumbprint),
}

impl Credential {
    /// The id its session or token is stored under; `None` where it cannot be one of ours.
    pub(crate) fn id(&self) -> Option<CredentialId> {
        match self {
            Self::Certificate(thumbprint) => Some(CredentialId::Certificate(thumbprint.as_str().to_owned())),
            Self::Cookie(text) => {
                is_random(text.expose()).then(|| CredentialId::Session(stored_id(text.expose())))
            }
            Self::Bearer(text) => {
                let text = text.expose();
                let is_access = text.strip_prefix(ACCESS_TOKEN_PREFIX).is_some_and(is_random) || is_jwt(text);
                let is_api = text.strip_prefix(API_TOKEN_PREFIX).is_some_and(is_random);
                match (is_access, is_api) {
                    (true, _) => Some(CredentialId::Access(stored_id(text))),
                    (_, true) => Some(CredentialId::Token(stored_id(text))),
                    _ => None,
                }
            }
        }
    }
}

/// Whether this may be 32 random bytes of ours.
fn is_random(text: &str) -> bool {
    text.len() == SECRET_CHARS && text.bytes().all(is_sign)
}

/// Whether this looks like a signed JWT.
pub(crate) fn is_jwt(text: &str) -> bool {
    let parts = || text.split('.');
    text.len() <= MOST_JWT_CHARS
        && parts().count() == 3
        && parts().all(|part| !part.is_empty() && part.bytes().all(is_sign))
}

fn is_sign(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

/// The id of a stored session or token: hex SHA-256 of its secret. It opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialId {
    /// Of a `UserSession`.
    Session(String),
    /// Of an `ApiToken`.
    Token(String),
    /// Of the access token of a client, an `OAuthToken`.
    Access(String),
    /// Of an `AccountCertificate`.
    Certificate(String),
}

/// A fresh secret for a session, and the id to store.
pub(crate) fn fresh_session(rng: &dyn Rng) -> (Secret<String>, String) {
    fresh(rng, "")
}

/// A fresh secret for an API token, and the id to store.
pub(crate) fn fresh_api_token(rng: &dyn Rng) -> (Secret<String>, String) {
    fresh(rng, API_TOKEN_PREFIX)
}

/// A fresh secret that begins with `prefix`, and the id to store.
pub(crate) fn fresh(rng: &dyn Rng, prefix: &str) -> (Secret<String>, String) {
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rng.bytes::<32>()));
    let id = stored_id(&text);
    (Secret::new(text), id)
}

/// A name that nobody guesses and that is stored as it is: for what is good for a moment and opens nothing by itself.
pub(crate) fn fresh_id(rng: &dyn Rng) -> String {
    hex::encode(rng.bytes::<32>())
}

/// Hex SHA-256.
pub(crate) fn stored_id(secret: &str) -> String {
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
