//! What stands in a section that must be there when the record says nothing: that it is not known.

use crate::card::lines::ABSENT;
use crate::words::text;
use salus_fhir::json::Value;
use serde_json::json;

/// "No information about allergies".
pub(super) fn allergies(patient: &Value) -> Value {
    json!({
        "resourceType": "AllergyIntolerance",
        "id": "no-allergy-info",
        "clinicalStatus": clinical("allergyintolerance-clinical"),
        "code": unknown("no-allergy-info", "No information about allergies"),
        "patient": subject(patient),
    })
}

/// "No information about medications".
pub(super) fn medicines(patient: &Value) -> Value {
    json!({
        "resourceType": "MedicationStatement",
        "id": "no-medication-info",
        "status": "unknown",
        "medicationCodeableConcept": unknown("no-medication-info", "No information about medications"),
        "subject": subject(patient),
        "_effectiveDateTime": { "extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown",
        }] },
    })
}

/// "No information about problems".
pub(super) fn problems(patient: &Value) -> Value {
    json!({
        "resourceType": "Condition",
        "id": "no-problem-info",
        "clinicalStatus": clinical("condition-clinical"),
        "code": unknown("no-problem-info", "No information about problems"),
        "subject": subject(patient),
    })
}

fn unknown(code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": ABSENT, "code": code, "display": display }], "text": display })
}

fn clinical(system: &str) -> Value {
    json!({ "coding": [{
        "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": "active",
    }] })
}

fn subject(patient: &Value) -> Value {
    json!({ "reference": format!("Patient/{}", text(patient, "id").unwrap_or_default()) })
}
