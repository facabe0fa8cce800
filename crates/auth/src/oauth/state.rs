//! What this process remembers for OAuth: where it is found from outside, its keys, its clients' origins and keys.

use super::client::Client;
use super::client_keys::ClientKeys;
use super::grant::Grant;
use super::issuer::Issuer;
use super::keys::{KeyRing, SigningKey};
use super::shelf::Kept;
use super::token::Token;
use crate::token::CredentialId;
use crate::{Error, Inner};
use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_outbound::OutboundConfig;
use salus_store::Event;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) struct State {
    pub(super) issuer: OnceLock<Issuer>,
    pub(super) key_ring: Slot<KeyRing>,
    pub(super) origins: Slot<HashSet<String>>,
    pub(super) client_keys: ClientKeys,
}

impl State {
    pub(crate) fn open(outbound: &OutboundConfig) -> Result<Self, Error> {
        Ok(Self {
            issuer: OnceLock::new(),
            key_ring: Slot::default(),
            origins: Slot::default(),
            client_keys: ClientKeys::open(outbound)?,
        })
    }

    pub(crate) fn forget(&self) {
        self.key_ring.forget();
        self.origins.forget();
    }
}

/// One value that was read from the store. It is read again after a while, or when it was changed.
pub(super) struct Slot<T> {
    kept: Mutex<Option<(Arc<T>, Timestamp)>>,
    /// Counts what was forgotten, so that nothing read before is remembered after.
    forgotten: AtomicU64,
}

/// How long a value is believed without looking again.
const READ_EVERY: SignedDuration = SignedDuration::from_mins(10);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(None), forgotten: AtomicU64::new(0) }
    }
}

impl<T> Slot<T> {
    pub(super) fn get(&self, now: Timestamp) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.as_ref().filter(|(_, read_at)| now < *read_at + READ_EVERY);
        fresh.map(|(value, _)| Arc::clone(value))
    }

    /// To be taken before the store is read, and given to [`Slot::remember`] after.
    pub(super) fn mark(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    pub(super) fn remember(&self, value: &Arc<T>, now: Timestamp, mark: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mark() == mark {
            *kept = Some((Arc::clone(value), now));
        }
    }

    pub(super) fn forget(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        *kept = None;
    }
}

/// Forgets what somebody changed in the store. A grant that was only marked as used is as good as before.
pub(crate) fn forget_change(inner: &Inner, type_name: &str, event: Event, id: String) {
    match type_name {
        Token::TYPE => inner.cache.forget(&CredentialId::Access(id)),
        Grant::TYPE if event == Event::Deleted => inner.cache.forget_all(),
        Client::TYPE => {
            inner.oauth.origins.forget();
            inner.cache.forget_all();
        }
        SigningKey::TYPE => inner.oauth.key_ring.forget(),
        _ => {}
    }
}
