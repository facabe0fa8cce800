//! Conditions and allergies.

use super::{ICD10, RXNORM, SNOMED, coding, concept, hl7, present};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `problem | key | onset | status | SNOMED CT | display | ICD-10-CM | its display | note | ended`
pub(super) fn problem(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let mut code = concept(SNOMED, row.cell(4), row.cell(5));
    if let (false, Some(codings)) = (row.cell(6).is_empty(), code["coding"].as_array_mut()) {
        codings.push(coding(ICD10, row.cell(6), row.cell(7)));
    }
    let ended = (!row.cell(9).is_empty()).then(|| chart.date(row.cell(9)));
    let note = (!row.cell(8).is_empty()).then(|| json!({"text": row.cell(8)}));
    present(json!({
        "resourceType": "Condition",
        "id": chart.id_of(row.cell(1)),
        "clinicalStatus": status("condition-clinical", row.cell(3)),
        "verificationStatus": status("condition-ver-status", "confirmed"),
        "category": [hl7("condition-category", "problem-list-item", "Problem List Item")],
        "code": code,
        "subject": chart.subject(),
        "onsetDateTime": chart.date(row.cell(2)),
        "abatementDateTime": ended,
        "recordedDate": chart.date(row.cell(2)),
        "recorder": shared::practitioner(chart.person.cell(10)),
        "note": note.into_iter().collect::<Vec<_>>(),
    }))
}

/// `allergy | key | recorded | type | category | criticality | SNOMED CT or RxNorm | code | display |
/// reaction | its display | severity | note`
pub(super) fn allergy(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let system = if row.cell(6) == "rxnorm" { RXNORM } else { SNOMED };
    let note = (!row.cell(12).is_empty()).then(|| json!({"text": row.cell(12)}));
    present(json!({
        "resourceType": "AllergyIntolerance",
        "id": chart.id_of(row.cell(1)),
        "clinicalStatus": status("allergyintolerance-clinical", "active"),
        "verificationStatus": status("allergyintolerance-verification", "confirmed"),
        "type": row.cell(3),
        "category": [row.cell(4)],
        "criticality": row.cell(5),
        "code": concept(system, row.cell(7), row.cell(8)),
        "patient": chart.subject(),
        "recordedDate": chart.date(row.cell(2)),
        "recorder": shared::practitioner(chart.person.cell(10)),
        "reaction": [{
            "manifestation": [concept(SNOMED, row.cell(9), row.cell(10))],
            "severity": row.cell(11),
        }],
        "note": note.into_iter().collect::<Vec<_>>(),
    }))
}

/// A status, which has a code and no text of its own.
fn status(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}
