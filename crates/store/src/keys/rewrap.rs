//! Changing the key-encryption key: every data key is unwrapped by the one before and wrapped by the new one.
//!
//! The store is closed meanwhile. Keys are changed in small commits, each of which can be the last: whoever starts again
//! goes on with those that are left. The shared key and the settings change in the last commit, so that who wraps the
//! shared key tells whose key-encryption key opens the settings.

use super::context;
use super::kms::{Kms, KmsError, LocalKeyFile};
use super::store::{KeyCount, KeyRow, KeyStore};
use crate::audit::{AuditAction, NewAudit};
use crate::index::SHARED;
use crate::sqlite::{SqliteKeys, count_keys};
use crate::store::{Store, lock};
use crate::{Error, StoreConfig};
use salus_core::{Clock, Rng};
use std::fs::File;
use std::sync::Arc;

/// So many keys are changed in one commit.
const STEP: u32 = 200;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many data keys were wrapped anew by this run.
    pub keys: u64,
    /// The key-encryption key that wraps them all now.
    pub key_id: String,
}

impl Store {
    /// Counts the data keys of a data directory by who wraps them. The directory may be in use.
    pub fn key_counts(config: &StoreConfig) -> Result<Vec<KeyCount>, Error> {
        count_keys(&config.dir)
    }

    /// Has all data keys of a closed store wrapped by `to`, which were wrapped by `from`. What was cut off is finished by
    /// calling it again. `told` hears how many are done, now and then.
    pub async fn rewrap_keys(
        config: StoreConfig,
        from: Arc<dyn Kms>,
        to: Arc<dyn Kms>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Rewrapped, Error> {
        let locked = lock(&config.dir)?;
        let done = rewrap(&config, from, to.clone(), told).await?;
        drop(locked);
        let store = Self::open_with_kms(config, to, clock, rng).await?;
        store.note_rotation(None, done.keys).await?;
        store.close().await;
        Ok(done)
    }

    /// Puts a fresh key file in the place of the one that wraps the data keys of a closed store. What was cut off is
    /// finished by calling it again. The old key is gone from its place at the end.
    pub async fn rotate_key_file(
        config: StoreConfig,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Rewrapped, Error> {
        let (place, next) = (config.key_file(), config.next_key_file());
        let locked = lock(&config.dir)?;
        let from = Arc::new(LocalKeyFile::open(&place, false, rng.clone())?);
        let to = Arc::new(LocalKeyFile::open(&next, true, rng.clone())?);
        let done = rewrap(&config, from, to.clone(), told).await?;
        std::fs::rename(&next, &place)?;
        if let Some(dir) = place.parent() {
            File::open(dir)?.sync_all()?;
        }
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
    config: &StoreConfig,
    from: Arc<dyn Kms>,
    to: Arc<dyn Kms>,
    told: &(dyn Fn(u64) + Send + Sync),
) -> Result<Rewrapped, Error> {
    if !config.dir.join("keys.db").exists() {
        return Err(Error::Unusable(format!("there are no keys in {}", config.dir.display())));
    }
    let keys = SqliteKeys::open(&config.dir, 0)?;
    let asked = to.clone();
    let key_id = on_both(from.clone(), asked, |_, to| to.key_id()).await?;
    let (mut done, mut after) = (0, SHARED);
    loop {
        let rows = keys.wrapped_by_others(&key_id, after, STEP).await?;
        let Some(last) = rows.last().map(|row| row.pat) else { break };
        after = last;
        done += rows.len() as u64;
        let rows = on_both(from.clone(), to.clone(), move |from, to| {
            rows.into_iter().map(|row| change(row, from, to)).collect::<Result<Vec<_>, _>>()
        });
        keys.rewrap(rows.await?, Vec::new()).await?;
        told(done);
    }
    let Some(shared) = keys.by_pat(SHARED).await?.filter(|row| row.kek != key_id) else {
        return Ok(Rewrapped { keys: done, key_id });
    };
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
    keys.rewrap(vec![shared], settings).await?;
    told(done + 1);
    Ok(Rewrapped { keys: done + 1, key_id })
}

/// The same key in another wrapping.
fn change(row: KeyRow, from: &dyn Kms, to: &dyn Kms) -> Result<KeyRow, KmsError> {
    let again = |wrapped: &[u8]| to.wrap(&from.unwrap(wrapped, &context(row.pat))?, &context(row.pat));
    let wrapped = again(&row.wrapped)?;
    let older = row.older.as_deref().map(again).transpose()?.map(|older| older.bytes);
    Ok(KeyRow { kek: wrapped.key_id, wrapped: wrapped.bytes, older, ..row })
}

/// The operator waits: they are told what is wrong, and nothing is tried again.
async fn on_both<T, F>(from: Arc<dyn Kms>, to: Arc<dyn Kms>, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce(&dyn Kms, &dyn Kms) -> Result<T, KmsError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || work(from.as_ref(), to.as_ref()));
    let done = done.await.map_err(|_| Error::Io("the change of the keys broke off".to_owned()))?;
    done.map_err(|error| {
        Error::Unusable(format!(
            "the keys are not all changed: {error}; the same command goes on where this one ended"
        ))
    })
}
