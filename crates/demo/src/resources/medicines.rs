//! Prescriptions, what people take on their own, and vaccines.

use super::{CVX, RXNORM, concept, number, present};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `medicine | key | since | status | RxNorm | display | directions | times a day | amount | unit | problem |
/// practitioner | reason it was stopped`
///
/// Times a day is a number, `week` for once a week, or `needed`.
pub(super) fn prescription(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let (rate, unit) = match row.cell(7) {
        "needed" => (None, "d"),
        "week" => (Some("1"), "wk"),
        times => (Some(times), "d"),
    };
    let timing =
        rate.map(|times| json!({"repeat": {"frequency": number(times), "period": 1, "periodUnit": unit}}));
    let dose = json!({"doseQuantity": {"value": number(row.cell(8)), "unit": row.cell(9)}});
    let active = row.cell(3) == "active";
    let stopped = (!row.cell(12).is_empty()).then(|| json!({"text": row.cell(12)}));
    present(json!({
        "resourceType": "MedicationRequest",
        "id": chart.id_of(row.cell(1)),
        "status": row.cell(3),
        "statusReason": stopped,
        "intent": "order",
        "medicationCodeableConcept": concept(RXNORM, row.cell(4), row.cell(5)),
        "subject": chart.subject(),
        "encounter": chart.visit_on(chart.day(row.cell(2))),
        "authoredOn": chart.date(row.cell(2)),
        "requester": shared::practitioner(row.cell(11)),
        "reasonReference": chart.own("Condition", row.cell(10)).into_iter().collect::<Vec<_>>(),
        "dosageInstruction": [present(json!({
            "text": row.cell(6),
            "timing": timing,
            "asNeededBoolean": rate.is_none().then_some(true),
            "doseAndRate": [dose],
        }))],
        "dispenseRequest": active.then(|| json!({
            "numberOfRepeatsAllowed": 3,
            "expectedSupplyDuration": {"value": 90, "unit": "days", "system": super::UCUM, "code": "d"},
        })),
    }))
}

/// `otc | key | since | status | RxNorm | display | how it is taken`
pub(super) fn statement(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let medicine = match row.cell(4) {
        "" => json!({"text": row.cell(5)}),
        code => concept(RXNORM, code, row.cell(5)),
    };
    json!({
        "resourceType": "MedicationStatement",
        "id": chart.id_of(row.cell(1)),
        "status": row.cell(3),
        "medicationCodeableConcept": medicine,
        "subject": chart.subject(),
        "effectivePeriod": {"start": chart.date(row.cell(2))},
        "dateAsserted": chart.date(row.cell(2)),
        "informationSource": chart.subject(),
        "dosage": [{"text": row.cell(6)}],
    })
}

/// `vaccine | given | CVX | display | lot | dose`
pub(super) fn vaccine(chart: &mut Chart<'_>, row: &Row<'_>) -> Value {
    let dose = (!row.cell(5).is_empty()).then(|| json!({"doseNumberPositiveInt": number(row.cell(5))}));
    present(json!({
        "resourceType": "Immunization",
        "id": chart.next_id("vaccine"),
        "status": "completed",
        "vaccineCode": concept(CVX, row.cell(2), row.cell(3)),
        "patient": chart.subject(),
        "occurrenceDateTime": chart.date(row.cell(1)),
        "primarySource": true,
        "lotNumber": row.cell(4),
        "performer": [{"actor": shared::practitioner(chart.person.cell(10))}],
        "protocolApplied": dose.into_iter().collect::<Vec<_>>(),
    }))
}
