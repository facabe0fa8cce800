//! Access and refresh tokens as they are stored: under the SHA-256 of their letters.

use super::grant::Grant;
use super::shelf::{Filed, Kept, Link};
use salus_core::Timestamp;
use serde::{Deserialize, Serialize};

/// A token as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) client: Link,
    pub(crate) account: Link,
    /// None of a service that acts without a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<Link>,
    pub(crate) scope: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// When a refresh token was exchanged for the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_at: Option<Timestamp>,
}

impl Kept for Token {
    const TYPE: &'static str = "OAuthToken";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenKind {
    /// Opens the FHIR interface.
    Access,
    /// Opens nothing; is exchanged for the next pair.
    Refresh,
}

/// A token that is good at this moment, with what it hangs on.
#[derive(Clone)]
pub struct ActiveToken {
    pub(crate) token: Filed<Token>,
    /// None of a service that acts without a person.
    pub grant: Option<Filed<Grant>>,
}

impl ActiveToken {
    /// The client it was issued to.
    pub fn client(&self) -> &str {
        self.token.client.id()
    }

    /// The account it acts for.
    pub fn account(&self) -> &str {
        self.token.account.id()
    }

    /// What it may, separated by spaces.
    pub fn scope(&self) -> &str {
        &self.token.scope
    }

    /// Whether it is an access token; otherwise it is a refresh token.
    pub fn is_access(&self) -> bool {
        self.token.kind == TokenKind::Access
    }

    /// When it was issued, and when it is over.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        (self.token.created_at, self.token.expires_at)
    }
}
