//! The CPU's part of a write: values in, a prepared op out.

use super::Caller;
use crate::backend::{Before, LogRow, Name, PreparedOp};
use crate::batch::{Expect, Written};
use crate::error::Conflict;
use crate::index::{Rows, SHARED};
use crate::keys::PatientKey;
use crate::resource::Event;
use crate::store::{Inner, event_of_write, timestamp};
use crate::{Error, seal};
use salus_access::{Action, Elements, keep_hidden};
use salus_fhir::compartment;
use salus_fhir::json::{Map, Value};
use salus_fhir::{Issue, IssueCode};
use std::collections::HashMap;
use std::sync::Arc;

/// The ops of a batch on one resource, in order.
pub(super) struct Group {
    pub(super) name: Name,
    pub(super) type_name: String,
    pub(super) ops: Vec<Intake>,
}

/// One op as it came in.
pub(super) struct Intake {
    /// Its place in the batch.
    pub(super) index: usize,
    /// None = delete.
    pub(super) resource: Option<Value>,
    pub(super) expect: Expect,
}

/// What an op comes to.
pub(super) enum Draft {
    /// Nothing changes.
    Same(Written),
    /// A version is made.
    Change(Box<PreparedOp>, Written),
}

/// What the record holds under a name.
pub(super) struct Found {
    /// Its newest log entry.
    pub(super) newest: LogRow,
    /// The newest entry with a body, and the key that opens it.
    pub(super) body: Option<(LogRow, Arc<PatientKey>)>,
}

/// What stands under a name before an op.
pub(super) struct Standing {
    before: Before,
    /// 0 = nothing ever.
    version: u64,
    seq: u64,
    at: i64,
    pub(super) is_deleted: bool,
    /// The body, or, of what is deleted, the last body it had.
    body: Option<Value>,
    /// In whose compartments the body is.
    pub(super) patients: Vec<String>,
}

impl Group {
    /// The patients in whose compartments the coming bodies will be.
    pub(super) fn patients(&self) -> Vec<String> {
        let of = |op: &Intake| op.resource.as_ref().map(|resource| self.patients_of(resource));
        self.ops.iter().filter_map(of).flatten().collect()
    }

    /// The Patient that this group stores, if it is one.
    pub(super) fn born(&self) -> Option<&str> {
        let stores = self.ops.iter().any(|op| op.resource.is_some());
        (self.type_name == "Patient" && stores).then_some(self.name.id.as_str())
    }

    /// The patients of a coming body. A Patient without an id yet belongs to the id it will have.
    fn patients_of(&self, resource: &Value) -> Vec<String> {
        let mut patients = compartment::patients(resource);
        if self.type_name == "Patient" && !patients.contains(&self.name.id) {
            patients.push(self.name.id.clone());
            patients.sort_unstable();
        }
        patients
    }
}

impl Standing {
    const NOTHING: Self = Self {
        before: Before::Nothing,
        version: 0,
        seq: 0,
        at: i64::MIN,
        is_deleted: true,
        body: None,
        patients: Vec::new(),
    };

    /// Opens what stands.
    pub(super) fn open(inner: &Inner, found: Option<Found>) -> Result<Self, Error> {
        let Some(Found { newest: row, body }) = found else { return Ok(Self::NOTHING) };
        let body = match body {
            Some((body_row, key)) => Some(inner.open_with(&body_row, &key)?.json()?),
            None => None,
        };
        Ok(Self {
            before: Before::At { rid: row.rid, seq: row.seq },
            version: row.version,
            seq: row.seq,
            at: row.at,
            is_deleted: row.event == Event::Deleted,
            patients: body.as_ref().map(compartment::patients).unwrap_or_default(),
            body,
        })
    }

    fn current(&self) -> Option<&Value> {
        self.body.as_ref().filter(|_| !self.is_deleted)
    }
}

/// Prepares the ops of a group one after the other. The group comes back as it was.
pub(super) fn prepare(
    inner: &Inner,
    caller: &Caller,
    keys: &HashMap<String, Arc<PatientKey>>,
    mut group: Group,
    mut standing: Standing,
) -> (Group, Result<Vec<(usize, Draft)>, Error>) {
    let mut drafts = Vec::with_capacity(group.ops.len());
    let mut ops = std::mem::take(&mut group.ops);
    let last = ops.len().saturating_sub(1);
    let mut failed = None;
    for (place, op) in ops.iter_mut().enumerate() {
        let writing = Writing { inner, caller, keys, group: &group };
        let is_last = place == last;
        match writing.op(op, &mut standing, is_last) {
            Ok(draft) => drafts.push((op.index, draft)),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    group.ops = ops;
    match failed {
        Some(error) => (group, Err(error)),
        None => (group, Ok(drafts)),
    }
}

struct Writing<'a> {
    inner: &'a Inner,
    caller: &'a Caller,
    keys: &'a HashMap<String, Arc<PatientKey>>,
    group: &'a Group,
}

impl Writing<'_> {
    fn op(&self, op: &mut Intake, standing: &mut Standing, is_last: bool) -> Result<Draft, Error> {
        let mut kept = match &op.resource {
            Some(comes) => self.kept(comes, standing)?,
            None => None,
        };
        self.allow(kept.as_ref().or(op.resource.as_ref()), standing)?;
        self.expect(op.expect, standing)?;
        let index = op.index;
        let now = self.inner.now_ms().max(standing.at);
        match kept.as_mut().or(op.resource.as_mut()) {
            Some(resource) => self.put(index, resource, standing, now, is_last),
            None => self.delete(index, standing, now),
        }
    }

    /// The body that comes from somebody who does not see, or may not change, all of what stands: with what is hidden
    /// from them as it stands. None where there is nothing to keep, or nothing they may do.
    fn kept(&self, comes: &Value, standing: &Standing) -> Result<Option<Value>, Error> {
        let Caller::User(subject) = self.caller else { return Ok(None) };
        let policy = &subject.policy;
        let (hidden, fixed) = match standing.current() {
            Some(stands) => (
                policy.filter(Action::Read, &self.group.type_name).hidden(stands),
                policy.fixed(Action::Update, stands),
            ),
            None => (Some(Elements::default()), policy.fixed(Action::Create, comes)),
        };
        let (Some(hidden), Some(fixed)) = (hidden, fixed) else { return Ok(None) };
        if hidden.is_empty() && fixed.is_empty() {
            return Ok(None);
        }
        let mut kept = comes.clone();
        keep_hidden(standing.current(), &mut kept, &hidden, &fixed).map_err(Error::Invalid)?;
        Ok(Some(kept))
    }

    /// Asks the policy about what stands and about what comes.
    fn allow(&self, comes: Option<&Value>, standing: &Standing) -> Result<(), Error> {
        let may = |action, resource: &Value| {
            if self.caller.may(action, resource) { Ok(()) } else { Err(Error::Denied) }
        };
        match (standing.current(), comes) {
            (Some(stands), Some(comes)) => {
                // Who may not even read it learns nothing, not that it exists either.
                may(Action::Read, stands)?;
                may(Action::Update, stands)?;
                may(Action::Update, comes)
            }
            (Some(stands), None) => {
                may(Action::Read, stands)?;
                may(Action::Delete, stands)
            }
            (None, Some(comes)) => match &standing.body {
                // What was deleted comes back only by those who might have seen it.
                Some(was) => may(Action::Read, was).and_then(|()| may(Action::Create, comes)),
                None => may(Action::Create, comes),
            },
            (None, None) => match &standing.body {
                Some(was) => may(Action::Delete, was),
                None => Ok(()),
            },
        }
    }

    fn expect(&self, expect: Expect, standing: &Standing) -> Result<(), Error> {
        let (type_name, id) = (self.group.type_name.clone(), self.group.name.id.clone());
        let current = if standing.is_deleted { 0 } else { standing.version };
        match expect {
            Expect::Absent if !standing.is_deleted => Err(Conflict::Exists { type_name, id }.into()),
            Expect::Version(expected) if expected != current => {
                Err(Conflict::Version { type_name, id, expected, current }.into())
            }
            Expect::Any | Expect::Absent | Expect::Version(_) => Ok(()),
        }
    }

    fn put(
        &self,
        index: usize,
        resource: &mut Value,
        standing: &mut Standing,
        now: i64,
        is_last: bool,
    ) -> Result<Draft, Error> {
        if let Some(stands) = standing.current() {
            stamp(resource, &self.group.name.id, standing.version, standing.at);
            if resource == stands {
                return Ok(Draft::Same(self.written(standing.version, standing.at, standing.seq)));
            }
        }
        let version = standing.version + 1;
        stamp(resource, &self.group.name.id, version, now);
        let patients = self.group.patients_of(resource);
        let pats = self.pats(&patients)?;
        let owner = match patients.first() {
            Some(id) => self.keys.get(id).ok_or_else(vanished)?,
            None => self.inner.ring.shared(),
        };
        // Several times as fast as `Display`, which goes through the formatter piece by piece.
        let body = serde_json::to_string(resource).map_err(|_| unwritable())?;
        let name = seal::Name {
            type_name: &self.group.type_name,
            id: &self.group.name.id,
            version,
            last_updated: &timestamp(now).to_string(),
        };
        let sealed = seal::seal(name, &body, owner, self.inner.rng.as_ref())?;
        let add = self.inner.keys.rows(resource, &pats, now.saturating_mul(1_000));
        let (remove, add) = difference(self.standing_rows(standing)?, add);
        let was_there = !standing.is_deleted;
        let op = PreparedOp {
            name: self.group.name.clone(),
            before: standing.before,
            version,
            event: event_of_write(was_there),
            at: now,
            pat: owner.pat,
            touches: self.touches(&pats, standing),
            sealed: Some(sealed),
            remove,
            add,
        };
        let mut written = self.written(version, now, 0);
        written.created = !was_there;
        written.changed = true;
        let body = if is_last { None } else { Some(resource.clone()) };
        *standing = Standing {
            before: Before::Op(index),
            version,
            seq: 0,
            at: now,
            is_deleted: false,
            body,
            patients,
        };
        Ok(Draft::Change(Box::new(op), written))
    }

    fn delete(&self, index: usize, standing: &mut Standing, now: i64) -> Result<Draft, Error> {
        if standing.is_deleted {
            return Ok(Draft::Same(self.written(standing.version, standing.at.max(0), standing.seq)));
        }
        let version = standing.version + 1;
        let op = PreparedOp {
            name: self.group.name.clone(),
            before: standing.before,
            version,
            event: Event::Deleted,
            at: now,
            pat: standing.patients.first().and_then(|id| self.keys.get(id)).map_or(SHARED, |key| key.pat),
            touches: self.touches(&[], standing),
            sealed: None,
            remove: self.standing_rows(standing)?,
            add: Rows::default(),
        };
        let mut written = self.written(version, now, 0);
        written.changed = true;
        standing.before = Before::Op(index);
        standing.version = version;
        standing.at = now;
        standing.is_deleted = true;
        Ok(Draft::Change(Box::new(op), written))
    }

    /// The numbers of patients who come; their keys were made a moment ago.
    fn pats(&self, patients: &[String]) -> Result<Vec<i64>, Error> {
        patients.iter().map(|id| self.keys.get(id).map(|key| key.pat).ok_or_else(vanished)).collect()
    }

    /// The rows that what stands has.
    fn standing_rows(&self, standing: &Standing) -> Result<Rows, Error> {
        let Some(body) = standing.current() else { return Ok(Rows::default()) };
        let pats: Vec<i64> =
            standing.patients.iter().filter_map(|id| self.keys.get(id)).map(|key| key.pat).collect();
        if pats.is_empty() && !standing.patients.is_empty() {
            return Ok(Rows::default());
        }
        Ok(self.inner.keys.rows(body, &pats, standing.at.saturating_mul(1_000)))
    }

    fn touches(&self, pats: &[i64], standing: &Standing) -> Vec<i64> {
        let before = standing.patients.iter().filter_map(|id| self.keys.get(id)).map(|key| key.pat);
        let mut touches: Vec<i64> = pats.iter().copied().chain(before).filter(|pat| *pat != SHARED).collect();
        touches.sort_unstable();
        touches.dedup();
        touches
    }

    fn written(&self, version: u64, at: i64, seq: u64) -> Written {
        Written {
            type_name: self.group.type_name.clone(),
            id: self.group.name.id.clone(),
            version,
            last_updated: timestamp(at),
            seq,
            created: false,
            changed: false,
        }
    }
}

/// Gives a resource its id, its version and its time, in their usual places.
pub(crate) fn stamp(resource: &mut Value, id: &str, version: u64, at: i64) {
    let Some(object) = resource.as_object_mut() else { return };
    if object.get("id").and_then(Value::as_str) != Some(id) {
        let place = object.len().min(1);
        object.shift_insert(place, "id".to_owned(), Value::String(id.to_owned()));
    }
    if !object.get("meta").is_some_and(Value::is_object) {
        let place = object.len().min(2);
        object.shift_insert(place, "meta".to_owned(), Value::Object(Map::new()));
    }
    if let Some(Value::Object(meta)) = object.get_mut("meta") {
        meta.insert("versionId".to_owned(), Value::String(version.to_string()));
        meta.insert("lastUpdated".to_owned(), Value::String(timestamp(at).to_string()));
    }
}

/// What is to be removed of the rows that stand, and what is to be added.
fn difference(stands: Rows, comes: Rows) -> (Rows, Rows) {
    let remove = Rows {
        rows: stands.rows.iter().filter(|row| comes.rows.binary_search(row).is_err()).copied().collect(),
        strings: stands
            .strings
            .iter()
            .filter(|row| comes.strings.binary_search(row).is_err())
            .cloned()
            .collect(),
    };
    let add = Rows {
        rows: comes.rows.into_iter().filter(|row| stands.rows.binary_search(row).is_err()).collect(),
        strings: comes.strings.into_iter().filter(|row| stands.strings.binary_search(row).is_err()).collect(),
    };
    (remove, add)
}

/// A JSON value is always writable; if it ever were not, nothing must be stored.
fn unwritable() -> Error {
    Error::Invalid(vec![Issue::error(IssueCode::Structure, "This resource cannot be written as JSON.")])
}

/// A patient was erased while something about them was being written.
fn vanished() -> Error {
    Error::Conflict(Conflict::Contended)
}
