//! What people give to apps and take back, in the audit, as FHIR `AuditEvent` resources.

use salus_core::Timestamp;
use serde_json::{Value, json};

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

/// By DICOM's words for it: what somebody may do was changed (DCM 110113, 110137).
pub(super) fn event(happened: Happened, account: &str, client: &str, now: Timestamp) -> Value {
    let dcm = "http://dicom.nema.org/resources/ontology/DCM";
    let (outcome, words) = match happened {
        Happened::Allowed => ("0", "let an app have access"),
        Happened::TakenBack => ("0", "took the access of an app back"),
        Happened::Reused => ("8", "a code or a refresh token of an app came twice"),
    };
    let who = |system: &str, value: &str| json!({ "identifier": { "system": system, "value": value } });
    json!({
        "resourceType": "AuditEvent",
        "type": { "system": dcm, "code": "110113", "display": "Security Alert" },
        "subtype": [{ "system": dcm, "code": "110137", "display": "User Security Attributes Changed" }],
        "action": "E",
        "recorded": now.to_string(),
        "outcome": outcome,
        "outcomeDesc": words,
        "agent": [
            { "requestor": happened != Happened::Reused, "who": who("urn:salus:account", account) },
            { "requestor": happened == Happened::Reused, "who": who("urn:salus:client", client) },
        ],
        "source": { "observer": { "display": "Salus" } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_valid_fhir() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        for happened in [Happened::Allowed, Happened::TakenBack, Happened::Reused] {
            let issues = salus_fhir::validate::validate(&event(happened, "a1", "c1", now));
            let wrong: Vec<_> = issues.iter().map(|issue| &issue.diagnostics).collect();
            assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}
