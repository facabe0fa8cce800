//! Emergencies in the audit, by DICOM's words for them, as FHIR R4's AuditEvent asks.

use salus_access::Purpose;
use salus_access::purpose::PURPOSE_SYSTEM;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use serde_json::json;
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

/// The event. `patient` is whose record it was about, where there is one.
pub(crate) fn event(
    happened: Happened,
    account: &str,
    patient: Option<&str>,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Value {
    let dcm = "http://dicom.nema.org/resources/ontology/DCM";
    let (code, display, outcome) = match happened {
        Happened::Opened => ("110127", "Emergency Override Started", "0"),
        Happened::Ended => ("110138", "Emergency Override Stopped", "0"),
        Happened::Refused => ("110127", "Emergency Override Started", "4"),
    };
    let mut agent = json!({
        "requestor": true,
        "who": { "identifier": { "system": "urn:salus:account", "value": account } },
    });
    if let Some(address) = address {
        agent["network"] = json!({ "address": address.to_string(), "type": "2" });
    }
    let mut event = json!({
        "resourceType": "AuditEvent",
        "type": { "system": dcm, "code": "110113", "display": "Security Alert" },
        "subtype": [{ "system": dcm, "code": code, "display": display }],
        "action": "E",
        "recorded": now.to_string(),
        "outcome": outcome,
        "purposeOfEvent": [{ "coding": [{ "system": PURPOSE_SYSTEM, "code": Purpose::BreakTheGlass.code() }] }],
        "agent": [agent],
        "source": { "observer": { "display": "Salus" } },
    });
    if let Some(patient) = patient {
        event["entity"] = json!([{
            "what": { "reference": format!("Patient/{patient}") },
            "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1" },
            "role": { "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1" },
        }]);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_valid_fhir() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        for (happened, patient, address) in [
            (Happened::Opened, Some("p"), Some("192.0.2.1".parse().unwrap())),
            (Happened::Ended, Some("p"), None),
            (Happened::Refused, None, None),
        ] {
            let issues = salus_fhir::validate(&event(happened, "a", patient, address, now));
            let wrong: Vec<_> = issues.iter().map(|issue| &issue.diagnostics).collect();
            assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}
