//! Forgetting a patient.
//!
//! The erasure is written into [`list`] first: from then on nothing is written about the person, and whatever a crash
//! cuts off is finished when the store opens again. Then rows, files and sealed bodies are removed, and the key is
//! destroyed: what remains of the person anywhere (in free blocks of the disk, in old copies) cannot be opened any more.
//! The audit chain, which never named the person, stays whole. Resources that belong to another patient and merely
//! mention this one stay; [`Store::mentions`] tells which.

pub(crate) mod list;
mod mentions;
mod replay;

use crate::Error;
use crate::audit::{AuditAction, NewAudit};
use crate::backend::{Erasure, Foreign, LogRange, LogRow, LogScope};
use crate::blob::BlobId;
use crate::index::Rows;
use crate::keys::PatientKey;
use crate::resource::Event;
use crate::store::{Inner, Store};
use list::Entry;
use salus_fhir::compartment;
use std::collections::HashSet;

/// So many log entries are looked at in one go.
const STEP: u32 = 500;

/// What the store holds of a patient: what an erasure removes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Resources that are not deleted, by type, in alphabetical order.
    pub resources: Vec<(String, u64)>,
    /// Versions of resources that can be opened, those of the past included.
    pub versions: u64,
    /// Their sealed bytes.
    pub version_bytes: u64,
    /// Rows of the index under the patient.
    pub index_rows: u64,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Background work about the patient, done or not.
    pub jobs: u64,
}

impl Store {
    /// Counts what the store holds of a patient. [`Error::NotFound`] where there is no such record.
    pub async fn holdings(&self, patient_id: &str) -> Result<Holdings, Error> {
        let inner = &self.inner;
        let key = inner.ring.find(patient_id).await?.ok_or(Error::NotFound)?;
        let counts = inner.backend.holdings(key.pat, patient_id.to_owned()).await?;
        let named = |(typ, count)| (inner.types.name(typ).to_owned(), count);
        let mut resources: Vec<_> = counts.resources.into_iter().map(named).collect();
        resources.sort();
        Ok(Holdings { resources, ..counts.rest })
    }

    /// Erases a patient: everything they own, and their key. It cannot be undone. `actor` is who had it done, for
    /// the audit. [`Error::NotFound`] where there is no such record.
    ///
    /// After an error the erasure stands all the same, half done: nothing is written about the person any more, and
    /// calling it again, or opening the store again, finishes it.
    pub async fn erase_patient(&self, patient_id: &str, actor: &str) -> Result<(), Error> {
        let inner = &self.inner;
        let _one_at_a_time = inner.erasing.lock().await;
        let key = inner.ring.find(patient_id).await?.ok_or(Error::NotFound)?;
        let entry = Entry { pat: key.pat, digest: list::digest(&inner.hash, patient_id) };
        inner.erased.add(entry, inner.clock.now())?;
        inner.erase(&key, actor).await
    }
}

impl Inner {
    /// Removes what belongs to a key, then the key.
    async fn erase(&self, key: &PatientKey, actor: &str) -> Result<(), Error> {
        let foreign = Foreign::Rows(self.foreign_rows(key.pat).await?);
        self.remove(key.pat, Some(&key.patient_id), foreign, actor).await?;
        self.ring.destroy(key, self.now_ms()).await?;
        self.remove_files(key.pat).await
    }

    /// Removes the rows of a number.
    async fn remove(
        &self,
        pat: i64,
        patient_id: Option<&str>,
        foreign: Foreign,
        actor: &str,
    ) -> Result<(), Error> {
        let count = match &foreign {
            Foreign::Rows(rows) => u32::try_from(rows.len()).unwrap_or(u32::MAX),
            Foreign::Unknown => 0,
        };
        let at = self.clock.now().as_microsecond();
        let audit = NewAudit {
            patient: patient_id.map_or(0, |id| self.hash.patient(id)),
            count,
            ..NewAudit::of(at, actor.to_owned(), AuditAction::Erase)
        };
        let patient_id = patient_id.map(str::to_owned);
        self.backend.erase(Erasure { pat, patient_id, foreign, audit }).await
    }

    /// Removes the files of a number. Their rows go last: as long as one is left, they are looked for again.
    async fn remove_files(&self, pat: i64) -> Result<(), Error> {
        for hash in self.backend.blobs_of(pat).await? {
            self.blobs.delete(&BlobId(hash)).await?;
        }
        self.backend.forget_blobs(pat).await
    }

    /// The rows that a patient's own resources have under other scopes.
    async fn foreign_rows(&self, pat: i64) -> Result<Vec<(i64, Rows)>, Error> {
        let mut range =
            LogRange { scope: LogScope::Patients(vec![pat], None), before: None, since: None, limit: STEP };
        let (mut seen, mut foreign) = (HashSet::new(), Vec::new());
        loop {
            let rows = self.backend.history(range.clone()).await?;
            let Some(last) = rows.last() else { return Ok(foreign) };
            range.before = Some(last.seq);
            for row in rows {
                // Newest first: the first entry of a resource is the one whose rows stand.
                if row.pat == pat && seen.insert(row.rid) && row.event != Event::Deleted {
                    foreign.push((row.rid, self.foreign_rows_of(&row).await?));
                }
            }
        }
    }

    async fn foreign_rows_of(&self, row: &LogRow) -> Result<Rows, Error> {
        let Some(stored) = self.open_row(row).await? else { return Ok(Rows::default()) };
        let resource = stored.json()?;
        let mut pats = Vec::new();
        for id in compartment::patients(&resource) {
            pats.extend(self.ring.find(&id).await?.map(|key| key.pat));
        }
        let mut rows = self.keys.rows(&resource, &pats, stored.last_updated.as_microsecond());
        rows.rows.retain(|found| found.pat != row.pat);
        rows.strings.retain(|found| found.pat != row.pat);
        Ok(rows)
    }
}
