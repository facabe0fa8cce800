//! Sign-ins, sign-outs and changes of how one signs in, as entries of the one audit chain: those of a session in the
//! transaction that begins or ends it.
//!
//! What was typed as an e-mail address is never kept: people type passwords into that field.

use crate::account::USER_ACCOUNT;
use crate::method::Method;
use salus_store::{AuditAction, AuditOutcome, Note, Origin};
use serde_json::json;
use std::net::IpAddr;

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    SignedIn,
    FirstStep,
    SteppedUp,
    Refused,
    SecondStepRefused,
    StepUpRefused,
}

/// What was changed of how somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Password,
    FactorAdded(Method),
    FactorRemoved(Method),
    FactorsReset,
    RecoveryCodes,
    CertificateAdded,
    CertificateRemoved,
}

impl Change {
    /// The sentence for it, without its end.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Password => "The password was changed".to_owned(),
            Self::FactorAdded(method) => format!("{} was added", thing(method)),
            Self::FactorRemoved(method) => format!("{} was removed", thing(method)),
            Self::FactorsReset => {
                "All second steps were removed by the person who runs this Salus".to_owned()
            }
            Self::RecoveryCodes => "New recovery codes were made".to_owned(),
            Self::CertificateAdded => "A certificate of a service was added".to_owned(),
            Self::CertificateRemoved => "A certificate of a service was removed".to_owned(),
        }
    }
}

fn thing(method: Method) -> &'static str {
    match method {
        Method::Totp => "An authenticator app",
        Method::Passkey => "A passkey",
        Method::EmailCode => "Signing in with codes by e-mail",
        Method::SmsCode => "Signing in with codes by SMS",
        Method::RecoveryCode => "Signing in with recovery codes",
        Method::Password => "A password",
        Method::Federated => "Signing in with another provider",
    }
}

/// A sign-in, by the words that OpenID Connect has for `methods` (RFC 8176).
///
/// `account` is the id of the account that was meant, where there is one.
pub(crate) fn sign_in(outcome: Outcome, account: Option<&str>, methods: &[&str]) -> Note {
    let (outcome, step) = match outcome {
        Outcome::SignedIn => (AuditOutcome::Success, "signed in"),
        Outcome::FirstStep => (AuditOutcome::Success, "first step right, second step asked for"),
        Outcome::SteppedUp => (AuditOutcome::Success, "showed once more who they are"),
        Outcome::Refused => (AuditOutcome::MinorFailure, "refused"),
        Outcome::SecondStepRefused => (AuditOutcome::MinorFailure, "second step refused"),
        Outcome::StepUpRefused => (AuditOutcome::MinorFailure, "did not show once more who they are"),
    };
    let actor = account.map(str::to_owned);
    Note {
        outcome,
        actor,
        detail: json!({ "methods": methods, "step": step }),
        ..Note::of(AuditAction::SignIn)
    }
}

/// What came of another provider's word for somebody; that provider's id is told, and nothing of what it said.
pub(crate) fn vouched(outcome: AuditOutcome, account: Option<&str>, provider: &str, step: &str) -> Note {
    let detail = json!({ "methods": [Method::Federated.code()], "provider": provider, "step": step });
    Note { outcome, actor: account.map(str::to_owned), detail, ..Note::of(AuditAction::SignIn) }
}

/// A change of how somebody signs in.
pub(crate) fn changed(change: Change, account: &str) -> Note {
    let detail = json!({ "change": change.words() });
    Note { actor: Some(account.to_owned()), detail, ..Note::of(AuditAction::AccountChange) }
}

/// What whoever runs the installation changed of an account; `by` is their own account, none on the command line.
pub(crate) fn administered(by: Option<String>, account: &str, changes: &[&str]) -> Note {
    let detail = json!({ "change": format!("An administrator changed: {}", changes.join(", ")) });
    let target = Some((USER_ACCOUNT.to_owned(), account.to_owned()));
    Note { actor: by, target, detail, ..Note::of(AuditAction::AccountChange) }
}

/// The end of a session, by its owner.
pub(crate) fn sign_out(account: &str) -> Note {
    Note { actor: Some(account.to_owned()), ..Note::of(AuditAction::SignOut) }
}

/// Where a sign-in comes from.
pub(crate) fn origin(address: Option<IpAddr>) -> Origin {
    Origin { address, client: Some("web".to_owned()), ..Origin::default() }
}
