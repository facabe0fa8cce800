//! Passwords: hashed with Argon2id, on threads of their own, a few at a time.

use crate::Error;
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use salus_core::{Rng, Secret};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What a guess costs.
///
/// The default is the OWASP Password Storage Cheat Sheet's first choice of 19 MiB: `m=19456, t=2, p=1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// How many are computed at once; each takes a processor and `memory_kib`.
    pub at_once: usize,
    /// How many may wait for their turn before the next is told to come again.
    pub waiting: usize,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, at_once: 2, waiting: 64 }
    }
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    params: Params,
    rng: Arc<dyn Rng>,
    /// Who computes.
    turns: Arc<Semaphore>,
    /// Who computes or waits.
    places: Arc<Semaphore>,
    nobodys: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// [`Error::Config`] where the cost is outside what Argon2 allows.
    pub(crate) fn new(cost: PasswordCost, rng: Arc<dyn Rng>) -> Result<Self, Error> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|cause| Error::Config(format!("auth.password_cost: {cause}")))?;
        let at_once = cost.at_once.max(1);
        Ok(Self {
            nobodys: nobodys_hash(&params, &*rng)?.into(),
            params,
            rng,
            turns: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + cost.waiting)),
        })
    }

    /// The PHC string to keep.
    pub(crate) async fn hash(&self, password: Secret<String>) -> Result<String, Error> {
        let (params, salt) = (self.params.clone(), self.rng.bytes::<16>());
        self.compute(move || {
            let hash = Argon2::from(params).hash_password_with_salt(password.expose().as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
        })
        .await?
        .map_err(|cause| Error::Broken(format!("a password could not be hashed: {cause}")))
    }

    /// Whether `password` is the one that `stored` was made of.
    ///
    /// Without a stored hash (no such account) the same work is done for nothing, so that the time taken tells
    /// nothing either.
    pub(crate) async fn verify(&self, password: Secret<String>, stored: Option<&str>) -> Result<bool, Error> {
        let hash = stored.unwrap_or(&self.nobodys).to_owned();
        let outcome = self
            .compute(move || {
                let hash = PasswordHash::new(&hash)?;
                Argon2::default().verify_password(password.expose().as_bytes(), &hash)
            })
            .await?;
        match outcome {
            Ok(()) => Ok(stored.is_some()),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(cause) => Err(Error::Broken(format!("a stored password hash cannot be read: {cause}"))),
        }
    }

    /// Whether `stored` was made at another cost than today's, and should be made anew when the password is at hand.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        let params = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|params| {
            (params.m_cost(), params.t_cost()) != (self.params.m_cost(), self.params.t_cost())
        })
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let Ok(_place) = self.places.try_acquire() else { return Err(Error::Busy) };
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Error::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|cause| Error::Broken(format!("password hashing stopped: {cause}")))
    }
}

/// A well-formed hash of no password at all: its output is random instead of computed.
fn nobodys_hash(params: &Params, rng: &dyn Rng) -> Result<String, Error> {
    let hash = || {
        Ok::<_, password_hash::Error>(PasswordHash {
            algorithm: argon2::Algorithm::Argon2id.ident(),
            version: Some(argon2::Version::V0x13.into()),
            params: params.try_into()?,
            salt: Some(Salt::new(&rng.bytes::<16>())?),
            hash: Some(Output::new(&rng.bytes::<32>())?),
        })
    };
    hash().map(|hash| hash.to_string()).map_err(|cause| Error::Config(format!("auth.password_cost: {cause}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_core::SeededRng;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 64, passes: 1, at_once: 1, waiting: 1 };

    fn passwords(cost: PasswordCost) -> Passwords {
        Passwords::new(cost, Arc::new(SeededRng::new(7))).unwrap()
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_opens_to_its_password_alone() {
        let passwords = passwords(CHEAP);
        let hash = passwords.hash(secret("heron-river-turn")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        for (password, stored, expect) in [
            ("heron-river-turn", Some(hash.as_str()), true),
            ("heron-river-turn ", Some(hash.as_str()), false),
            ("HERON-RIVER-TURN", Some(hash.as_str()), false),
            ("heron-river-turn", None, false),
        ] {
            assert_eq!(passwords.verify(secret(password), stored).await.unwrap(), expect, "{password:?}");
        }
    }

    #[tokio::test]
    async fn the_same_password_is_never_hashed_the_same_way_twice() {
        let passwords = passwords(CHEAP);
        let (one, two) = (passwords.hash(secret("same")).await, passwords.hash(secret("same")).await);
        assert_ne!(one.unwrap(), two.unwrap());
    }

    #[tokio::test]
    async fn an_unreadable_hash_is_an_error_and_not_a_refusal() {
        let outcome = passwords(CHEAP).verify(secret("x"), Some("plain")).await;
        assert!(matches!(outcome, Err(Error::Broken(_))));
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let passwords = passwords(PasswordCost::default());
        assert!(passwords.nobodys.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!passwords.is_outdated(&passwords.nobodys));
        assert!(passwords.is_outdated("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzYWx0$aGFzaGhhc2hoYXNo"));
    }

    #[tokio::test]
    async fn one_too_many_at_once_is_told_to_come_again() {
        let passwords = passwords(CHEAP);
        let _both = passwords.places.try_acquire_many(2).unwrap();
        assert!(matches!(passwords.hash(secret("x")).await, Err(Error::Busy)));
    }
}
