//! Forgetting a patient.
//!
//! Rows, files and sealed bodies are removed, then the key is destroyed: what remains of the person anywhere (in
//! free blocks of the disk, in old copies) cannot be opened any more. The audit chain, which never named the
//! person, stays whole. Resources that belong to another patient and merely mention this one stay.

use crate::Error;
use crate::audit::{AuditAction, NewAudit};
use crate::backend::{Erasure, LogRange, LogRow, LogScope};
use crate::blob::BlobId;
use crate::index::Rows;
use crate::resource::Event;
use crate::store::{Inner, Store};
use salus_fhir::compartment;
use std::collections::HashSet;

/// So many log entries are looked at in one go.
const STEP: u32 = 500;

impl Store {
    /// Erases a patient: everything they own, and their key. It cannot be undone. `actor` is who had it done, for
    /// the audit. [`Error::NotFound`] where there is no such record.
    pub async fn erase_patient(&self, patient_id: &str, actor: &str) -> Result<(), Error> {
        let inner = &self.inner;
        let key = inner.ring.find(patient_id).await?.ok_or(Error::NotFound)?;
        let foreign = inner.foreign_rows(key.pat).await?;
        let audit = NewAudit {
            at: inner.clock.now().as_microsecond(),
            actor: actor.to_owned(),
            action: AuditAction::Erase,
            typ: 0,
            target: 0,
            patient: inner.hash.patient(patient_id),
            count: u32::try_from(foreign.len()).unwrap_or(u32::MAX),
            ops: None,
            digest: [0; 32],
        };
        let blobs = inner.backend.blobs_of(key.pat).await?;
        inner.backend.erase(Erasure { pat: key.pat, foreign, audit }).await?;
        inner.ring.destroy(&key, inner.now_ms()).await?;
        for hash in blobs {
            inner.blobs.delete(&BlobId(hash)).await?;
        }
        Ok(())
    }
}

impl Inner {
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
