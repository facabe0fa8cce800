//! An entry of the chain, as the backend keeps it.

use super::{AuditAction, AuditOutcome, Capacity};
use crate::backend::TypeNo;

/// The rule by which entries are hashed now. Older entries keep theirs.
pub(crate) const RULE: u8 = 2;

/// The newest entry of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) hash: [u8; 32],
}

impl Head {
    pub(crate) const EMPTY: Self = Self { seq: 0, hash: [0; 32] };
}

/// An entry that has no place in the chain yet.
#[derive(Clone)]
pub(crate) struct NewAudit {
    /// Microseconds since 1970.
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: AuditAction,
    pub(crate) outcome: AuditOutcome,
    pub(crate) capacity: Capacity,
    /// 0 = several.
    pub(crate) typ: TypeNo,
    /// Keyed digest of the resource; 0 = several.
    pub(crate) target: i64,
    /// Keyed digest of the patient; 0 = none.
    pub(crate) patient: i64,
    pub(crate) count: u32,
    /// For writes: which ops of the batch (first, last).
    pub(crate) ops: Option<(usize, usize)>,
    /// For writes: over the sealed bodies.
    pub(crate) digest: [u8; 32],
    /// Whose key seals the detail.
    pub(crate) pat: i64,
    pub(crate) detail: Option<Vec<u8>>,
    /// Over the sealed detail; it stays when the detail goes.
    pub(crate) detail_digest: Option<[u8; 32]>,
}

impl NewAudit {
    /// An entry about nothing in particular yet.
    pub(crate) fn of(at: i64, actor: String, action: AuditAction) -> Self {
        Self {
            at,
            actor,
            action,
            outcome: AuditOutcome::Success,
            capacity: Capacity::default(),
            typ: 0,
            target: 0,
            patient: 0,
            count: 1,
            ops: None,
            digest: [0; 32],
            pat: 0,
            detail: None,
            detail_digest: None,
        }
    }
}

/// An entry in its place.
pub(crate) struct AuditRow {
    pub(crate) seq: u64,
    /// The rule that its hash follows.
    pub(crate) rule: u8,
    pub(crate) entry: NewAudit,
    /// The first and last log entry; (0, 0) = none.
    pub(crate) log: (u64, u64),
    pub(crate) hash: [u8; 32],
}

/// Which entries are looked for, newest first.
#[derive(Clone, Default)]
pub(crate) struct AuditQuery {
    /// By digest.
    pub(crate) patient: Option<i64>,
    pub(crate) actor: Option<String>,
    /// By code; empty = all.
    pub(crate) actions: Vec<u8>,
    pub(crate) typ: Option<TypeNo>,
    /// By digest.
    pub(crate) target: Option<i64>,
    pub(crate) outcome: Option<u8>,
    /// Microseconds since 1970: from, and below.
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    /// Below this entry.
    pub(crate) before: Option<u64>,
    pub(crate) limit: u32,
}
