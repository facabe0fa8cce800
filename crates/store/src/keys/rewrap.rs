//! Changing the key-encryption key: every data key is unwrapped by the one before and wrapped by the new one.
//!
//! Keys are changed in small commits, each of which can be the last: whoever starts again goes on with those that are
//! left. The shared key and the settings change in the last commit, so that who wraps the shared key tells whose
//! key-encryption key opens the settings.
//!
//! A store in use changes its own ([`Store::rotate_master_key`]): people are born, erased and given fresh keys meanwhile,
//! so a wrapping is replaced only as long as it is the one that was read. Moving to another key service
//! ([`Store::rewrap_keys`]) is for a closed one.

use super::context;
use super::kms::{Kms, KmsError};
use super::store::{Change, KeyCount, KeyRow, KeyStore};
use crate::audit::{AuditAction, NewAudit};
use crate::index::SHARED;
use crate::sqlite::{SqliteKeys, count_keys};
use crate::store::{Store, lock};
use crate::{Error, Progress, StoreConfig};
use salus_core::{Clock, Rng};
use std::sync::Arc;

/// So many keys are changed in one commit.
const STEP: u32 = 200;
/// How often it is looked for keys that are left: others come and change while the store is in use.
const MOST_PASSES: usize = 8;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many data keys were wrapped anew by this run.
    pub keys: u64,
    /// The key-encryption key that wraps them all now.
    pub key_id: String,
}

/// Who wraps the data keys of a store in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// The key-encryption key that wraps now, with its version; none while its service does not answer.
    pub current: Option<String>,
    /// The data keys, by who wraps them.
    pub counts: Vec<KeyCount>,
    /// Whether one key file is taking the place of another.
    pub is_changing: bool,
}

impl Store {
    /// Counts the data keys of a data directory by who wraps them. The directory may be in use.
    pub fn key_counts(config: &StoreConfig) -> Result<Vec<KeyCount>, Error> {
        count_keys(&config.dir)
    }

    /// Who wraps the data keys now. It may wait for the key service.
    pub async fn key_state(&self) -> Result<KeyState, Error> {
        let inner = &self.inner;
        let kms = inner.ring.kms.read().await.clone();
        let current = super::on_kms(&kms, |kms| kms.key_id()).await?;
        let current =
            current.inspect_err(|error| tracing::warn!(error = %error, "the key service is silent"));
        let is_changing = inner.key_files.as_ref().is_some_and(|files| files.is_changing());
        Ok(KeyState { current: current.ok(), counts: inner.ring.store.counts().await?, is_changing })
    }

    /// Has all data keys wrapped anew, while the store is in use: by a fresh key file, which then takes the place of the
    /// one before, or by the newest version of the key in its service. What was cut off is finished by calling it again,
    /// also after the store was closed. `told` hears how far it is, now and then.
    pub async fn rotate_master_key(
        &self,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Rewrapped, Error> {
        let inner = &self.inner;
        let _one_at_a_time = inner.rotating.lock().await;
        let keys = inner.ring.store.as_ref();
        let Some(files) = inner.key_files.clone() else {
            let kms = inner.ring.kms.read().await.clone();
            let done = rewrap(keys, kms.clone(), kms, told).await?;
            self.note_rotation(None, done.keys).await?;
            return Ok(done);
        };
        let (begun, rng) = (files.clone(), inner.rng.clone());
        let both = on_disk(move || begun.begin(&rng)).await?;
        let to: Arc<dyn Kms> = both.to.clone();
        let both: Arc<dyn Kms> = Arc::new(both);
        inner.ring.take_over(both.clone()).await;
        let done = rewrap(keys, both, to.clone(), told).await?;
        self.note_rotation(None, done.keys).await?;
        // It is on file before the key file is changed.
        inner.backend.audit_head().await?;
        on_disk(move || files.finish()).await?;
        inner.ring.take_over(to).await;
        Ok(done)
    }

    /// Has all data keys of a closed store wrapped by `to`, which were wrapped by `from`. What was cut off is finished by
    /// calling it again. `told` hears how far it is, now and then.
    pub async fn rewrap_keys(
        config: StoreConfig,
        from: Arc<dyn Kms>,
        to: Arc<dyn Kms>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Rewrapped, Error> {
        let locked = lock(&config.dir)?;
        if !config.dir.join("keys.db").exists() {
            return Err(Error::Unusable(format!("there are no keys in {}", config.dir.display())));
        }
        if config.next_key_file().exists() {
            let place = config.key_file();
            let what = format!("the change of the master key {} was cut off", place.display());
            return Err(Error::Unusable(format!("{what}; finish it first (`salus keys rotate-master`)")));
        }
        let done = rewrap(&SqliteKeys::open(&config.dir, 0)?, from, to.clone(), told).await?;
        drop(locked);
        let store = Self::open_with_kms(config, to, clock, rng).await?;
        store.note_rotation(None, done.keys).await?;
        store.close().await;
        Ok(done)
    }

    /// Notes in the audit that keys were replaced: one patient's, or the wrapping of `count`.
    pub(super) async fn note_rotation(&self, patient_id: Option<&str>, count: u64) -> Result<(), Error> {
        let patient = patient_id.map_or(0, |id| self.inner.hash.patient(id));
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let entry = self.system("key rotation").entry(AuditAction::KeyRotation);
        self.inner.backend.audit(vec![NewAudit { patient, count, ..entry }]).await
    }
}

async fn rewrap(
    keys: &dyn KeyStore,
    from: Arc<dyn Kms>,
    to: Arc<dyn Kms>,
    told: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Rewrapped, Error> {
    let mut done = 0;
    for _ in 0..MOST_PASSES {
        let key_id = on_both(from.clone(), to.clone(), |_, to| to.key_id()).await?;
        let counts = keys.counts().await?;
        let total = counts.iter().map(|count| count.keys).sum();
        let left: u64 = counts.iter().filter(|count| count.key_id != key_id).map(|count| count.keys).sum();
        if left == 0 {
            return Ok(Rewrapped { keys: done, key_id });
        }
        let mut at = Progress { done: total - left, total, message: None };
        let mut after = SHARED;
        loop {
            let rows = keys.wrapped_by_others(&key_id, after, STEP).await?;
            let Some(last) = rows.last().map(|row| row.pat) else { break };
            after = last;
            let changes = on_both(from.clone(), to.clone(), move |from, to| {
                rows.into_iter().map(|row| change(row, from, to)).collect::<Result<Vec<_>, _>>()
            });
            let changed = keys.rewrap(changes.await?, Vec::new()).await?;
            done += changed;
            at.done += changed;
            told(at.clone());
        }
        done += rewrap_shared(keys, &key_id, from.clone(), to.clone()).await?;
    }
    Err(Error::Busy)
}

/// The shared key, and with it the settings.
async fn rewrap_shared(
    keys: &dyn KeyStore,
    key_id: &str,
    from: Arc<dyn Kms>,
    to: Arc<dyn Kms>,
) -> Result<u64, Error> {
    let Some(shared) = keys.by_pat(SHARED).await?.filter(|row| row.kek != key_id) else { return Ok(0) };
    let settings = keys.settings().await?;
    let (shared, settings) = on_both(from, to, move |from, to| {
        let one = |(name, wrapped): (String, Vec<u8>)| {
            let again = to.wrap(&from.unwrap(&wrapped, name.as_bytes())?, name.as_bytes())?;
            Ok((name, again.bytes))
        };
        let settings = settings.into_iter().map(one).collect::<Result<Vec<_>, KmsError>>()?;
        Ok((change(shared, from, to)?, settings))
    })
    .await?;
    keys.rewrap(vec![shared], settings).await
}

/// The same key in another wrapping.
fn change(row: KeyRow, from: &dyn Kms, to: &dyn Kms) -> Result<Change, KmsError> {
    let again = |wrapped: &[u8]| to.wrap(&from.unwrap(wrapped, &context(row.pat))?, &context(row.pat));
    let older = row.older.as_deref().map(again).transpose()?;
    let wrapped = again(&row.wrapped)?;
    let (kek, older) = match older {
        // The earlier of two versions: with it the row is found where everything is to have the newest.
        Some(older) => (older.key_id, Some(older.bytes)),
        None => (wrapped.key_id, None),
    };
    let before = row.wrapped.clone();
    Ok(Change { before, row: KeyRow { kek, wrapped: wrapped.bytes, older, ..row } })
}

/// Whoever asked is told what is wrong, and nothing is tried again.
async fn on_both<T, F>(from: Arc<dyn Kms>, to: Arc<dyn Kms>, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce(&dyn Kms, &dyn Kms) -> Result<T, KmsError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || work(from.as_ref(), to.as_ref()));
    let done = done.await.map_err(|_| Error::Io("the change of the keys broke off".to_owned()))?;
    done.map_err(|error| {
        Error::Unusable(format!(
            "the keys are not all changed: {error}; asking for it again goes on where this ended"
        ))
    })
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work);
    done.await.map_err(|_| Error::Io("the change of the key file broke off".to_owned()))?
}
