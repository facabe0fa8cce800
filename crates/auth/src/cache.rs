//! What is known of a credential for a short while, so that not every request reads the session and the account.
//!
//! An entry is dropped when its session, token or account changes, or anything that says whose records an account reaches:
//! at once for what this process does, and a moment after the log moved for what another one does. [`LIFE`] bounds it in any case.

use crate::authenticate::Identity;
use crate::certificates::ACCOUNT_CERTIFICATE;
use crate::circle::DECIDING_TYPES;
use crate::factor::USER_FACTOR;
use crate::token::CredentialId;
use crate::{Inner, account::USER_ACCOUNT, api_tokens::API_TOKEN, oauth, sessions::USER_SESSION};
use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_store::{Store, Tally};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// How long an entry is believed.
const LIFE: SignedDuration = SignedDuration::from_secs(30);
const CAPACITY: usize = 10_000;
/// Changes read from the feed at a time; further behind than this, everything is forgotten instead.
const STEP: u32 = 500;

/// A credential that was good when it was read.
pub(crate) struct Known {
    pub(crate) identity: Identity,
    /// The version of the session that was read.
    pub(crate) version: u64,
    /// When the session was last used, in µs since 1970; moves on before the store is told.
    pub(crate) seen_us: AtomicI64,
    /// From then on it is read anew.
    pub(crate) good_until: Timestamp,
}

/// How long what was read at `now` is believed; not beyond the moment at which a consent begins or ends.
pub(crate) fn good_until(now: Timestamp, changes: Option<Timestamp>) -> Timestamp {
    changes.into_iter().fold(now + LIFE, Timestamp::min)
}

pub(crate) struct Cache {
    entries: quick_cache::sync::Cache<CredentialId, Arc<Known>>,
    /// Counts what was forgotten, so that nothing read before is remembered after.
    forgotten: AtomicU64,
    /// Moves when somebody's circle may have changed.
    deciding: Tally,
    /// Where it stood when the cache was asked last.
    decided: AtomicU64,
}

impl Cache {
    pub(crate) fn new(store: &Store) -> Self {
        let entries = quick_cache::sync::Cache::new(CAPACITY);
        let deciding = store.tally(DECIDING_TYPES);
        Self { entries, forgotten: AtomicU64::new(0), deciding, decided: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self, id: &CredentialId, now: Timestamp) -> Option<Arc<Known>> {
        let deciding = self.deciding.get();
        if self.decided.swap(deciding, Ordering::SeqCst) != deciding {
            self.forget_all();
        }
        self.entries.get(id).filter(|known| now < known.good_until)
    }

    /// To be taken before the store is read, and given to [`Cache::remember`] after.
    pub(crate) fn mark(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    pub(crate) fn remember(&self, id: CredentialId, known: Arc<Known>, mark: u64) {
        self.entries.insert(id.clone(), known);
        if self.mark() != mark {
            self.entries.remove(&id);
        }
    }

    pub(crate) fn forget(&self, id: &CredentialId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.entries.remove(id);
    }

    pub(crate) fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.entries.clear();
    }
}

/// Starts the task that forgets what others changed. It ends with the store or with the last [`crate::Auth`].
pub(crate) fn follow_the_log(inner: &Arc<Inner>) {
    let mut moved = inner.store.watch();
    let mut seen = *moved.borrow_and_update();
    let inner = Arc::downgrade(inner);
    tokio::spawn(async move {
        while moved.changed().await.is_ok() {
            let Some(inner) = Weak::upgrade(&inner) else { return };
            let head = *moved.borrow_and_update();
            forget_changes(&inner, seen).await;
            seen = head;
        }
    });
}

async fn forget_changes(inner: &Inner, after: u64) {
    let changes = match inner.store.feed(after, STEP).await {
        Ok(changes) if changes.len() < STEP as usize => changes,
        Ok(_) | Err(_) => {
            inner.oauth.forget();
            return inner.cache.forget_all();
        }
    };
    for change in changes {
        match change.type_name.as_str() {
            USER_ACCOUNT | USER_FACTOR => inner.cache.forget_all(),
            other if DECIDING_TYPES.contains(&other) => inner.cache.forget_all(),
            USER_SESSION => inner.cache.forget(&CredentialId::Session(change.id)),
            API_TOKEN => inner.cache.forget(&CredentialId::Token(change.id)),
            ACCOUNT_CERTIFICATE => inner.cache.forget(&CredentialId::Certificate(change.id)),
            other => oauth::forget_change(inner, other, change.event, change.id),
        }
    }
}
