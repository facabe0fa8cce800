//! Sign-ins in the audit, as FHIR `AuditEvent` resources: they can be searched like everything else.
//!
//! What was typed as an e-mail address is never kept: people type passwords into that field.

use salus_core::Timestamp;
use serde_json::Value;
use serde_json::json;
use std::net::IpAddr;

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    SignedIn,
    Refused,
}

/// A sign-in by DICOM's words for it (DCM 110114, 110122), as FHIR R4's AuditEvent asks.
///
/// `account` is the id of the account that was meant, where there is one.
pub(crate) fn sign_in(
    outcome: Outcome,
    account: Option<&str>,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Value {
    let dcm = "http://dicom.nema.org/resources/ontology/DCM";
    let (code, words) = match outcome {
        Outcome::SignedIn => ("0", "signed in"),
        Outcome::Refused => ("4", "sign-in refused"),
    };
    let mut agent = json!({ "requestor": true });
    if let Some(account) = account {
        agent["who"] = json!({ "identifier": { "system": "urn:salus:account", "value": account } });
    }
    if let Some(address) = address {
        agent["network"] = json!({ "address": address.to_string(), "type": "2" });
    }
    json!({
        "resourceType": "AuditEvent",
        "type": { "system": dcm, "code": "110114", "display": "User Authentication" },
        "subtype": [{ "system": dcm, "code": "110122", "display": "Login" }],
        "action": "E",
        "recorded": now.to_string(),
        "outcome": code,
        "outcomeDesc": words,
        "agent": [agent],
        "source": { "observer": { "display": "Salus" } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_valid_fhir() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        for (outcome, account, address) in [
            (Outcome::SignedIn, Some("a1"), Some("192.0.2.1".parse().unwrap())),
            (Outcome::Refused, None, None),
        ] {
            let issues = salus_fhir::validate::validate(&sign_in(outcome, account, address, now));
            let wrong: Vec<_> = issues.iter().map(|issue| &issue.diagnostics).collect();
            assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}
