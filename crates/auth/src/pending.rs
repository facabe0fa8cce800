//! What is under way: half-open sign-ins, codes that were sent, questions put to a passkey or another provider.
//!
//! It lies in memory, bounded, and ends after minutes: a restart lets people begin their sign-in again, and nobody
//! fills the store by beginning sign-ins. What is under way on one node is known on that node alone.

use crate::federated::Journey;
use crate::method::Method;
use jiff::SignedDuration;
use salus_core::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyAuthentication, PasskeyRegistration};

const CAPACITY: usize = 20_000;
/// How long a sign-in may rest between two steps.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that is half done, or what a session has asked for.
pub(crate) struct Entry {
    /// Whose it is; not known yet where a passkey is to tell.
    pub(crate) account: Option<String>,
    /// What was shown so far.
    pub(crate) shown: Vec<Method>,
    /// The word for the account's password when that was shown.
    pub(crate) credential: Option<String>,
    /// What the browser said it is.
    pub(crate) agent: String,
    pub(crate) until: Timestamp,
    pub(crate) code: Option<SentCode>,
    pub(crate) question: Option<Question>,
}

/// A code on its way to somebody.
#[derive(Clone)]
pub(crate) struct SentCode {
    pub(crate) method: Method,
    pub(crate) to: String,
    pub(crate) hash: String,
    pub(crate) until: Timestamp,
    pub(crate) tries_left: u8,
}

/// What a passkey or another provider was asked.
pub(crate) enum Question {
    Make(PasskeyRegistration),
    Show(PasskeyAuthentication),
    ShowAny(DiscoverableAuthentication),
    /// Not a passkey: another provider.
    Vouch(Box<Journey>),
}

pub(crate) struct Pending {
    entries: quick_cache::sync::Cache<String, Arc<Mutex<Entry>>>,
}

impl Default for Pending {
    fn default() -> Self {
        Self { entries: quick_cache::sync::Cache::new(CAPACITY) }
    }
}

impl Pending {
    /// Changes the entry of this id, or a fresh one of this account.
    pub(crate) fn open(
        &self,
        id: &str,
        account: Option<&str>,
        now: Timestamp,
        edit: impl FnOnce(&mut Entry),
    ) {
        if let Some(entry) = self.entries.get(id) {
            let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
            if entry.until > now && entry.account.as_deref() == account {
                entry.until = now + LIFE;
                return edit(&mut entry);
            }
        }
        let mut entry = Entry {
            account: account.map(str::to_owned),
            shown: Vec::new(),
            credential: None,
            agent: String::new(),
            until: now + LIFE,
            code: None,
            question: None,
        };
        edit(&mut entry);
        self.entries.insert(id.to_owned(), Arc::new(Mutex::new(entry)));
    }

    /// Looks at, and may change, an entry that is not over.
    pub(crate) fn with<T>(&self, id: &str, now: Timestamp, look: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let entry = self.entries.get(id)?;
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        (entry.until > now).then(|| look(&mut entry))
    }

    /// Forgets an entry; `false` where somebody else was first.
    pub(crate) fn close(&self, id: &str) -> bool {
        self.entries.remove(id).is_some()
    }
}
