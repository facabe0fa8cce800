//! The keys: one for each patient, so that a person can be forgotten by forgetting one key.
//!
//! Keys lie, wrapped, in a file of their own (`keys.db`), which is backed up apart and kept for a short time:
//! a restored record must not bring back a key that was destroyed. A key is durable before the first data that
//! it seals. Unwrapped keys live in a bounded cache in memory only.
//!
//! What wraps them is the key-encryption key behind [`kms::Kms`]: `rewrap.rs` changes that one, `replace.rs` the key of
//! one patient. The key of the index (`hash`) stays for ever: every row of the index is made with it, so that a new one
//! would mean to build the index of everybody anew, and it opens nothing: it keeps who reads the index rows of a stolen
//! disk from guessing codes, as long as it lies wrapped like the others.

mod aws;
pub(crate) mod handover;
pub(crate) mod kms;
mod replace;
mod rewrap;
pub(crate) mod store;
mod vault;

pub use aws::{AwsKms, AwsKmsConfig};
pub use rewrap::{KeyState, Rewrapped};
pub use vault::{VaultAuth, VaultConfig, VaultTransit};

use crate::Error;
use crate::erase::list::ErasureList;
use crate::hash::KeyedHash;
use crate::index::SHARED;
use aws_lc_rs::aead::LessSafeKey;
use kms::{Kms, KmsError, aes_key};
use quick_cache::sync::Cache;
use salus_core::{Rng, Secret};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{KeyRow, KeyStore};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

/// How many patients' keys are held in memory, unwrapped.
const CACHED: usize = 10_000;

/// A patient (or, as number 0, everything shared) and the key that seals what is theirs.
pub(crate) struct PatientKey {
    /// The number under which rows stand.
    pub(crate) pat: i64,
    /// The patient's id; empty for what is shared.
    pub(crate) patient_id: String,
    pub(crate) key: LessSafeKey,
    /// Opens what was sealed before the key was replaced; seals nothing.
    pub(crate) older: Option<LessSafeKey>,
}

/// Finds, makes and destroys keys.
pub(crate) struct Keyring {
    store: Arc<dyn KeyStore>,
    /// Held for reading by who wraps or unwraps, from the look at the wrapped key or until it is kept, and for writing
    /// while another takes over. Who also holds `sealing` takes that one first.
    kms: RwLock<Arc<dyn Kms>>,
    rng: Arc<dyn Rng>,
    by_id: Cache<String, Arc<PatientKey>>,
    by_pat: Cache<i64, Arc<PatientKey>>,
    shared: Arc<PatientKey>,
    erased: Arc<ErasureList>,
    hash: KeyedHash,
    /// How many keys were destroyed or replaced since the start.
    changed: Mutex<u64>,
    /// Held for reading by who seals, from the look for the key to the commit, and for writing while a key is replaced.
    sealing: Arc<RwLock<()>>,
}

impl Keyring {
    /// Opens the keyring, making the shared key and the hash key at the first start.
    pub(crate) async fn open(
        store: Arc<dyn KeyStore>,
        kms: Arc<dyn Kms>,
        rng: Arc<dyn Rng>,
        erased: Arc<ErasureList>,
    ) -> Result<(Self, KeyedHash), Error> {
        let strangers = store.counts().await?.into_iter().filter(|count| !kms.owns(&count.key_id));
        if let Some(stranger) = strangers.max_by_key(|count| count.keys) {
            return Err(not_ours(&stranger));
        }
        let shared = match store.by_pat(SHARED).await? {
            Some(row) => at_start(on_kms(&kms, move |kms| unwrap_row(kms, &row)).await?)?,
            None => {
                let rng = rng.clone();
                let made = on_kms(&kms, move |kms| fresh_row(kms, rng.as_ref(), SHARED, "")).await?;
                let (row, key) = at_start(made)?;
                store.insert(vec![row]).await?;
                key
            }
        };
        let hash_key = secret(store.as_ref(), &kms, rng.as_ref(), "hash").await?;
        let mut half = [0; 16];
        half.copy_from_slice(hash_key.expose().get(..16).unwrap_or(&[0; 16]));
        let hash = KeyedHash::new(half);
        let ring = Self {
            store,
            kms: RwLock::new(kms),
            rng,
            by_id: Cache::new(CACHED),
            by_pat: Cache::new(CACHED),
            shared: Arc::new(shared),
            erased,
            hash: hash.clone(),
            changed: Mutex::new(0),
            sealing: Arc::new(RwLock::new(())),
        };
        Ok((ring, hash))
    }

    /// The key of what belongs to no patient.
    pub(crate) fn shared(&self) -> &Arc<PatientKey> {
        &self.shared
    }

    /// Keeps keys from being replaced. Who seals takes it before the look for a key, and lets go after the commit.
    pub(crate) async fn sealing(&self) -> OwnedRwLockReadGuard<()> {
        self.sealing.clone().read_owned().await
    }

    /// The key of a patient, if there is one.
    pub(crate) async fn find(&self, patient_id: &str) -> Result<Option<Arc<PatientKey>>, Error> {
        if let Some(found) = self.by_id.get(patient_id) {
            return Ok(Some(found));
        }
        self.load(self.store.by_patient(patient_id)).await
    }

    /// A secret of this installation; made at the first call.
    pub(crate) async fn secret(&self, name: &str) -> Result<Secret<[u8; 32]>, Error> {
        let kms = self.kms.read().await;
        secret(self.store.as_ref(), &kms, self.rng.as_ref(), name).await
    }

    /// Has another key-encryption key wrap and unwrap from now on: one that opens what the one before wrapped, as long as
    /// there is any of that.
    async fn take_over(&self, kms: Arc<dyn Kms>) {
        *self.kms.write().await = kms;
    }

    /// Makes the keys that are missing, durably, in one commit.
    ///
    /// Whoever was erased gets a key again only with a Patient that is `born`: what is written about them by somebody
    /// who has not heard of the erasure yet is refused.
    pub(crate) async fn find_or_create(
        &self,
        patient_ids: &BTreeSet<String>,
        born: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        for id in patient_ids {
            if self.find(id).await?.is_none() {
                if !born.contains(id) && self.erased.names(&self.hash, id) {
                    return Err(Error::NotFound);
                }
                missing.push(id.clone());
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.make(&missing).await?;
        for id in &missing {
            self.find(id).await?;
        }
        Ok(())
    }

    async fn make(&self, patient_ids: &[String]) -> Result<(), Error> {
        let first = self.store.next_pat(patient_ids.len()).await?;
        let (rng, ids) = (self.rng.clone(), patient_ids.to_vec());
        let kms = self.kms.read().await;
        let made = on_kms(&kms, move |kms| {
            let fresh = (first..).zip(&ids).map(|(pat, id)| fresh_row(kms, rng.as_ref(), pat, id));
            fresh.map(|made| made.map(|(row, _)| row)).collect::<Result<Vec<_>, _>>()
        });
        let rows = made.await??;
        // Another writer may have been quicker with one of them: then its row stands.
        self.store.insert(rows).await
    }

    /// The key with a number; none once it was destroyed.
    pub(crate) async fn by_pat(&self, pat: i64) -> Result<Option<Arc<PatientKey>>, Error> {
        if pat == SHARED {
            return Ok(Some(self.shared.clone()));
        }
        if let Some(found) = self.by_pat.get(&pat) {
            return Ok(Some(found));
        }
        self.load(self.store.by_pat(pat)).await
    }

    /// Destroys the key of a patient, everywhere within reach of this process.
    pub(crate) async fn destroy(&self, key: &PatientKey, at: i64) -> Result<(), Error> {
        self.store.destroy(key.pat, at).await?;
        *self.changes() += 1;
        self.forget(key);
        Ok(())
    }

    /// Reads a key into memory.
    async fn load(
        &self,
        row: impl Future<Output = Result<Option<KeyRow>, Error>>,
    ) -> Result<Option<Arc<PatientKey>>, Error> {
        let before = *self.changes();
        let kms = self.kms.read().await;
        let Some(row) = row.await? else { return Ok(None) };
        let key = Arc::new(on_kms(&kms, move |kms| unwrap_row(kms, &row)).await??);
        drop(kms);
        let changes = self.changes();
        // It may be this one that was destroyed or replaced while it was read: the next look will tell.
        if *changes == before {
            self.remember(&key);
        }
        Ok(Some(key))
    }

    fn changes(&self) -> MutexGuard<'_, u64> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, key: &PatientKey) {
        self.by_id.remove(&key.patient_id);
        self.by_pat.remove(&key.pat);
    }

    fn remember(&self, key: &Arc<PatientKey>) {
        self.by_id.insert(key.patient_id.clone(), key.clone());
        self.by_pat.insert(key.pat, key.clone());
    }
}

/// Asks the key-encryption key on a thread that may block.
async fn on_kms<T, F>(kms: &Arc<dyn Kms>, work: F) -> Result<Result<T, KmsError>, Error>
where
    T: Send + 'static,
    F: FnOnce(&dyn Kms) -> Result<T, KmsError> + Send + 'static,
{
    let kms = kms.clone();
    let done = tokio::task::spawn_blocking(move || work(kms.as_ref()));
    done.await.map_err(|_| Error::Io("a look at the keys broke off".to_owned()))
}

/// At the start there is nobody who could try again in a moment: the operator is told.
fn at_start<T>(answer: Result<T, KmsError>) -> Result<T, Error> {
    answer.map_err(|error| match error {
        KmsError::Wrong => error.into(),
        _ => Error::Unusable(format!("the keys cannot be opened: {error}")),
    })
}

fn not_ours(stranger: &store::KeyCount) -> Error {
    let (keys, key_id) = (stranger.keys, &stranger.key_id);
    Error::Unusable(format!(
        "{keys} keys are wrapped by {key_id}, which is not the configured master key; put that one back, or, if keys \
         were being moved, finish it (`salus keys status` tells more)"
    ))
}

async fn secret(
    store: &dyn KeyStore,
    kms: &Arc<dyn Kms>,
    rng: &dyn Rng,
    name: &str,
) -> Result<Secret<[u8; 32]>, Error> {
    let wrapped = match store.setting(name).await? {
        Some(wrapped) => wrapped,
        None => {
            let (fresh, purpose) = (Secret::new(rng.bytes::<32>()), name.to_owned());
            let wrapped = on_kms(kms, move |kms| kms.wrap(&fresh, purpose.as_bytes())).await??;
            store.add_setting(name, wrapped.bytes).await?;
            // Somebody else may have been quicker: then theirs stands.
            store.setting(name).await?.ok_or(Error::NotFound)?
        }
    };
    let purpose = name.to_owned();
    Ok(on_kms(kms, move |kms| kms.unwrap(&wrapped, purpose.as_bytes())).await??)
}

fn fresh_row(
    kms: &dyn Kms,
    rng: &dyn Rng,
    pat: i64,
    patient_id: &str,
) -> Result<(KeyRow, PatientKey), KmsError> {
    let secret = Secret::new(rng.bytes::<32>());
    let wrapped = kms.wrap(&secret, &context(pat))?;
    let patient_id = patient_id.to_owned();
    let key = PatientKey { pat, patient_id: patient_id.clone(), key: ready(&secret)?, older: None };
    Ok((KeyRow { pat, patient_id, kek: wrapped.key_id, wrapped: wrapped.bytes, older: None }, key))
}

fn unwrap_row(kms: &dyn Kms, row: &KeyRow) -> Result<PatientKey, KmsError> {
    let open = |wrapped: &[u8]| ready(&kms.unwrap(wrapped, &context(row.pat))?);
    Ok(PatientKey {
        pat: row.pat,
        patient_id: row.patient_id.clone(),
        key: open(&row.wrapped)?,
        older: row.older.as_deref().map(open).transpose()?,
    })
}

fn ready(secret: &Secret<[u8; 32]>) -> Result<LessSafeKey, KmsError> {
    aes_key(secret).map_err(|_| KmsError::Wrong)
}

/// What a patient's key is bound to when it is wrapped.
fn context(pat: i64) -> [u8; 8] {
    pat.to_be_bytes()
}
