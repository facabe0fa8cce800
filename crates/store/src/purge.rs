//! Taking a resource out of the record with its history, when the time it is kept for is over.
//!
//! Deleting, as people know it, keeps the versions before. Purging keeps none: the bodies go, and what is left of the
//! resource in the log is that something happened. The audit chain hashes digests and stays whole.

use crate::Error;
use crate::audit::{AuditAction, NewAudit};
use crate::backend::{LogRow, Purge};
use crate::index::{Rows, SHARED};
use crate::records::{Caller, Records};
use crate::resource::Event;
use salus_fhir::{compartment, defs};

/// How often a purge looks again because somebody wrote meanwhile.
const MOST_TRIES: usize = 8;

impl Records {
    /// Takes a resource out with all its versions; false where there is none. For the platform alone.
    pub async fn purge(&self, type_name: &str, id: &str) -> Result<bool, Error> {
        self.take_out(type_name, id, true).await
    }

    /// Takes the past versions of a resource out and leaves the current one. For the platform alone.
    pub async fn purge_history(&self, type_name: &str, id: &str) -> Result<bool, Error> {
        self.take_out(type_name, id, false).await
    }

    async fn take_out(&self, type_name: &str, id: &str, is_whole: bool) -> Result<bool, Error> {
        if !matches!(self.caller, Caller::System(_)) {
            return Err(Error::Denied);
        }
        let name = self.inner.name(type_name, id)?;
        for _ in 0..MOST_TRIES {
            let newest = self.inner.backend.newest(vec![name.clone()]).await?.into_iter().next().flatten();
            let Some(row) = newest else { return Ok(false) };
            let rows = if is_whole { Some(self.rows_of(&row).await?) } else { None };
            let audit = self.purging(type_name, &row).await?;
            if self.inner.backend.purge(Purge { name: name.clone(), seq: row.seq, rows, audit }).await? {
                return Ok(true);
            }
        }
        Err(Error::Busy)
    }

    /// The rows that find what stands.
    async fn rows_of(&self, row: &LogRow) -> Result<Rows, Error> {
        if row.event == Event::Deleted {
            return Ok(Rows::default());
        }
        let Some(stored) = self.inner.open_row(row).await? else { return Ok(Rows::default()) };
        let resource = stored.json()?;
        let mut pats = Vec::new();
        for id in compartment::patients(&resource) {
            pats.extend(self.inner.ring.find(&id).await?.map(|key| key.pat));
        }
        Ok(self.inner.keys.rows(&resource, &pats, stored.last_updated.as_microsecond()))
    }

    async fn purging(&self, type_name: &str, row: &LogRow) -> Result<Option<NewAudit>, Error> {
        if defs::is_internal(type_name) {
            return Ok(None);
        }
        let patient = match row.pat {
            SHARED => 0,
            pat => {
                self.inner.ring.by_pat(pat).await?.map_or(0, |key| self.inner.hash.patient(&key.patient_id))
            }
        };
        let target = self.inner.hash.target(type_name, &row.name.id);
        Ok(Some(NewAudit { typ: row.name.typ, target, patient, ..self.entry(AuditAction::Erase) }))
    }
}
