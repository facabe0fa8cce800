//! Replacing the key of one patient, while people read and write.
//!
//! 1. A fresh key takes the place of the one before, which is kept beside it and only opens from now on.
//!    Nobody is sealing at that moment: whoever was has committed.
//! 2. What it sealed is sealed anew: versions in small commits, then files, each under its name.
//! 3. The key before is destroyed. A process that has it in memory keeps it until it forgets the patient's keys, for a
//!    version that was read before it was sealed anew.
//!
//! Each step can be the last: whoever starts again goes on. Rows of the index are made with no patient's key and stay.
//! The master key may be changed at the same time: both keys of a patient are wrapped by the same one.

use super::kms::{Kms, KmsError};
use super::store::{Change, KeyRow};
use super::{Keyring, PatientKey, context, fresh_row, on_kms, unwrap_row};
use crate::backend::{LogRange, LogScope, Resealed};
use crate::blob::BlobId;
use crate::seal;
use crate::store::{Inner, Store, timestamp};
use crate::{Error, Progress};
use std::sync::Arc;

/// So many versions are sealed anew in one commit.
const STEP: u32 = 200;

impl Store {
    /// Replaces the key of a patient, and gives how many versions and files were sealed anew by this run. `told` hears
    /// how far it is, now and then. [`Error::NotFound`] where there is no such record.
    ///
    /// After an error everything can be read and written as before; calling it again goes on.
    pub async fn replace_patient_key(
        &self,
        patient_id: &str,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<u64, Error> {
        let inner = &self.inner;
        let _nobody_is_erased = inner.erasing.lock().await;
        let key = inner.ring.replace(patient_id).await?;
        // Whatever was asked for before is in its place then.
        inner.backend.reseal(Vec::new()).await?;
        let there = inner.backend.holdings(key.pat, patient_id.to_owned()).await?.rest;
        let at = Progress { done: 0, total: there.versions + there.files, message: None };
        let (versions, at) = inner.reseal_versions(&key, at, told).await?;
        let files = inner.reseal_files(&key, at, told).await?;
        inner.ring.store.drop_older(key.pat).await?;
        self.note_rotation(Some(patient_id), versions + files).await?;
        Ok(versions + files)
    }
}

impl Keyring {
    /// Gives a patient a fresh key, at a moment when nobody is sealing: from then on the one before only opens.
    async fn replace(&self, patient_id: &str) -> Result<Arc<PatientKey>, Error> {
        let pat = self.find(patient_id).await?.ok_or(Error::NotFound)?.pat;
        let (wrapping, change) = self.fresh(pat).await?;
        let _nobody_seals = self.sealing.write().await;
        let kms = self.kms.read().await;
        if !Arc::ptr_eq(&wrapping, &kms) {
            return Err(Error::Busy);
        }
        if let Some(change) = change {
            self.store.replace(change).await?;
        }
        // Who has read the row of the key before puts nothing into the cache any more.
        *self.changes() += 1;
        let row = self.store.by_pat(pat).await?.ok_or(Error::NotFound)?;
        if row.older.is_none() {
            // It was wrapped anew at this very moment.
            return Err(Error::Busy);
        }
        let key = match on_kms(&kms, move |kms| unwrap_row(kms, &row)).await? {
            Ok(key) => Arc::new(key),
            Err(error) => {
                self.by_pat.remove(&pat);
                self.by_id.remove(patient_id);
                return Err(error.into());
            }
        };
        let mut changes = self.changes();
        *changes += 1;
        self.remember(&key);
        Ok(key)
    }

    /// A fresh key for a patient, with who wrapped it; none where one is being replaced already.
    async fn fresh(&self, pat: i64) -> Result<(Arc<dyn Kms>, Option<Change>), Error> {
        let kms = self.kms.read().await;
        let row = self.store.by_pat(pat).await?.ok_or(Error::NotFound)?;
        if row.older.is_some() {
            return Ok((kms.clone(), None));
        }
        let rng = self.rng.clone();
        let change = on_kms(&kms, move |kms| {
            let before = row.wrapped;
            let older = kms.wrap(&kms.unwrap(&before, &context(pat))?, &context(pat))?;
            let (fresh, _) = fresh_row(kms, rng.as_ref(), pat, &row.patient_id)?;
            // The earlier of two versions: with it the row is found where everything is to have the newest.
            let row = KeyRow { kek: older.key_id, older: Some(older.bytes), ..fresh };
            Ok::<_, KmsError>(Change { before, row })
        });
        Ok((kms.clone(), Some(change.await??)))
    }
}

impl Inner {
    /// Gives how many were sealed anew, and how far it is then.
    async fn reseal_versions(
        &self,
        key: &Arc<PatientKey>,
        mut at: Progress,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(u64, Progress), Error> {
        let scope = LogScope::Patients(vec![key.pat], None);
        let mut range = LogRange { scope, before: None, since: None, limit: STEP };
        let mut done = 0;
        loop {
            let rows = self.backend.history(range.clone()).await?;
            let Some(last) = rows.last() else { return Ok((done, at)) };
            range.before = Some(last.seq);
            let mut anew = Vec::new();
            for row in rows.into_iter().filter(|row| row.pat == key.pat) {
                let Some(sealed) = row.sealed else { continue };
                at.done += 1;
                let last_updated = timestamp(row.at).to_string();
                let type_name = self.types.name(row.name.typ);
                let name = seal::Name {
                    type_name,
                    id: &row.name.id,
                    version: row.version,
                    last_updated: &last_updated,
                };
                if let Some(after) = seal::reseal(name, &sealed, key, self.rng.as_ref())? {
                    anew.push(Resealed { seq: row.seq, before: sealed.bytes, after });
                }
            }
            done += anew.len() as u64;
            self.backend.reseal(anew).await?;
            told(at.clone());
        }
    }

    /// A file is replaced as a whole: who reads it meanwhile gets one sealing or the other, and can open both.
    async fn reseal_files(
        &self,
        key: &Arc<PatientKey>,
        mut at: Progress,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<u64, Error> {
        let mut done = 0;
        for id in self.backend.blobs_of(key.pat).await?.into_iter().map(BlobId) {
            let sealed = match self.blobs.get(&id).await {
                Err(Error::NotFound) => continue,
                found => found?,
            };
            let (key, rng) = (key.clone(), self.rng.clone());
            let again = tokio::task::spawn_blocking(move || {
                let from = id.associated(&sealed);
                seal::reseal_bytes(&from, &id.bound(), &sealed, &key, rng.as_ref())
            });
            let again = again.await.map_err(|_| Error::Io("a file was not sealed anew".to_owned()))??;
            if let Some(again) = again {
                self.blobs.put(&id, again).await?;
                done += 1;
                if self.backend.blob(id.0).await?.is_none() {
                    // It was deleted meanwhile.
                    self.blobs.delete(&id).await?;
                }
            }
            at.done += 1;
            told(at.clone());
        }
        Ok(done)
    }
}
