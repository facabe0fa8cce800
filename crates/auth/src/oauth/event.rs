//! What people give to apps and take back, in the audit: entries of the one chain.

use salus_store::{AuditAction, AuditOutcome, Note};
use serde_json::json;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    /// A person let an app have access.
    Allowed,
    /// The person, or the app itself, took it back.
    TakenBack,
    /// A code or a refresh token came twice: one of two stole it, and everything it brought was taken back.
    Reused,
}

/// The entry: who may do what was changed.
pub(super) fn event(happened: Happened, account: &str, client: &str) -> Note {
    let (outcome, words) = match happened {
        Happened::Allowed => (AuditOutcome::Success, "let an app have access"),
        Happened::TakenBack => (AuditOutcome::Success, "took the access of an app back"),
        Happened::Reused => (AuditOutcome::SeriousFailure, "a code or a refresh token of an app came twice"),
    };
    let detail = json!({ "change": words, "client": client });
    Note { outcome, actor: Some(account.to_owned()), detail, ..Note::of(AuditAction::PolicyChange) }
}
