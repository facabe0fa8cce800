//! The record as one caller sees it.
//!
//! A [`Records`] is built with the caller, and there is no other way to the content of a resource: each call
//! decides by the caller's policy and is audited in the caller's name. What may not be read looks like what is
//! not there.

mod blob;
mod cores;
mod history;
mod prepare;
mod read;
mod search;
mod write;

pub(crate) use prepare::stamp;

use crate::Error;
use crate::audit::{AuditAction, AuditOutcome, Capacities, NewAudit, Origin};
use crate::backend::LogRow;
use crate::index::SHARED;
use crate::resource::Stored;
use crate::store::Inner;
use salus_access::{Action, RowFilter, Subject};
use salus_fhir::{defs, json::Value};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The reason of the looks that decide about access.
pub(crate) const GATE: &str = "decide about access";

/// The record as one caller sees it. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    pub(crate) inner: Arc<Inner>,
    pub(crate) caller: Caller,
    /// The number of the patient all work is about: once they are erased, nothing is written.
    pub(crate) about: Option<i64>,
    /// In which capacity, for the audit.
    pub(crate) capacities: Capacities,
}

/// Who asks.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Somebody, within their policy.
    User(Arc<Subject>),
    /// The platform, for a reason.
    System(&'static str),
}

impl Caller {
    /// May this be done to this resource?
    pub(crate) fn may(&self, action: Action, resource: &Value) -> bool {
        match self {
            Self::System(_) => true,
            Self::User(subject) => {
                let type_name = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
                !defs::is_internal(type_name) && subject.policy.decide(action, resource).is_allowed()
            }
        }
    }

    /// To which resources of a type this may be done.
    pub(crate) fn filter(&self, action: Action, type_name: &str) -> RowFilter<'_> {
        match self {
            Self::System(_) => RowFilter::everything(),
            Self::User(_) if defs::is_internal(type_name) => RowFilter::nothing(),
            Self::User(subject) => subject.policy.filter(action, type_name),
        }
    }

    /// What this caller sees of a resource, without what is hidden from them; none where it is not theirs to see.
    pub(crate) fn shown(&self, action: Action, stored: Stored) -> Result<Option<Stored>, Error> {
        match self {
            Self::System(_) => Ok(Some(stored)),
            Self::User(_) => shown(&self.filter(action, &stored.type_name), stored),
        }
    }

    /// The name in the audit.
    pub(crate) fn actor(&self) -> String {
        match self {
            Self::System(reason) => format!("system: {reason}"),
            Self::User(subject) => subject.account.clone(),
        }
    }
}

/// As much of a resource as a filter, made for its type, lets through.
pub(crate) fn shown(filter: &RowFilter<'_>, stored: Stored) -> Result<Option<Stored>, Error> {
    let mut body = stored.json()?;
    match filter.hidden(&body) {
        None => Ok(None),
        Some(hidden) if hidden.is_empty() => Ok(Some(stored)),
        Some(hidden) => {
            hidden.redact(&mut body);
            stored.showing(&body).map(Some)
        }
    }
}

impl Records {
    pub(crate) fn new(inner: Arc<Inner>, caller: Caller) -> Self {
        let subject = match &caller {
            Caller::User(subject) => Some(subject.as_ref()),
            Caller::System(_) => None,
        };
        let capacities = Capacities::of(subject, &Origin::default());
        Self { inner, caller, about: None, capacities }
    }

    /// The same door, for a call of which the audit is told where it comes from.
    #[must_use]
    pub fn seen_from(&self, origin: &Origin) -> Self {
        let subject = match &self.caller {
            Caller::User(subject) => Some(subject.as_ref()),
            Caller::System(_) => None,
        };
        Self { capacities: Capacities::of(subject, origin), ..self.clone() }
    }

    /// The same door for work that takes its time and is all about one patient: once they are erased it writes
    /// nothing, with [`Error::NotFound`], also where a record of the same id was made again meanwhile.
    ///
    /// [`Error::NotFound`] where there is no such record.
    pub async fn about(&self, patient_id: &str) -> Result<Self, Error> {
        let key = self.inner.ring.find(patient_id).await?.ok_or(Error::NotFound)?;
        let records = Self { about: Some(key.pat), ..self.clone() };
        records.still_there().await?;
        Ok(records)
    }

    /// Whether the patient that this door is about is still there; [`Error::NotFound`] once their erasure has begun.
    pub async fn still_there(&self) -> Result<(), Error> {
        let Some(pat) = self.about else { return Ok(()) };
        let is_there = !self.inner.erased.has(pat) && self.inner.ring.by_pat(pat).await?.is_some();
        if is_there { Ok(()) } else { Err(Error::NotFound) }
    }

    /// An audit entry of this caller about nothing in particular yet.
    pub(crate) fn entry(&self, action: AuditAction) -> NewAudit {
        let outcome = match action {
            AuditAction::Denied => AuditOutcome::MinorFailure,
            _ => AuditOutcome::Success,
        };
        let at = self.inner.clock.now().as_microsecond();
        let capacity = self.capacities.usual.clone();
        NewAudit { outcome, capacity, ..NewAudit::of(at, self.caller.actor(), action) }
    }

    /// Whether a look at this type is worth an audit entry: the platform's looks at its own accounts and
    /// sessions, which hold no health data, are not, nor are those by which it decides who may see what.
    fn is_audited(&self, type_name: &str) -> bool {
        match self.caller {
            Caller::User(_) => true,
            Caller::System(reason) => reason != GATE && !defs::is_internal(type_name),
        }
    }

    /// Audits what was done with one log entry's resource.
    pub(crate) async fn note_row(&self, action: AuditAction, row: &LogRow) -> Result<(), Error> {
        self.note_row_with(action, row, None).await
    }

    /// Audits that a log entry's resource was not shown, and what was tried.
    pub(crate) async fn note_hidden(&self, attempt: AuditAction, row: &LogRow) -> Result<(), Error> {
        self.note_row_with(AuditAction::Denied, row, Some(attempt.word())).await
    }

    async fn note_row_with(
        &self,
        action: AuditAction,
        row: &LogRow,
        attempt: Option<&str>,
    ) -> Result<(), Error> {
        let type_name = self.inner.types.name(row.name.typ);
        if !self.is_audited(type_name) {
            return Ok(());
        }
        let target = self.inner.hash.target(type_name, &row.name.id);
        let entry = NewAudit { typ: row.name.typ, target, ..self.entry(action) };
        let mut detail = json!({"id": row.name.id, "version": row.version});
        if let Some(attempt) = attempt {
            detail["attempt"] = attempt.into();
        }
        let entry = self.about_pat(entry, row.pat, &detail).await?;
        self.inner.backend.audit(vec![entry]).await
    }

    /// Audits that resources were given: one entry for each patient whose they are.
    ///
    /// `type_name` is the type that was asked for, none = several. Nothing given is audited as well.
    pub(crate) async fn note_given(
        &self,
        action: AuditAction,
        type_name: Option<&str>,
        given: impl Iterator<Item = &Stored>,
        detail: &serde_json::Value,
    ) -> Result<(), Error> {
        if type_name.is_some_and(|name| !self.is_audited(name)) {
            return Ok(());
        }
        let mut counts = BTreeMap::<i64, u32>::new();
        for stored in given {
            *counts.entry(stored.pat).or_default() += 1;
        }
        if counts.is_empty() {
            counts.insert(SHARED, 0);
        }
        let typ = type_name.map_or(0, |name| self.inner.types.number(name).unwrap_or(0));
        let mut entries = Vec::with_capacity(counts.len());
        for (pat, count) in counts {
            let entry = NewAudit { typ, count, ..self.entry(action) };
            entries.push(self.about_pat(entry, pat, detail).await?);
        }
        self.inner.backend.audit(entries).await
    }

    /// Audits that somebody tried what is not theirs to do, with nothing that was found.
    pub(crate) async fn note_denied(
        &self,
        type_name: Option<&str>,
        patient_id: Option<&str>,
        attempt: &str,
    ) -> Result<(), Error> {
        let typ = type_name.map_or(0, |name| self.inner.types.number(name).unwrap_or(0));
        let entry = NewAudit { typ, ..self.entry(AuditAction::Denied) };
        let detail = json!({"attempt": attempt});
        let entry = match patient_id {
            Some(id) => self.about_patient(entry, id, &detail).await?,
            None => entry.with_detail(&detail, self.inner.ring.shared(), self.inner.rng.as_ref())?,
        };
        self.inner.backend.audit(vec![entry]).await
    }

    /// The entry, about a patient, with a detail under their key. Of somebody who is not there no detail is kept.
    pub(crate) async fn about_patient(
        &self,
        entry: NewAudit,
        patient_id: &str,
        detail: &serde_json::Value,
    ) -> Result<NewAudit, Error> {
        let entry = self.of_patient(entry, patient_id);
        match self.inner.ring.find(patient_id).await? {
            Some(key) => entry.with_detail(detail, &key, self.inner.rng.as_ref()),
            None => Ok(entry),
        }
    }

    /// The same, by the number of the patient.
    pub(super) async fn about_pat(
        &self,
        entry: NewAudit,
        pat: i64,
        detail: &serde_json::Value,
    ) -> Result<NewAudit, Error> {
        // Once a key is destroyed, nobody is there to be told about.
        let Some(key) = self.inner.ring.by_pat(pat).await? else { return Ok(entry) };
        let entry = if pat == SHARED { entry } else { self.of_patient(entry, &key.patient_id) };
        entry.with_detail(detail, &key, self.inner.rng.as_ref())
    }

    /// The entry, about a patient; where the caller broke their glass, for that purpose.
    pub(super) fn of_patient(&self, entry: NewAudit, patient_id: &str) -> NewAudit {
        let emergency = match &self.caller {
            Caller::User(subject) if subject.emergencies.contains(patient_id) => &self.capacities.emergency,
            _ => &None,
        };
        let capacity = emergency.clone().unwrap_or_else(|| entry.capacity.clone());
        NewAudit { patient: self.inner.hash.patient(patient_id), capacity, ..entry }
    }
}
