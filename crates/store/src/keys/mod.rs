//! The keys: one for each patient, so that a person can be forgotten by forgetting one key.
//!
//! Keys lie, wrapped, in a file of their own (`keys.db`), which is backed up apart and kept for a short time:
//! a restored record must not bring back a key that was destroyed. A key is durable before the first data that
//! it seals. Unwrapped keys live in a bounded cache in memory only.

pub(crate) mod kms;
pub(crate) mod store;

use crate::Error;
use crate::erase::list::ErasureList;
use crate::hash::KeyedHash;
use crate::index::SHARED;
use aws_lc_rs::aead::LessSafeKey;
use kms::{Kms, aes_key};
use quick_cache::sync::Cache;
use salus_core::{Rng, Secret};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{KeyRow, KeyStore};

/// How many patients' keys are held in memory, unwrapped.
const CACHED: usize = 10_000;

/// A patient (or, as number 0, everything shared) and the key that seals what is theirs.
pub(crate) struct PatientKey {
    /// The number under which rows stand.
    pub(crate) pat: i64,
    /// The patient's id; empty for what is shared.
    pub(crate) patient_id: String,
    pub(crate) key: LessSafeKey,
}

/// Finds, makes and destroys keys.
pub(crate) struct Keyring {
    store: Arc<dyn KeyStore>,
    kms: Arc<dyn Kms>,
    rng: Arc<dyn Rng>,
    by_id: Cache<String, Arc<PatientKey>>,
    by_pat: Cache<i64, Arc<PatientKey>>,
    shared: Arc<PatientKey>,
    erased: Arc<ErasureList>,
    hash: KeyedHash,
    /// How many keys were destroyed since the start.
    destroyed: AtomicU64,
}

impl Keyring {
    /// Opens the keyring, making the shared key and the hash key at the first start.
    pub(crate) async fn open(
        store: Arc<dyn KeyStore>,
        kms: Arc<dyn Kms>,
        rng: Arc<dyn Rng>,
        erased: Arc<ErasureList>,
    ) -> Result<(Self, KeyedHash), Error> {
        let shared = match store.by_pat(SHARED).await? {
            Some(row) => unwrap_row(kms.as_ref(), &row)?,
            None => {
                let (row, key) = fresh_row(kms.as_ref(), rng.as_ref(), SHARED, "")?;
                store.insert(vec![row]).await?;
                key
            }
        };
        let hash_key = secret(store.as_ref(), kms.as_ref(), rng.as_ref(), "hash").await?;
        let mut half = [0; 16];
        half.copy_from_slice(hash_key.expose().get(..16).unwrap_or(&[0; 16]));
        let hash = KeyedHash::new(half);
        let ring = Self {
            store,
            kms,
            rng,
            by_id: Cache::new(CACHED),
            by_pat: Cache::new(CACHED),
            shared: Arc::new(shared),
            erased,
            hash: hash.clone(),
            destroyed: AtomicU64::new(0),
        };
        Ok((ring, hash))
    }

    /// The key of what belongs to no patient.
    pub(crate) fn shared(&self) -> &Arc<PatientKey> {
        &self.shared
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
        secret(self.store.as_ref(), self.kms.as_ref(), self.rng.as_ref(), name).await
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
        let first = self.store.next_pat(missing.len()).await?;
        let mut rows = Vec::with_capacity(missing.len());
        for (pat, id) in (first..).zip(&missing) {
            rows.push(fresh_row(self.kms.as_ref(), self.rng.as_ref(), pat, id)?.0);
        }
        // Another writer may have been quicker with one of them: then its row stands, and is the one read here.
        self.store.insert(rows).await?;
        for id in &missing {
            self.find(id).await?;
        }
        Ok(())
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
        self.destroyed.fetch_add(1, Ordering::SeqCst);
        self.forget(key);
        Ok(())
    }

    /// Reads a key into memory.
    async fn load(
        &self,
        row: impl Future<Output = Result<Option<KeyRow>, Error>>,
    ) -> Result<Option<Arc<PatientKey>>, Error> {
        let before = self.destroyed.load(Ordering::SeqCst);
        let Some(row) = row.await? else { return Ok(None) };
        let key = self.remember(&row)?;
        if self.destroyed.load(Ordering::SeqCst) != before {
            // It may be this one that was destroyed while it was read: the next look will tell.
            self.forget(&key);
        }
        Ok(Some(key))
    }

    fn forget(&self, key: &PatientKey) {
        self.by_id.remove(&key.patient_id);
        self.by_pat.remove(&key.pat);
    }

    fn remember(&self, row: &KeyRow) -> Result<Arc<PatientKey>, Error> {
        let key = Arc::new(unwrap_row(self.kms.as_ref(), row)?);
        self.by_id.insert(key.patient_id.clone(), key.clone());
        self.by_pat.insert(key.pat, key.clone());
        Ok(key)
    }
}

async fn secret(
    store: &dyn KeyStore,
    kms: &dyn Kms,
    rng: &dyn Rng,
    name: &str,
) -> Result<Secret<[u8; 32]>, Error> {
    if let Some(wrapped) = store.setting(name).await? {
        return kms.unwrap(&wrapped, name.as_bytes());
    }
    let fresh = Secret::new(rng.bytes::<32>());
    store.add_setting(name, kms.wrap(&fresh, name.as_bytes())?).await?;
    // Somebody else may have been quicker: then theirs stands.
    let wrapped = store.setting(name).await?.ok_or(Error::NotFound)?;
    kms.unwrap(&wrapped, name.as_bytes())
}

fn fresh_row(
    kms: &dyn Kms,
    rng: &dyn Rng,
    pat: i64,
    patient_id: &str,
) -> Result<(KeyRow, PatientKey), Error> {
    let secret = Secret::new(rng.bytes::<32>());
    let wrapped = kms.wrap(&secret, &context(pat))?;
    let row = KeyRow { pat, patient_id: patient_id.to_owned(), kek: kms.key_id().to_owned(), wrapped };
    Ok((row, PatientKey { pat, patient_id: patient_id.to_owned(), key: aes_key(&secret)? }))
}

fn unwrap_row(kms: &dyn Kms, row: &KeyRow) -> Result<PatientKey, Error> {
    let secret = kms.unwrap(&row.wrapped, &context(row.pat))?;
    Ok(PatientKey { pat: row.pat, patient_id: row.patient_id.clone(), key: aes_key(&secret)? })
}

fn context(pat: i64) -> [u8; 8] {
    pat.to_be_bytes()
}
