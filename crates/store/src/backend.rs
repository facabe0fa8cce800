//! The seam under which a database lies: coarse calls over plain values.
//!
//! **Invariant**: no connection, no transaction and no closure crosses this seam, so that a database in the same
//! process (SQLite) and one across a network (PostgreSQL) implement it alike. What comes and goes is sealed:
//! a backend never sees the content of a resource.

use crate::audit::{AuditQuery, AuditRow, Head, NewAudit, Retire, Retired};
use crate::index::Rows;
use crate::job::{Job, Progress};
use crate::resource::Event;
use crate::seal::Sealed;
use crate::search::Plan;
use crate::{Error, Holdings, Stats};
use async_trait::async_trait;
use tokio::sync::OwnedRwLockReadGuard;

/// The number of a resource type in this database.
pub(crate) type TypeNo = u16;

/// The name of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) typ: TypeNo,
    pub(crate) id: String,
}

/// One entry of the log.
#[derive(Clone)]
pub(crate) struct LogRow {
    pub(crate) seq: u64,
    /// The number of the resource in this database.
    pub(crate) rid: i64,
    pub(crate) name: Name,
    pub(crate) version: u64,
    pub(crate) event: Event,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// Whose key seals the body.
    pub(crate) pat: i64,
    /// None for a deletion, and where the call does not bring bodies.
    pub(crate) sealed: Option<Sealed>,
}

/// What a prepared write found, and must find again when it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// No such resource, ever.
    Nothing,
    /// The resource `rid`, whose newest log entry is `seq`.
    At { rid: i64, seq: u64 },
    /// What op number so-and-so of the same batch makes.
    Op(usize),
}

/// One write, ready to be committed.
pub(crate) struct PreparedOp {
    pub(crate) name: Name,
    pub(crate) before: Before,
    pub(crate) version: u64,
    pub(crate) event: Event,
    pub(crate) at: i64,
    /// Whose key seals the body.
    pub(crate) pat: i64,
    /// All patients in whose compartments the resource is or was.
    pub(crate) touches: Vec<i64>,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) remove: Rows,
    pub(crate) add: Rows,
}

/// "Nothing that this plan finds was written after log entry `since`": `If-None-Exist`, which was evaluated
/// when the log stood there.
pub(crate) struct Condition {
    pub(crate) plan: Plan,
    pub(crate) since: u64,
}

/// A file that was put into the object store.
pub(crate) struct BlobRow {
    pub(crate) hash: [u8; 32],
    pub(crate) pat: i64,
    pub(crate) size: u64,
    pub(crate) at: i64,
}

/// A job ready to be enqueued.
pub(crate) struct PreparedJob {
    pub(crate) uid: String,
    pub(crate) queue: String,
    pub(crate) payload: String,
    pub(crate) dedupe: Option<String>,
    pub(crate) priority: i32,
    pub(crate) run_at: i64,
    pub(crate) max_attempts: u32,
    pub(crate) owner: Option<String>,
}

/// One transaction.
#[derive(Default)]
pub(crate) struct Prepared {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) ops: Vec<PreparedOp>,
    pub(crate) blobs: Vec<BlobRow>,
    pub(crate) jobs: Vec<PreparedJob>,
    pub(crate) audit: Vec<NewAudit>,
    /// The patient who must still be there.
    pub(crate) about: Option<i64>,
    /// As long as this is under way, no key is replaced.
    pub(crate) sealing: Option<OwnedRwLockReadGuard<()>>,
}

/// A body that was sealed anew.
pub(crate) struct Resealed {
    pub(crate) seq: u64,
    /// What stands there, and is replaced only as long as it does.
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

/// How a transaction ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Durable.
    Committed {
        /// The log entries of the ops, in their order.
        seqs: Vec<u64>,
        /// The ids of the jobs, in their order; of a job that was there already, that one's.
        jobs: Vec<String>,
    },
    /// Somebody else was quicker: read again. Nothing was kept.
    Raced,
}

/// Whose part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogScope {
    All,
    Type(TypeNo),
    /// All versions of one resource.
    Resource(Name),
    /// What belongs to these patients, of one type or of all.
    Patients(Vec<i64>, Option<TypeNo>),
}

/// Which entries of it, newest first.
#[derive(Debug, Clone)]
pub(crate) struct LogRange {
    pub(crate) scope: LogScope,
    /// Below this log entry.
    pub(crate) before: Option<u64>,
    /// Not older than this, in milliseconds since 1970.
    pub(crate) since: Option<i64>,
    pub(crate) limit: u32,
}

/// What is removed when a patient is forgotten.
pub(crate) struct Erasure {
    pub(crate) pat: i64,
    /// To find the jobs about them; none = nobody knows it any more.
    pub(crate) patient_id: Option<String>,
    pub(crate) foreign: Foreign,
    pub(crate) audit: NewAudit,
}

/// The rows that a forgotten patient's resources have under other scopes.
pub(crate) enum Foreign {
    /// These, by resource.
    Rows(Vec<(i64, Rows)>),
    /// The bodies that would tell cannot be opened any more: all rows are looked through.
    Unknown,
}

/// What is removed of one resource whose time is over.
pub(crate) struct Purge {
    pub(crate) name: Name,
    /// The newest log entry, which must still be so.
    pub(crate) seq: u64,
    /// Its rows; none = the current version and its rows stay, and those before it go.
    pub(crate) rows: Option<Rows>,
    pub(crate) audit: Option<NewAudit>,
}

/// What there is of a patient, by type number.
pub(crate) struct Counts {
    pub(crate) resources: Vec<(TypeNo, u64)>,
    pub(crate) rest: Holdings,
}

/// What came of a job.
pub(crate) enum Finish {
    /// It is done.
    Done,
    /// It is to be tried again at this time (microseconds since 1970).
    Retry { at: i64, error: String },
    /// It is a dead letter.
    Dead { error: String },
}

/// A database that keeps the record.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Commits one transaction, durably, or nothing of it.
    async fn commit(&self, batch: Prepared) -> Result<Outcome, Error>;

    /// Adds audit entries soon; they may wait a moment for company.
    async fn audit(&self, entries: Vec<NewAudit>) -> Result<(), Error>;

    /// The newest log entry of each resource, with its body, also where that is a deletion.
    async fn newest(&self, names: Vec<Name>) -> Result<Vec<Option<LogRow>>, Error>;

    /// The newest log entries of resources by number, with bodies, in the order asked for; what is deleted or
    /// unknown is left out.
    async fn current(&self, rids: Vec<i64>) -> Result<Vec<LogRow>, Error>;

    /// One version of a resource.
    async fn version(&self, name: Name, version: u64) -> Result<Option<LogRow>, Error>;

    /// A part of the log with bodies, newest first.
    async fn history(&self, range: LogRange) -> Result<Vec<LogRow>, Error>;

    /// Log entries after `after` without bodies, oldest first. Every committed entry is seen, once, in order.
    async fn feed(&self, after: u64, limit: u32) -> Result<Vec<LogRow>, Error>;

    /// The number of the newest log entry.
    async fn last_seq(&self) -> Result<u64, Error>;

    /// The newest log entry that touched a patient's compartment; 0 = none.
    async fn last_touch(&self, pat: i64) -> Result<u64, Error>;

    /// The resources that a plan finds, in its order.
    async fn candidates(&self, plan: Plan) -> Result<Vec<crate::search::Candidate>, Error>;

    /// Audit entries after `after`, oldest first; of one patient (by digest) or of all.
    async fn audit_rows(&self, after: u64, patient: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, Error>;

    /// The newest entry of the audit, of all that was queued before.
    async fn audit_head(&self) -> Result<Head, Error>;

    /// Audit entries that a query finds, newest first.
    async fn audit_find(&self, query: AuditQuery) -> Result<Vec<AuditRow>, Error>;

    /// Lets go of audit entries and details that are older than they have to be kept.
    async fn audit_retire(&self, retire: Retire) -> Result<Retired, Error>;

    /// Whose a file is, and how large; none = unknown.
    async fn blob(&self, hash: [u8; 32]) -> Result<Option<BlobRow>, Error>;

    /// The files of a patient.
    async fn blobs_of(&self, pat: i64) -> Result<Vec<[u8; 32]>, Error>;

    /// Takes the next job of one of the queues, until `lease_until`; jobs whose lease ended before `now` are
    /// there to be taken again, or dead. Microseconds since 1970.
    async fn claim_job(&self, queues: Vec<String>, now: i64, lease_until: i64) -> Result<Option<Job>, Error>;

    /// Ends an attempt; false where the lease has passed to another.
    async fn finish_job(&self, id: String, lease: u64, finish: Finish, now: i64) -> Result<bool, Error>;

    /// Notes how far a job is, and extends its lease; false where the lease has passed to another.
    async fn progress_job(
        &self,
        id: String,
        lease: u64,
        progress: Progress,
        lease_until: i64,
    ) -> Result<bool, Error>;

    /// Deletes at most `limit` jobs that ended before a moment (microseconds since 1970): done ones, or dead letters.
    /// Gives how many.
    async fn sweep_jobs(&self, is_dead: bool, before: i64, limit: u32) -> Result<usize, Error>;

    /// A job by id.
    async fn job(&self, id: String) -> Result<Option<Job>, Error>;

    /// The jobs of a queue, the newest first.
    async fn jobs_of(&self, queue: String, limit: u32) -> Result<Vec<Job>, Error>;

    /// The place a consumer of the feed has reached; 0 = none.
    async fn cursor(&self, name: String) -> Result<u64, Error>;

    /// Notes that place, durably.
    async fn set_cursor(&self, name: String, seq: u64) -> Result<(), Error>;

    /// Removes everything of a patient but the rows of their files; of the log, the bodies. It is gone from the disk
    /// then, as far as the disk can be told.
    async fn erase(&self, erasure: Erasure) -> Result<(), Error>;

    /// Whether there is anything of a patient.
    async fn holds(&self, pat: i64) -> Result<bool, Error>;

    /// How much there is of a patient.
    async fn holdings(&self, pat: i64, patient_id: String) -> Result<Counts, Error>;

    /// Forgets the files of a patient.
    async fn forget_blobs(&self, pat: i64) -> Result<(), Error>;

    /// Forgets one file.
    async fn forget_blob(&self, hash: [u8; 32]) -> Result<(), Error>;

    /// Removes a resource with its history, or its history alone; false where it was written meanwhile.
    async fn purge(&self, purge: Purge) -> Result<bool, Error>;

    /// Puts bodies that were sealed anew in the place of those before, in one commit. It comes after every commit that
    /// was asked for earlier.
    async fn reseal(&self, bodies: Vec<Resealed>) -> Result<(), Error>;

    /// Counts and sizes.
    async fn stats(&self) -> Result<Stats, Error>;

    /// The types this database has numbers for; the names of `wanted` are given numbers if they have none.
    async fn types(&self, wanted: Vec<String>) -> Result<Vec<(TypeNo, String)>, Error>;

    /// Waits for nothing, takes no more, and closes.
    async fn close(&self);
}
