//! Clients: the programs that may ask people for access.

use super::jwt::Alg;
use super::shelf::{Kept, Link};
use salus_core::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The id of a client: what it sends as `client_id`. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub String);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A client as it is stored, an `OAuthClient`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// The name to show.
    pub name: String,
    /// Whether it may ask anybody yet.
    pub state: ClientState,
    /// Whether somebody who runs this installation vouches for it; otherwise it only says itself who it is.
    #[serde(default)]
    pub is_vouched_for: bool,
    /// How it proves who it is.
    pub auth_method: AuthMethod,
    /// Where answers may be sent, letter for letter.
    #[serde(default, rename = "redirectUri", skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Where somebody who signed out may be sent.
    #[serde(default, rename = "postLogoutUri", skip_serializing_if = "Vec::is_empty")]
    pub post_logout_uris: Vec<String>,
    /// Where it is opened from within Salus, for one patient (SMART's EHR launch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_uri: Option<String>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// What it may exchange for tokens.
    #[serde(default, rename = "grantType", skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<GrantType>,
    /// The most it may ask for, separated by spaces.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Its public keys, as a JSON Web Key Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
    /// Where it publishes them instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Of its secret, hex SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_hash: Option<String>,
    /// The form of its access tokens.
    #[serde(default)]
    pub token_format: TokenFormat,
    /// What its ID tokens, and its access tokens where these are JWTs, are signed with.
    #[serde(default)]
    pub id_token_alg: Alg,
    /// Whether it has to send its requests ahead by its own channel (RFC 9126).
    #[serde(default)]
    pub is_pushed_only: bool,
    /// The account a service without a person acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Link>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Kept for Client {
    const TYPE: &'static str = "OAuthClient";
}

impl Client {
    /// The account a service without a person acts for.
    pub fn acts_for(&self) -> Option<&str> {
        self.account.as_ref().map(Link::id)
    }

    /// The origins of the web pages it runs in.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        self.redirect_uris.iter().filter_map(|uri| origin_of(uri))
    }
}

/// Scheme, host and port of a web address; none of any other.
pub fn origin_of(uri: &str) -> Option<String> {
    let origin = url::Url::parse(uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Whether a client may ask anybody for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientState {
    /// It may.
    Active,
    /// Somebody who runs this installation has to look at it first.
    Waiting,
}

/// How a client proves who it is (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: it runs where it can keep no secret.
    None,
    /// By a secret in the `Authorization` header.
    ClientSecretBasic,
    /// By a secret in the form.
    ClientSecretPost,
    /// By a JWT that it signed with a key of its own (RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 4] =
        [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    pub(crate) fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// What a client may exchange for tokens. The implicit and the password grant do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code that a person's consent brought.
    AuthorizationCode,
    /// A refresh token.
    RefreshToken,
    /// Nothing but who it is: a service without a person.
    ClientCredentials,
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.code() == code)
    }
}

/// What a client's access tokens look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFormat {
    /// Random letters that mean nothing to anybody but Salus.
    #[default]
    Opaque,
    /// A signed JWT (RFC 9068) that other servers can read.
    Jwt,
}
