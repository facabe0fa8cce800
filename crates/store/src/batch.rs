//! What goes into the store: one transaction of writes.

use crate::audit::Note;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_fhir::search::Query;

/// One transaction: all of it is kept, with its audit entries and index rows, or nothing.
#[derive(Default)]
pub struct Batch {
    /// The writes, in order.
    pub ops: Vec<Op>,
    /// Work to be done after the commit.
    pub jobs: Vec<NewJob>,
    /// Each must match nothing at the moment of the commit (`If-None-Exist`).
    pub conditions: Vec<Query>,
    /// What else the audit is told, beside the writes themselves.
    pub notes: Vec<Note>,
}

impl Batch {
    /// A transaction of one write.
    pub fn of(op: Op) -> Self {
        Self { ops: vec![op], ..Self::default() }
    }

    /// A transaction that stores one resource under its own id, or under a fresh one.
    pub fn create(resource: Value) -> Self {
        Self::of(Op::Create { resource })
    }
}

/// One write.
pub enum Op {
    /// Stores a new resource under `resource.id`, or under a fresh UUIDv7 where it has none.
    Create {
        /// The resource.
        resource: Value,
    },
    /// Stores the next version of `resource.resourceType`/`resource.id`.
    ///
    /// Where the content is the same as the current version's, no new version is made.
    Put {
        /// The resource; it must have an id.
        resource: Value,
        /// What must be there now.
        expect: Expect,
    },
    /// Deletes a resource; its history stays. Deleting what is deleted already changes nothing.
    Delete {
        /// The type of the resource.
        type_name: String,
        /// Its id.
        id: String,
        /// What must be there now.
        expect: Expect,
    },
}

/// What a write expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever is there.
    Any,
    /// Nothing, or something deleted (`If-None-Match: *`).
    Absent,
    /// This version (`If-Match`).
    Version(u64),
}

/// What a write made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The type of the resource.
    pub type_name: String,
    /// Its id.
    pub id: String,
    /// The version that is current now.
    pub version: u64,
    /// When that version was written.
    pub last_updated: Timestamp,
    /// Its place in the log.
    pub seq: u64,
    /// Whether the resource did not exist before.
    pub created: bool,
    /// False where the write changed nothing, so that no version was made.
    pub changed: bool,
}

/// Work to enqueue in the transaction of a batch. The payload names resources; it never holds their content.
#[derive(Clone)]
pub struct NewJob {
    /// The id under which the job can be looked up; [`NewJob::id`] none = a fresh UUIDv7.
    pub id: Option<String>,
    /// Which kind of work.
    pub queue: String,
    /// What to work on: ids and settings, no health data.
    pub payload: Value,
    /// While a job with this key waits or runs in the queue, another one is not added.
    pub dedupe: Option<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Not before; none = now.
    pub run_at: Option<Timestamp>,
    /// How often it is tried before it is a dead letter.
    pub max_attempts: u32,
    /// The account that may look the job up; none = the system's own.
    pub owner: Option<String>,
}

impl NewJob {
    /// A job that may start now and is tried ten times.
    pub fn new(queue: impl Into<String>, payload: Value) -> Self {
        Self {
            id: None,
            queue: queue.into(),
            payload,
            dedupe: None,
            priority: 0,
            run_at: None,
            max_attempts: 10,
            owner: None,
        }
    }
}
