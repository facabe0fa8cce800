//! The audit: who did what to whose record, as a chain that shows when it was tampered with.
//!
//! Each entry's hash covers the entry and the hash before it ([`chain`]). Entries name patients and resources by keyed
//! digests, and what was written by digests of the sealed bytes, so that the chain holds no health data and stays
//! valid when a patient is erased. What exactly was looked at (a resource, a version, the words of a search) is a
//! [`detail`]: sealed under the patient's key, beside the chain, which covers its digest. Once the key is destroyed
//! nobody reads it again, and the chain is as whole as before.
//!
//! Start reading at [`AuditAction`], then `chain.rs` (the hash), `find.rs` (who may look) and `retention.rs`.

mod action;
pub(crate) mod chain;
pub(crate) mod detail;
mod entry;
mod find;
mod note;
mod origin;
mod retention;

pub use action::{AuditAction, AuditOutcome};
pub use chain::{Anchor, AuditReport, Damage};
pub use find::{AuditFilter, AuditRecord};
pub use note::Note;
pub use origin::Origin;
pub use retention::{Retention, Retired};

pub(crate) use chain::{digest_of, link};
pub(crate) use entry::{AuditQuery, AuditRow, Head, NewAudit, RULE};
pub(crate) use origin::{Capacities, Capacity};
pub(crate) use retention::{Retire, checkpoint};
