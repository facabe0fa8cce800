//! Replacing the key of one patient, while people read and write.
//!
//! 1. A fresh key takes the place of the one before, which is kept beside it and only opens from now on.
//!    Nobody is sealing at that moment: whoever was has committed.
//! 2. What it sealed is sealed anew: versions in small commits, then files, each under its name.
//! 3. The key before is destroyed. A process that has it in memory keeps it until it forgets the patient's keys, for a
//!    version that was read before it was sealed anew.
//!
//! Each step can be the last: whoever starts again goes on. Rows of the index are made with no patient's key and stay.

use super::{Keyring, PatientKey, fresh_row, on_kms, unwrap_row};
use crate::Error;
use crate::backend::{LogRange, LogScope, Resealed};
use crate::blob::BlobId;
use crate::seal;
use crate::store::{Inner, Store, timestamp};
use std::sync::Arc;

/// So many versions are sealed anew in one commit.
const STEP: u32 = 200;

impl Store {
    /// Replaces the key of a patient, and gives how many versions and files were sealed anew by this run. `told` hears
    /// how many are done, now and then. [`Error::NotFound`] where there is no such record.
    ///
    /// After an error everything can be read and written as before; calling it again goes on.
    pub async fn replace_patient_key(
        &self,
        patient_id: &str,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Error> {
        let inner = &self.inner;
        let _nobody_is_erased = inner.erasing.lock().await;
        let key = inner.ring.replace(patient_id).await?;
        // Whatever was asked for before is in its place then.
        inner.backend.reseal(Vec::new()).await?;
        let versions = inner.reseal_versions(&key, told).await?;
        let files = inner.reseal_files(&key).await?;
        told(versions + files);
        inner.ring.store.drop_older(key.pat).await?;
        self.note_rotation(Some(patient_id), versions + files).await?;
        Ok(versions + files)
    }
}

impl Keyring {
    /// Gives a patient a fresh key, at a moment when nobody is sealing: from then on the one before only opens.
    async fn replace(&self, patient_id: &str) -> Result<Arc<PatientKey>, Error> {
        let pat = self.find(patient_id).await?.ok_or(Error::NotFound)?.pat;
        let (rng, id) = (self.rng.clone(), patient_id.to_owned());
        let (row, _) = on_kms(&self.kms, move |kms| fresh_row(kms, rng.as_ref(), pat, &id)).await??;
        let _nobody_seals = self.sealing.write().await;
        self.store.replace(row).await?;
        // Who has read the row of the key before puts nothing into the cache any more.
        *self.changes() += 1;
        let row = self.store.by_pat(pat).await?.ok_or(Error::NotFound)?;
        let key = match on_kms(&self.kms, move |kms| unwrap_row(kms, &row)).await? {
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
}

impl Inner {
    async fn reseal_versions(
        &self,
        key: &Arc<PatientKey>,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Error> {
        let scope = LogScope::Patients(vec![key.pat], None);
        let mut range = LogRange { scope, before: None, since: None, limit: STEP };
        let mut done = 0;
        loop {
            let rows = self.backend.history(range.clone()).await?;
            let Some(last) = rows.last() else { return Ok(done) };
            range.before = Some(last.seq);
            let mut anew = Vec::new();
            for row in rows.into_iter().filter(|row| row.pat == key.pat) {
                let Some(sealed) = row.sealed else { continue };
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
            told(done);
        }
    }

    /// A file is replaced as a whole: who reads it meanwhile gets one sealing or the other, and can open both.
    async fn reseal_files(&self, key: &Arc<PatientKey>) -> Result<u64, Error> {
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
            }
        }
        Ok(done)
    }
}
