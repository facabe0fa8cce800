//! Who is asking: accounts, passwords, sessions of browsers, tokens of API clients.
//!
//! Accounts, sessions and tokens are resources of internal types in the one store, so they have its history, audit and
//! backup. A secret (password, cookie, token) is never stored and never printed: passwords are kept as Argon2id
//! hashes, cookies and tokens as SHA-256. This crate says *who* somebody is, as an `access::Subject`; it never decides
//! about data (that is `access`) and never speaks HTTP (that is `http`).
//!
//! **Invariant:** from outside, a wrong password, an unknown address and a disabled account look the same, in words and
//! in time.
//!
//! Start reading at [`sign_in`], then [`second_step`], [`authenticate`] and [`lockout`].

pub mod account;
mod accounts;
mod administration;
mod api_tokens;
mod audit;
pub mod authenticate;
mod cache;
pub mod certificates;
mod circle;
pub mod emergency;
mod every;
mod factor;
pub mod federated;
mod forget;
pub mod lockout;
pub mod method;
mod notice;
pub mod oauth;
pub mod outreach;
mod password;
pub mod password_rule;
mod pending;
mod policies;
mod reset;
pub mod second_step;
mod sessions;
pub mod sign_in;
mod sweep;
#[cfg(test)]
mod testing;
mod token;

pub use account::{Account, NewAccount, normal_email};
pub use accounts::AccountError;
pub use administration::{AccountChange, AccountPage};
pub use api_tokens::{ApiToken, NewToken, TokenError};
pub use authenticate::{Identity, TokenScope};
pub use certificates::{AccountCertificate, CertificateError, Thumbprint};
pub use circle::{EMAIL_SYSTEM, Holder, Reach, Way};
#[cfg(any(test, feature = "testing"))]
pub use factor::testing_totp_code;
pub use factor::{Factor, FactorError, TotpEnrolment};
pub use federated::{FederatedError, ProviderConfig};
pub use forget::Unlinked;
pub use lockout::LockoutConfig;
pub use method::{Method, Proof, amr};
pub use oauth::{ClientId, OAuthConfig, OAuthError};
pub use outreach::{Channel, OutreachConfig, OutreachError};
pub use password::PasswordCost;
pub use password_rule::WeakPassword;
pub use policies::{PolicyDocument, PolicyError};
pub use second_step::{HalfOpen, Shown};
pub use sessions::Session;
pub use sign_in::{NewSession, Opening, SignIn, SignInError};
pub use token::{API_TOKEN_PREFIX, Credential, CredentialId};

use cache::Cache;
use federated::Provider;
use jiff::SignedDuration;
use lockout::Lockout;
use outreach::Outreach;
use password::Passwords;
use pending::Pending;
use salus_access::Role;
use salus_core::Timestamp;
use salus_limits::Counters;
use salus_outbound::OutboundConfig;
use salus_store::Store;
use std::sync::Arc;

/// What can go wrong, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many passwords are being checked. Try again in a moment.
    #[error("too many people sign in at this moment")]
    Busy,
    /// The configuration cannot work; the text says which key.
    #[error("{0}")]
    Config(String),
    /// Something stored cannot be read.
    #[error("{0}")]
    Broken(String),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] salus_store::Error),
}

/// How people sign in and for how long.
///
/// The session times lie within those of NIST SP 800-63B-4 §2.2.3 for assurance level 2 (one hour without a request, one
/// day in all): half of each, for what is read here is read over shoulders.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// What a guess at a stolen hash costs.
    pub password_cost: PasswordCost,
    /// How failed attempts are slowed.
    pub lockout: LockoutConfig,
    /// A session ends after so many minutes without a request.
    pub idle_minutes: u32,
    /// A session ends after so many hours in any case.
    pub absolute_hours: u32,
    /// How many sessions an account may have; the one unused for longest gives way.
    pub sessions_by_account: usize,
    /// The longest life of an API token, in days.
    pub token_days: u32,
    /// From this age on, in years, a child's record is no longer open to their parents by itself.
    pub majority_years: u8,
    /// How many minutes an emergency stays open once somebody broke the glass; at most 480.
    pub emergency_minutes: u32,
    /// What other programs are given, and for how long.
    pub oauth: OAuthConfig,
    /// The roles that may do nothing without a second factor: `["clinician", "admin"]`. None, so that Salus can be tried
    /// out; an installation with real records names all who work there.
    #[serde(deserialize_with = "roles")]
    pub second_factor_required_for: Vec<Role>,
    /// What people type to come here; the server fills it in from its own section.
    #[serde(skip)]
    pub public_origin: Option<String>,
    /// By what people are reached outside of Salus.
    pub outreach: OutreachConfig,
    /// The other providers that people can sign in by.
    pub providers: Vec<ProviderConfig>,
    /// How other servers are asked; the server fills it in from its own section.
    #[serde(skip)]
    pub outbound: OutboundConfig,
}

fn roles<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Role>, D::Error> {
    let names = <Vec<String> as serde::Deserialize>::deserialize(deserializer)?;
    names.iter().map(|name| name.parse().map_err(serde::de::Error::custom)).collect()
}

/// Eight hours: a shift.
const MOST_EMERGENCY_MINUTES: u32 = 480;

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            password_cost: PasswordCost::default(),
            lockout: LockoutConfig::default(),
            idle_minutes: 30,
            absolute_hours: 12,
            sessions_by_account: 20,
            token_days: 365,
            majority_years: 18,
            emergency_minutes: 60,
            oauth: OAuthConfig::default(),
            second_factor_required_for: Vec::new(),
            public_origin: None,
            outreach: OutreachConfig::default(),
            providers: Vec::new(),
            outbound: OutboundConfig::default(),
        }
    }
}

impl AuthConfig {
    fn idle(&self) -> SignedDuration {
        SignedDuration::from_mins(self.idle_minutes.into())
    }
}

/// The door: signs people in, and tells who sends a request. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: AuthConfig,
    passwords: Passwords,
    counters: Counters,
    lockout: Lockout,
    cache: Cache,
    oauth: oauth::State,
    pending: Pending,
    outreach: Outreach,
    webauthn: Option<webauthn_rs::Webauthn>,
    providers: Vec<Provider>,
}

impl Auth {
    /// Opens the door over a store. Must be called within a Tokio runtime: a small task follows the log, and forgets
    /// what it remembers of an account, session or token as soon as another process changes it.
    ///
    /// # Errors
    /// [`Error::Config`] where the cost of a password cannot be computed, an emergency were to last too long, or a file
    /// for the way out cannot be used.
    pub fn open(store: Store, config: AuthConfig) -> Result<Self, Error> {
        let counters = Counters::local(Arc::clone(store.clock()));
        Self::open_with(store, config, counters)
    }

    /// The same, where failed attempts are counted elsewhere than in this process alone.
    ///
    /// # Errors
    /// As [`Auth::open`].
    pub fn open_with(store: Store, config: AuthConfig, counters: Counters) -> Result<Self, Error> {
        if !(1..=MOST_EMERGENCY_MINUTES).contains(&config.emergency_minutes) {
            return Err(Error::Config("auth.emergency_minutes is a number from 1 to 480".to_owned()));
        }
        let passwords = Passwords::new(config.password_cost, Arc::clone(store.rng()))?;
        let lockout = Lockout::new(config.lockout, &counters);
        let outreach = Outreach::open(&config.outreach)?;
        let webauthn = factor::relying_party(config.public_origin.as_deref());
        let providers = federated::open(&config)?;
        let oauth = oauth::State::open(&config.outbound)?;
        let (cache, pending) = (Cache::new(&store), Pending::default());
        let inner = Arc::new(Inner {
            store,
            config,
            passwords,
            counters,
            lockout,
            cache,
            oauth,
            pending,
            outreach,
            webauthn,
            providers,
        });
        cache::follow_the_log(&inner);
        Ok(Self { inner })
    }

    /// How people sign in and for how long.
    pub fn config(&self) -> &AuthConfig {
        &self.inner.config
    }

    /// Where requests and attempts are counted.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    fn now(&self) -> Timestamp {
        self.inner.store.clock().now()
    }
}
