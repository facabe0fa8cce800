//! How long the audit is kept: details by what they are about, entries until the longest of it is over.
//!
//! Entries only ever leave at the beginning of the chain, and a checkpoint takes their place: an entry of the chain
//! that says up to where it was shortened and what hash stood there. So what is left is verified from that hash on,
//! and an anchor taken before still proves it.

use super::{AuditAction, Head, NewAudit};
use crate::Error;
use crate::store::Store;
use salus_core::Timestamp;

/// From when on what is kept; what is older goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Details of looks: reads, searches, answers.
    pub looks_since: Timestamp,
    /// Details of everything else.
    pub details_since: Timestamp,
    /// Whole entries.
    pub entries_since: Timestamp,
}

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retired {
    /// Details that went, of entries that stay.
    pub details: u64,
    /// Entries that went.
    pub entries: u64,
}

/// The same for the backend, in microseconds since 1970.
pub(crate) struct Retire {
    pub(crate) looks: Vec<u8>,
    pub(crate) looks_since: i64,
    pub(crate) details_since: i64,
    pub(crate) entries_since: i64,
    pub(crate) checkpoint: NewAudit,
}

/// What only looks, and changes nothing.
const LOOKS: [AuditAction; 8] = [
    AuditAction::Read,
    AuditAction::VersionRead,
    AuditAction::History,
    AuditAction::Search,
    AuditAction::Everything,
    AuditAction::ReadBlob,
    AuditAction::Answer,
    AuditAction::Disclose,
];

impl Store {
    /// Lets go of what is older than it has to be kept. The newest entry always stays.
    pub async fn retire_audit(&self, retention: Retention) -> Result<Retired, Error> {
        let inner = &self.inner;
        let actor = "system: keep the audit for its time".to_owned();
        let now = inner.clock.now().as_microsecond();
        let retire = Retire {
            looks: LOOKS.iter().map(|action| action.code()).collect(),
            looks_since: retention.looks_since.as_microsecond(),
            details_since: retention.details_since.as_microsecond(),
            entries_since: retention.entries_since.as_microsecond(),
            checkpoint: NewAudit::of(now, actor, AuditAction::Checkpoint),
        };
        inner.backend.audit_retire(retire).await
    }
}

/// The entry that stands for the beginning of the chain, from `first` up to `last`.
pub(crate) fn checkpoint(blank: &NewAudit, first: u64, last: Head) -> (NewAudit, (u64, u64)) {
    let count = u32::try_from(last.seq - first + 1).unwrap_or(u32::MAX);
    (NewAudit { count, digest: last.hash, ..blank.clone() }, (first, last.seq))
}
