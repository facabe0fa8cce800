//! Other programs act for a person, as far as that person lets them: OAuth 2.1, OpenID Connect, SMART App Launch 2.
//!
//! A client asks ([`authorize`]), the person decides, a code comes out and is exchanged once for tokens ([`exchange`]).
//! What a token may do is the person's own policy, bounded by the scopes they left ticked ([`scope`]). Codes, tokens and
//! client secrets are kept as SHA-256 alone; the private halves of the signing keys lie in sealed resources ([`keys`]).
//!
//! **Invariants:** a code is good once, and used again it takes back what it brought; so is a refresh token. Nothing is
//! sent to an address that was not registered letter for letter. A signature is looked at only under an algorithm that is
//! on the list of its place, with a key that we had before the token came.
//!
//! Start reading at [`authorize`], then [`exchange`], then [`client_auth`].

pub mod authorize;
pub mod client;
mod client_auth;
mod client_keys;
mod clients;
mod code;
mod decide;
mod delegate;
mod event;
pub mod exchange;
mod form;
mod grant;
mod id_token;
mod issue;
pub mod issuer;
pub mod jwt;
pub mod keys;
mod launch;
pub mod metadata;
pub mod pkce;
mod pushed;
mod refusal;
mod revoke;
pub mod scope;
mod shelf;
mod sign_out;
mod state;
mod sweep;
mod token;

pub use authorize::{Asked, Authorization, AuthorizeError};
pub use client::{AuthMethod, Client, ClientId, ClientState, GrantType, TokenFormat};
pub use clients::NewSecret;
pub use decide::Decision;
pub use exchange::Issued;
pub use form::Form;
pub use grant::{Delegation, Grant, Granted};
pub use issuer::Issuer;
pub use launch::Launch;
pub use metadata::NewClient;
pub use refusal::{Code, OAuthError, Refusal};
pub use shelf::Filed;
pub use sign_out::SignOutWish;
pub use token::ActiveToken;

pub(crate) use grant::ends_of_account;
pub(crate) use state::{State, forget_change};

use serde::Deserialize;

/// How long what is issued lives, and who may register a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuthConfig {
    /// Who may register a client by `/oauth/register`.
    pub registration: Registration,
    /// How long a code waits to be exchanged, in seconds.
    pub code_seconds: u32,
    /// How long an access token is good for, in minutes.
    pub access_minutes: u32,
    /// The same for a service without a person, which may get a new one whenever it likes.
    pub service_minutes: u32,
    /// How long a refresh token is good for when it is not used, in days.
    pub refresh_idle_days: u32,
    /// After so many days the person has to be asked again in any case.
    pub refresh_days: u32,
    /// After so many days another key signs.
    pub key_days: u32,
}

impl Default for OAuthConfig {
    fn default() -> Self {
        Self {
            registration: Registration::default(),
            code_seconds: 60,
            access_minutes: 60,
            service_minutes: 5,
            refresh_idle_days: 30,
            refresh_days: 180,
            key_days: 90,
        }
    }
}

/// Who may register a client by `/oauth/register`; administrators always may, by their own door.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Nobody.
    Closed,
    /// Whoever shows an invitation that an administrator made.
    #[default]
    Invited,
    /// Everybody; an administrator looks at each before it may ask anybody for anything.
    Reviewed,
}
