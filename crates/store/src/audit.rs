//! The audit: who did what to whose record, as a chain that shows when it was tampered with.
//!
//! Each entry's hash covers the entry and the hash before it. Entries name patients and resources by keyed
//! digests only, and what was written by digests of the sealed bytes, so that the chain holds no health data
//! and stays valid when a patient is erased.

use crate::Error;
use crate::backend::{Backend, PreparedOp, TypeNo};
use crate::resource::Event;
use aws_lc_rs::digest::{Context, SHA256};
use salus_core::Timestamp;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// Read a resource.
    Read,
    /// Read versions of the past.
    History,
    /// Was given a resource in the result of a search.
    Search,
    /// Read everything of a patient.
    Everything,
    /// Brought a resource into being.
    Create,
    /// Wrote a further version.
    Update,
    /// Deleted.
    Delete,
    /// Tried what is not theirs to do.
    Denied,
    /// Read a file.
    ReadBlob,
    /// Stored a file.
    WriteBlob,
    /// Erased a patient.
    Erase,
    /// Replaced a key.
    KeyRotation,
}

impl AuditAction {
    const ALL: [Self; 12] = [
        Self::Read,
        Self::History,
        Self::Search,
        Self::Everything,
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Denied,
        Self::ReadBlob,
        Self::WriteBlob,
        Self::Erase,
        Self::KeyRotation,
    ];

    /// The number that is stored and hashed; numbers are never given anew.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::History => 2,
            Self::Search => 3,
            Self::Everything => 4,
            Self::Create => 5,
            Self::Update => 6,
            Self::Delete => 7,
            Self::Denied => 8,
            Self::ReadBlob => 9,
            Self::WriteBlob => 10,
            Self::Erase => 11,
            Self::KeyRotation => 20,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

impl From<Event> for AuditAction {
    fn from(event: Event) -> Self {
        match event {
            Event::Created => Self::Create,
            Event::Updated => Self::Update,
            Event::Deleted => Self::Delete,
        }
    }
}

/// One entry of the audit, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place in the chain.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The account, or `system: ` and the reason.
    pub actor: String,
    /// What was done.
    pub action: AuditAction,
    /// The type of the resources concerned, where it is one.
    pub type_name: Option<String>,
    /// How many resources.
    pub count: u32,
    /// The log entries that it made: the first and the last.
    pub log: Option<(u64, u64)>,
}

/// What [`crate::Store::verify_audit`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries were checked.
    pub entries: u64,
    /// The hash of the newest entry, hex: kept elsewhere, it proves later that nothing before it was changed.
    pub head: String,
    /// The first entry that does not fit the chain; none = the chain is whole.
    pub broken_at: Option<u64>,
}

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
}

/// An entry in its place.
pub(crate) struct AuditRow {
    pub(crate) seq: u64,
    pub(crate) entry: NewAudit,
    /// The first and last log entry; (0, 0) = none.
    pub(crate) log: (u64, u64),
    pub(crate) hash: [u8; 32],
}

/// The hash of an entry: SHA-256 over the hash before and the entry, each field at a fixed width or with its length.
pub(crate) fn link(before: &[u8; 32], seq: u64, entry: &NewAudit, log: (u64, u64)) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&seq.to_be_bytes());
    context.update(&entry.at.to_be_bytes());
    context.update(&(entry.actor.len() as u64).to_be_bytes());
    context.update(entry.actor.as_bytes());
    context.update(&[entry.action.code()]);
    context.update(&entry.typ.to_be_bytes());
    context.update(&entry.target.to_be_bytes());
    context.update(&entry.patient.to_be_bytes());
    context.update(&entry.count.to_be_bytes());
    context.update(&log.0.to_be_bytes());
    context.update(&log.1.to_be_bytes());
    context.update(&entry.digest);
    finish(context)
}

/// The digest of what a run of ops wrote.
pub(crate) fn digest_of(ops: &[PreparedOp]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for op in ops {
        let body = op.sealed.as_ref().map_or(&[][..], |sealed| &sealed.bytes);
        context.update(&op.name.typ.to_be_bytes());
        context.update(&op.version.to_be_bytes());
        context.update(&(body.len() as u64).to_be_bytes());
        context.update(body);
    }
    finish(context)
}

/// Walks the whole chain.
pub(crate) async fn verify(backend: &dyn Backend) -> Result<AuditReport, Error> {
    const STEP: u32 = 5_000;
    let mut head = Head::EMPTY;
    loop {
        let rows = backend.audit_rows(head.seq, None, STEP).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let expected = link(&head.hash, head.seq + 1, &row.entry, row.log);
            if row.seq != head.seq + 1 || row.hash != expected {
                let (entries, head) = (head.seq, hex::encode(head.hash));
                return Ok(AuditReport { entries, head, broken_at: Some(entries + 1) });
            }
            head = Head { seq: row.seq, hash: row.hash };
        }
    }
    Ok(AuditReport { entries: head.seq, head: hex::encode(head.hash), broken_at: None })
}

fn finish(context: Context) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
