//! Reading one resource.

use super::Records;
use crate::Error;
use crate::audit::AuditAction;
use crate::backend::LogRow;
use crate::resource::{Event, Lookup, Stored};
use crate::store::timestamp;
use salus_access::Action;
use serde_json::json;

impl Records {
    /// The current version of a resource; none where there is none, or none for this caller.
    pub async fn read(&self, type_name: &str, id: &str) -> Result<Option<Stored>, Error> {
        self.lookup(type_name, id).await.map(Lookup::found)
    }

    /// What stands under a type and an id; tells what was deleted from what never was.
    pub async fn lookup(&self, type_name: &str, id: &str) -> Result<Lookup, Error> {
        let Ok(name) = self.inner.name(type_name, id) else { return Ok(Lookup::Absent) };
        let newest = self.inner.backend.newest(vec![name]).await?.into_iter().next().flatten();
        self.decide(newest, AuditAction::Read).await
    }

    /// One version of a resource.
    pub async fn read_version(&self, type_name: &str, id: &str, version: u64) -> Result<Lookup, Error> {
        let Ok(name) = self.inner.name(type_name, id) else { return Ok(Lookup::Absent) };
        let row = self.inner.backend.version(name, version).await?;
        self.decide(row, AuditAction::VersionRead).await
    }

    /// Whether anything in a patient's compartment has changed since log entry `seq`.
    pub async fn changed_since(&self, patient_id: &str, seq: u64) -> Result<bool, Error> {
        Ok(self.last_change(patient_id).await? > seq)
    }

    /// The place in the log of the newest change in a patient's compartment: as long as it stays, a copy of what
    /// was read there is good. 0 where there is none, or none for this caller.
    pub async fn last_change(&self, patient_id: &str) -> Result<u64, Error> {
        if !self.knows(patient_id).await? {
            return Ok(0);
        }
        match self.inner.ring.find(patient_id).await? {
            Some(key) => self.inner.backend.last_touch(key.pat).await,
            None => Ok(0),
        }
    }

    /// Whether this caller may read a patient's Patient resource, be it there or not.
    async fn knows(&self, patient_id: &str) -> Result<bool, Error> {
        if self.caller.may(Action::Read, &json!({"resourceType": "Patient", "id": patient_id})) {
            return Ok(true);
        }
        let name = self.inner.name("Patient", patient_id)?;
        let newest = self.inner.backend.newest(vec![name]).await?.into_iter().next().flatten();
        let Some(row) = newest else { return Ok(false) };
        let Some(stored) = self.inner.open_row(&row).await? else { return Ok(false) };
        Ok(self.caller.shown(Action::Read, stored)?.is_some())
    }

    /// What this caller is told about a log entry.
    async fn decide(&self, row: Option<LogRow>, action: AuditAction) -> Result<Lookup, Error> {
        let Some(row) = row else { return Ok(Lookup::Absent) };
        if row.event == Event::Deleted {
            let before = self.inner.backend.version(row.name.clone(), row.version.saturating_sub(1)).await?;
            let Some(before) = before else { return Ok(Lookup::Absent) };
            let Some(stored) = self.inner.open_row(&before).await? else { return Ok(Lookup::Absent) };
            return Ok(match self.caller.shown(Action::Read, stored)? {
                Some(_) => {
                    self.note_row(action, &row).await?;
                    Lookup::Gone { version: row.version, at: timestamp(row.at) }
                }
                None => {
                    self.note_hidden(action, &row).await?;
                    Lookup::Absent
                }
            });
        }
        let Some(stored) = self.inner.open_one(&row).await? else { return Ok(Lookup::Absent) };
        let Some(shown) = self.caller.shown(Action::Read, stored)? else {
            self.note_hidden(action, &row).await?;
            return Ok(Lookup::Absent);
        };
        self.note_row(action, &row).await?;
        Ok(Lookup::Found(shown))
    }
}
