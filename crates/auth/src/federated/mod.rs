//! Signing in by the word of another provider (OpenID Connect Core 1.0), whose client Salus then is.
//!
//! The provider tells who somebody is; whose account that is was said before by the holder of the account, who linked
//! the two in a session of their own. **Invariant:** no account is made, found or linked by an e-mail address or a name
//! that a provider tells; only its issuer and subject count, and only where they were linked.
//!
//! A provider's word is a first step like a password: an account with a second factor is asked for it, whatever the
//! provider asked for. It is taken for the weakest proof there is, so it never stands for stepping up.
//!
//! Start reading at `begin.rs`, then `finish.rs` and `provider.rs`.

mod begin;
mod config;
mod error;
mod finish;
mod link;
mod own_path;
mod provider;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use begin::{Begun, Errand};
pub use config::ProviderConfig;
pub use error::FederatedError;
pub use finish::{Ended, Here, Outcome, Returned};
pub use link::LinkedIdentity;

pub(crate) use begin::Journey;
pub(crate) use link::ends_of_account;
pub(crate) use provider::Provider;

use crate::{Auth, AuthConfig, Error};
use std::collections::HashSet;

/// More than fit on a screen.
const MOST_PROVIDERS: usize = 20;

/// The providers of the configuration, ready for use.
pub(crate) fn open(config: &AuthConfig) -> Result<Vec<Provider>, Error> {
    if config.providers.len() > MOST_PROVIDERS {
        return Err(Error::Config(format!("auth.providers: {MOST_PROVIDERS} at most")));
    }
    let mut ids = HashSet::new();
    let twice = config.providers.iter().find(|provider| !ids.insert(&provider.id));
    if let Some(twice) = twice {
        return Err(Error::Config(format!("auth.providers: there are two with the id {}", twice.id)));
    }
    config.providers.iter().map(|provider| Provider::open(provider, &config.outbound)).collect()
}

impl Auth {
    /// The providers that people can sign in by: id and name, in the order of the configuration.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inner.providers.iter().map(|provider| (provider.id.as_str(), provider.name.as_str()))
    }

    pub(crate) fn provider(&self, id: &str) -> Result<&Provider, FederatedError> {
        self.inner.providers.iter().find(|provider| provider.id == id).ok_or(FederatedError::Unknown)
    }
}
