//! Background work: what a worker holds and what a watcher sees.

use salus_core::Timestamp;
use salus_fhir::json::Value;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for its time or for a worker.
    Waiting,
    /// A worker holds the lease. When the lease ends without a word, the job waits again.
    Running,
    /// Done.
    Done,
    /// Failed too often: a dead letter.
    Dead,
}

/// One piece of background work.
#[derive(Clone)]
pub struct Job {
    /// The id to look it up by.
    pub id: String,
    /// Which kind of work.
    pub queue: String,
    /// What to work on.
    pub payload: Value,
    /// Where it stands.
    pub state: JobState,
    /// How often it was started, this time included.
    pub attempts: u32,
    /// How often it may be started.
    pub max_attempts: u32,
    /// When it may start (again).
    pub run_at: Timestamp,
    /// Who may look it up; none = the system's own.
    pub owner: Option<String>,
    /// How far it is.
    pub progress: Progress,
    /// Why the last attempt failed: plain words without health data.
    pub error: Option<String>,
    /// When it was done, or became a dead letter.
    pub ended_at: Option<Timestamp>,
    pub(crate) lease: u64,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Pieces done.
    pub done: u64,
    /// Pieces in all; 0 = not known.
    pub total: u64,
    /// What is being done: plain words without health data.
    pub message: Option<String>,
}
