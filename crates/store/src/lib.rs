//! The store: where everything durable lives, as versioned resources under the keys of the people they are about.
//!
//! It keeps history, index, change feed, audit chain, keys, files and jobs, and it lets nobody read without
//! saying who they are: the only doors to the record are [`Store::as_user`], which obeys the policy of a
//! [`salus_access::Subject`], and [`Store::system`], which obeys none and is audited with its reason.
//!
//! What it must never do: hand out data past those two doors; write in the clear what belongs to a patient;
//! acknowledge what is not durable; know FHIR beyond what an index needs (validation is the caller's);
//! let a connection or a closure cross [`backend`]'s seam; have SQL outside `sqlite/`.
//!
//! Start reading at [`Store`], then [`Records`], then `backend.rs` (the seam), `index.rs` (what finds what),
//! `records/write.rs` (how a batch is prepared) and `sqlite/writer.rs` (how it is committed).

mod audit;
mod backend;
mod batch;
mod blob;
mod config;
mod dict;
mod erase;
mod error;
mod hash;
mod index;
mod job;
mod jobs;
mod keys;
mod purge;
mod records;
mod resource;
mod seal;
mod search;
mod shorten;
mod sqlite;
mod stats;
mod store;
mod tally;

#[doc(hidden)]
pub mod bench;

pub use audit::{
    Anchor, AuditAction, AuditFilter, AuditOutcome, AuditRecord, AuditReport, Damage, Note, Origin,
    Retention, Retired,
};
pub use batch::{Batch, Expect, NewJob, Op, Written};
pub use blob::BlobId;
pub use config::StoreConfig;
pub use dict::train_dictionary;
pub use erase::Holdings;
pub use error::{Conflict, Error};
pub use job::{Job, JobState, Progress};
pub use keys::kms::{Kms, KmsError, LocalKeyFile, Wrapped};
pub use keys::store::KeyCount;
pub use keys::{AwsKms, AwsKmsConfig, KeyState, Rewrapped, VaultAuth, VaultConfig, VaultTransit};
pub use records::Records;
pub use resource::{
    Change, Cursor, Event, HistoryPage, HistoryScope, Lookup, Page, SearchPage, Stored, Version,
};
pub use stats::Stats;
pub use store::Store;
pub use tally::Tally;
