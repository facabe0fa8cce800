//! Writing: from a batch of resources to one durable transaction.
//!
//! What costs CPU (deciding, index rows, compression, encryption) is done here, on many cores, against what the
//! record holds now; the writer only checks that this is still so. Where it is not, it is done again.

use super::prepare::{Draft, Found, Group, Intake, Standing, prepare};
use super::{Caller, Records};
use crate::audit::{AuditAction, NewAudit, digest_of};
use crate::backend::{Condition, LogRow, Name, Outcome, Prepared, PreparedJob, PreparedOp};
use crate::batch::{Batch, NewJob, Op, Written};
use crate::error::Conflict;
use crate::index::SHARED;
use crate::keys::PatientKey;
use crate::resource::Page;
use crate::tally;
use crate::{Error, Expect};
use salus_access::stored::{ACCESS_POLICY, StoredPolicy};
use salus_core::Uid;
use salus_fhir::json::Value;
use salus_fhir::reference::is_id;
use salus_fhir::search::Query;
use salus_fhir::{Issue, IssueCode, defs};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How often a batch is prepared anew because others were quicker.
const MOST_TRIES: usize = 64;

impl Records {
    /// Writes a batch: all of it, durably, or nothing.
    ///
    /// Resources, history, index rows, audit entries, feed entries and jobs are one transaction. The answer names
    /// each op's result in the batch's order. Large batches (about a thousand resources) are prepared on all
    /// cores; this is the way to import.
    pub async fn write(&self, batch: Batch) -> Result<Vec<Written>, Error> {
        self.write_with_jobs(batch).await.map(|(written, _)| written)
    }

    /// Writes a batch, and also tells the ids of its jobs. A job that was there already under the same dedupe
    /// key is told by the id it has.
    pub async fn write_with_jobs(&self, batch: Batch) -> Result<(Vec<Written>, Vec<String>), Error> {
        let Batch { ops, jobs, conditions, notes } = batch;
        let count = ops.len();
        let mut groups = match self.groups(ops) {
            Err(Error::Denied) => {
                self.note_denied(None, None, "write").await?;
                return Err(Error::Denied);
            }
            groups => groups?,
        };
        for _ in 0..MOST_TRIES {
            self.still_there().await?;
            let sealing = Some(self.inner.ring.sealing().await);
            let (drafts, returned) = self.prepare_groups(groups).await?;
            groups = returned;
            let conditions = self.conditions(&conditions).await?;
            let mut written: Vec<Option<Written>> = (0..count).map(|_| None).collect();
            let (mut ops, mut places) = (Vec::new(), Vec::new());
            for (index, draft) in drafts {
                match draft {
                    Draft::Same(same) => put(&mut written, index, same),
                    Draft::Change(op, planned) => {
                        places.push(index);
                        put(&mut written, index, planned);
                        ops.push(*op);
                    }
                }
            }
            if ops.is_empty() && jobs.is_empty() && notes.is_empty() {
                return Ok((written.into_iter().flatten().collect(), Vec::new()));
            }
            let mut audit = self.audit_of(&ops).await?;
            for note in &notes {
                audit.push(self.noted(note).await?);
            }
            let has_jobs = !jobs.is_empty();
            let jobs = jobs.iter().map(|job| self.inner.prepare_job(job)).collect();
            let about = self.about;
            let prepared = Prepared { conditions, ops, jobs, audit, about, sealing, ..Prepared::default() };
            match self.commit_and_tell(prepared, has_jobs).await? {
                Outcome::Raced => {}
                Outcome::Committed { seqs, jobs } => {
                    for (index, seq) in places.iter().zip(&seqs) {
                        if let Some(Some(written)) = written.get_mut(*index) {
                            written.seq = *seq;
                        }
                    }
                    return Ok((written.into_iter().flatten().collect(), jobs));
                }
            }
        }
        Err(Conflict::Contended.into())
    }

    /// Commits, and tells who watches the log and who waits for jobs: also when the caller has gone in the meantime,
    /// for the commit happens all the same.
    async fn commit_and_tell(&self, prepared: Prepared, has_jobs: bool) -> Result<Outcome, Error> {
        let inner = Arc::clone(&self.inner);
        let telling = tokio::spawn(async move {
            let tallies = inner.tallies.moved_by(&prepared.ops);
            let outcome = inner.backend.commit(prepared).await?;
            if let Outcome::Committed { seqs, .. } = &outcome {
                tally::advance(&tallies);
                if let Some(last) = seqs.last() {
                    inner.has_moved(*last);
                }
                if has_jobs {
                    inner.job_ready.notify_waiters();
                }
            }
            Ok(outcome)
        });
        telling.await.map_err(|_| Error::Io("a write broke off".to_owned()))?
    }

    /// Checks the form of the ops, names what has no name yet, and puts ops on the same resource together.
    fn groups(&self, ops: Vec<Op>) -> Result<Vec<Group>, Error> {
        let mut groups: Vec<Group> = Vec::with_capacity(ops.len());
        let mut by_name: HashMap<Name, usize> = HashMap::with_capacity(ops.len());
        for (index, op) in ops.into_iter().enumerate() {
            let (name, type_name, intake) = self.intake(index, op)?;
            match by_name.get(&name).and_then(|place| groups.get_mut(*place)) {
                Some(group) => group.ops.push(intake),
                None => {
                    by_name.insert(name.clone(), groups.len());
                    groups.push(Group { name, type_name, ops: vec![intake] });
                }
            }
        }
        Ok(groups)
    }

    fn intake(&self, index: usize, op: Op) -> Result<(Name, String, Intake), Error> {
        let (type_name, id, resource, expect) = match op {
            Op::Create { resource } => {
                let type_name = type_of(&resource)?;
                match resource.get("id") {
                    None => {
                        let id = Uid::fresh(self.inner.clock.as_ref(), self.inner.rng.as_ref()).to_string();
                        (type_name, id, Some(resource), Expect::Absent)
                    }
                    Some(_) => (type_name, id_of(&resource)?, Some(resource), Expect::Absent),
                }
            }
            Op::Put { resource, expect } => (type_of(&resource)?, id_of(&resource)?, Some(resource), expect),
            Op::Delete { type_name, id, expect } => (type_name, id, None, expect),
        };
        if matches!(self.caller, Caller::User(_)) && defs::is_internal(&type_name) {
            return Err(Error::Denied);
        }
        if let (ACCESS_POLICY, Some(policy)) = (type_name.as_str(), &resource) {
            // Half understood, it would decide wrongly later.
            StoredPolicy::parse(policy).map_err(Error::Invalid)?;
        }
        let name = self.inner.name(&type_name, &id)?;
        Ok((name, type_name, Intake { index, resource, expect }))
    }

    /// Prepares all ops against what the record holds now. The groups come back, for another try.
    async fn prepare_groups(&self, groups: Vec<Group>) -> Result<(Vec<(usize, Draft)>, Vec<Group>), Error> {
        let names = groups.iter().map(|group| group.name.clone()).collect();
        let rows = self.inner.backend.newest(names).await?;
        let mut standing = Vec::with_capacity(groups.len());
        for (group, row) in groups.into_iter().zip(rows) {
            standing.push((group, self.found(row).await?));
        }
        let inner = self.inner.clone();
        let opened = self.on_cores(standing, move |(group, row)| {
            let standing = Standing::open(&inner, row)?;
            let comes = group.patients();
            Ok((group, standing, comes))
        });
        let opened = opened.await?;
        let mut comes = BTreeSet::new();
        let mut stands = BTreeSet::new();
        let mut born = BTreeSet::new();
        for (group, standing, coming) in &opened {
            born.extend(group.born().map(str::to_owned));
            comes.extend(coming.iter().cloned());
            stands.extend(standing.patients.iter().cloned());
        }
        let keys = Arc::new(self.keys_of(comes, stands, &born).await?);
        let (inner, caller) = (self.inner.clone(), self.caller.clone());
        let prepared = self
            .on_cores(opened, move |(group, standing, _)| {
                Ok(prepare(&inner, &caller, &keys, group, standing))
            })
            .await?;
        let (mut drafts, mut groups) = (Vec::new(), Vec::new());
        let mut first_error = None;
        for (group, result) in prepared {
            match result {
                Ok(made) => drafts.extend(made),
                Err(error) => {
                    if matches!(error, Error::Denied) {
                        self.note_refusal(&group).await?;
                    }
                    first_error.get_or_insert(error);
                }
            }
            groups.push(group);
        }
        if let Some(error) = first_error {
            return Err(error);
        }
        Ok((in_order(drafts), groups))
    }

    /// The newest log entry of a resource with the key that opens it; of a deletion, also the entry before it.
    async fn found(&self, row: Option<LogRow>) -> Result<Option<Found>, Error> {
        let Some(row) = row else { return Ok(None) };
        let body_row = match row.sealed {
            Some(_) => Some(row.clone()),
            None => self.inner.backend.version(row.name.clone(), row.version.saturating_sub(1)).await?,
        };
        let body = match body_row {
            Some(body_row) => self.inner.ring.by_pat(body_row.pat).await?.map(|key| (body_row, key)),
            None => None,
        };
        Ok(Some(Found { newest: row, body }))
    }

    /// The keys of the patients who come (made where they are missing) and of those who stand.
    async fn keys_of(
        &self,
        comes: BTreeSet<String>,
        stands: BTreeSet<String>,
        born: &BTreeSet<String>,
    ) -> Result<HashMap<String, Arc<PatientKey>>, Error> {
        self.inner.ring.find_or_create(&comes, born).await?;
        let mut keys = HashMap::with_capacity(comes.len());
        for id in comes.into_iter().chain(stands) {
            if let Some(key) = self.inner.ring.find(&id).await? {
                keys.insert(id, key);
            }
        }
        Ok(keys)
    }

    /// Evaluates the conditions, and makes of each what the writer checks again.
    async fn conditions(&self, queries: &[Query]) -> Result<Vec<Condition>, Error> {
        let mut conditions = Vec::with_capacity(queries.len());
        for (index, query) in queries.iter().enumerate() {
            let since = self.inner.backend.last_seq().await?;
            if !self.search(query, Page::first(1)).await?.matches.is_empty() {
                return Err(Conflict::Condition { index }.into());
            }
            if let Some(plan) = crate::search::condition(&self.inner, query).await? {
                conditions.push(Condition { plan, since });
            }
        }
        Ok(conditions)
    }

    /// One entry for each run of ops that do the same to the same patient's resources.
    async fn audit_of(&self, ops: &[PreparedOp]) -> Result<Vec<NewAudit>, Error> {
        let mut entries = Vec::new();
        let mut from = 0;
        while let Some(first) = ops.get(from) {
            let alike = |op: &&PreparedOp| op.pat == first.pat && op.event == first.event;
            let run: Vec<&PreparedOp> = ops.iter().skip(from).take_while(alike).collect();
            let is_one_type = run.iter().all(|op| op.name.typ == first.name.typ);
            let to = from + run.len();
            let entry = NewAudit {
                typ: if is_one_type { first.name.typ } else { 0 },
                count: u32::try_from(run.len()).unwrap_or(u32::MAX),
                ops: Some((from, to - 1)),
                digest: digest_of(ops.get(from..to).unwrap_or_default()),
                ..self.entry(first.event.into())
            };
            // Which resources a longer run wrote is told by the log.
            entries.push(match run.as_slice() {
                [one] => self.of_one(entry, one).await?,
                _ => self.of_many(NewAudit { pat: first.pat, ..entry }).await?,
            });
            from = to;
        }
        Ok(entries)
    }

    async fn of_many(&self, entry: NewAudit) -> Result<NewAudit, Error> {
        match self.inner.ring.by_pat(entry.pat).await? {
            Some(key) if entry.pat != SHARED => Ok(self.of_patient(entry, &key.patient_id)),
            _ => Ok(entry),
        }
    }

    async fn of_one(&self, entry: NewAudit, op: &PreparedOp) -> Result<NewAudit, Error> {
        let type_name = self.inner.types.name(op.name.typ);
        let entry = NewAudit { target: self.inner.hash.target(type_name, &op.name.id), ..entry };
        if defs::is_internal(type_name) {
            return Ok(entry);
        }
        let detail = json!({"id": op.name.id, "version": op.version});
        self.about_pat(entry, op.pat, &detail).await
    }

    /// Audits that a write was refused: with each patient it would have been about, or was about until now.
    async fn note_refusal(&self, group: &Group) -> Result<(), Error> {
        let mut patients: BTreeSet<String> = group.patients().into_iter().collect();
        let newest = self.inner.backend.newest(vec![group.name.clone()]).await?.into_iter().next().flatten();
        let standing = Standing::open(&self.inner, self.found(newest).await?)?;
        patients.extend(standing.patients);
        let attempt = match (standing.is_deleted, group.ops.iter().any(|op| op.resource.is_some())) {
            (_, false) => AuditAction::Delete,
            (true, true) => AuditAction::Create,
            (false, true) => AuditAction::Update,
        };
        let entry = NewAudit {
            typ: group.name.typ,
            target: self.inner.hash.target(&group.type_name, &group.name.id),
            ..self.entry(AuditAction::Denied)
        };
        let detail = json!({"id": group.name.id, "attempt": attempt.word()});
        let mut entries = Vec::with_capacity(patients.len().max(1));
        for id in &patients {
            entries.push(self.about_patient(entry.clone(), id, &detail).await?);
        }
        if entries.is_empty() {
            entries.push(entry.with_detail(&detail, self.inner.ring.shared(), self.inner.rng.as_ref())?);
        }
        self.inner.backend.audit(entries).await
    }
}

impl crate::store::Inner {
    /// A job as the backend takes it.
    pub(crate) fn prepare_job(&self, job: &NewJob) -> PreparedJob {
        let fresh = || Uid::fresh(self.clock.as_ref(), self.rng.as_ref()).to_string();
        PreparedJob {
            uid: job.id.clone().unwrap_or_else(fresh),
            queue: job.queue.clone(),
            payload: job.payload.to_string(),
            dedupe: job.dedupe.clone(),
            priority: job.priority,
            run_at: job.run_at.unwrap_or_else(|| self.clock.now()).as_microsecond(),
            max_attempts: job.max_attempts.max(1),
            owner: job.owner.clone(),
        }
    }
}

fn put(written: &mut [Option<Written>], index: usize, one: Written) {
    if let Some(place) = written.get_mut(index) {
        *place = Some(one);
    }
}

/// Drafts in the batch's order, each told where the op before it on the same resource now stands.
fn in_order(mut drafts: Vec<(usize, Draft)>) -> Vec<(usize, Draft)> {
    use crate::backend::Before;
    drafts.sort_by_key(|(index, _)| *index);
    let mut places = HashMap::new();
    let mut next = 0;
    for (index, draft) in &mut drafts {
        if let Draft::Change(op, _) = draft {
            if let Before::Op(earlier) = op.before {
                op.before = Before::Op(places.get(&earlier).copied().unwrap_or(usize::MAX));
            }
            places.insert(*index, next);
            next += 1;
        }
    }
    drafts
}

fn type_of(resource: &Value) -> Result<String, Error> {
    if !resource.is_object() {
        return invalid(IssueCode::Structure, "a resource is a JSON object", None);
    }
    match resource.get("resourceType").and_then(Value::as_str) {
        Some(name) if defs::is_resource_type(name) => Ok(name.to_owned()),
        Some(_) => invalid(IssueCode::NotSupported, "there is no such resource type", Some("resourceType")),
        None => invalid(IssueCode::Required, "a resource says of which type it is", Some("resourceType")),
    }
}

fn id_of(resource: &Value) -> Result<String, Error> {
    match resource.get("id").and_then(Value::as_str) {
        Some(id) if is_id(id) => Ok(id.to_owned()),
        Some(_) => invalid(IssueCode::Value, "an id has 1 to 64 letters, digits, dots or dashes", Some("id")),
        None => invalid(IssueCode::Required, "this resource needs an id", Some("id")),
    }
}

fn invalid<T>(code: IssueCode, what: &str, at: Option<&str>) -> Result<T, Error> {
    let issue = Issue::error(code, what);
    let issue = match at {
        Some(at) => issue.at(at),
        None => issue,
    };
    Err(Error::Invalid(vec![issue]))
}
