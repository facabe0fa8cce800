//! Emergencies in the audit: entries of the one chain, in the transaction that opens or ends them.

use salus_access::Purpose;
use salus_store::{AuditAction, AuditOutcome, Note, Origin};
use std::net::IpAddr;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The glass was broken.
    Opened,
    /// It was closed before its time.
    Ended,
    /// Somebody tried, and was refused.
    Refused,
}

/// The entry. `patient` is whose record it was about, where there is one.
pub(crate) fn event(happened: Happened, account: &str, patient: Option<&str>) -> Note {
    let (action, outcome) = match happened {
        Happened::Opened => (AuditAction::BreakGlassBegin, AuditOutcome::Success),
        Happened::Ended => (AuditAction::BreakGlassEnd, AuditOutcome::Success),
        Happened::Refused => (AuditAction::BreakGlassBegin, AuditOutcome::MinorFailure),
    };
    let (actor, patient) = (Some(account.to_owned()), patient.map(str::to_owned));
    Note { outcome, actor, patient, ..Note::of(action) }
}

/// Where it comes from, and why.
pub(crate) fn origin(address: Option<IpAddr>) -> Origin {
    let purpose = Some(Purpose::BreakTheGlass);
    Origin { address, purpose, ..Origin::default() }
}
