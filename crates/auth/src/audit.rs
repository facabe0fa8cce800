//! Sign-ins and sign-outs in the audit: entries of the one chain, in the transaction of the session they begin or end.
//!
//! What was typed as an e-mail address is never kept: people type passwords into that field.

use salus_store::{AuditAction, AuditOutcome, Note, Origin};
use serde_json::json;
use std::net::IpAddr;

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    SignedIn,
    Refused,
}

/// A sign-in, by the words that OpenID Connect has for `methods` (RFC 8176).
///
/// `account` is the id of the account that was meant, where there is one.
pub(crate) fn sign_in(outcome: Outcome, account: Option<&str>, methods: &[&str]) -> Note {
    let outcome = match outcome {
        Outcome::SignedIn => AuditOutcome::Success,
        Outcome::Refused => AuditOutcome::MinorFailure,
    };
    let actor = account.map(str::to_owned);
    Note { outcome, actor, detail: json!({ "methods": methods }), ..Note::of(AuditAction::SignIn) }
}

/// The end of a session, by its owner.
pub(crate) fn sign_out(account: &str) -> Note {
    Note { actor: Some(account.to_owned()), ..Note::of(AuditAction::SignOut) }
}

/// Where a sign-in comes from.
pub(crate) fn origin(address: Option<IpAddr>) -> Origin {
    Origin { address, client: Some("web".to_owned()), ..Origin::default() }
}
