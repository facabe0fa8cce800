//! Insurance: who pays, and what was paid.

use super::{SNOMED, concept, hl7, number};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `coverage | key | insurer | plan | member number | since`
pub(super) fn coverage(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    json!({
        "resourceType": "Coverage",
        "id": chart.id_of(row.cell(1)),
        "status": "active",
        "type": hl7("v3-ActCode", "EHCPOL", "extended healthcare"),
        "subscriberId": row.cell(4),
        "beneficiary": chart.subject(),
        "relationship": hl7("subscriber-relationship", "self", "Self"),
        "period": {"start": chart.date(row.cell(5))},
        "payor": [shared::organization(row.cell(2))],
        "class": [{"type": hl7("coverage-class", "plan", "Plan"), "value": row.cell(3), "name": row.cell(3)}],
    })
}

/// `claim | key | served | insurer | coverage | SNOMED CT | service | charged | paid | provider`
pub(super) fn claim(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let money = |text: &str| json!({"value": number(text), "currency": "USD"});
    let amount = |code: &str, display: &str, text: &str| {
        let category = hl7("adjudication", code, display);
        json!({"category": category, "amount": money(text)})
    };
    let created = chart.day(row.cell(2)).saturating_add(jiff::Span::new().days(12));
    json!({
        "resourceType": "ExplanationOfBenefit",
        "id": chart.id_of(row.cell(1)),
        "status": "active",
        "type": hl7("claim-type", "professional", "Professional"),
        "use": "claim",
        "patient": chart.subject(),
        "billablePeriod": {"start": chart.date(row.cell(2)), "end": chart.date(row.cell(2))},
        "created": created.min(chart.today).to_string(),
        "insurer": shared::organization(row.cell(3)),
        "provider": shared::organization(row.cell(9)),
        "outcome": "complete",
        "insurance": [{"focal": true, "coverage": chart.own("Coverage", row.cell(4))}],
        "item": [{
            "sequence": 1,
            "productOrService": concept(SNOMED, row.cell(5), row.cell(6)),
            "servicedDate": chart.date(row.cell(2)),
            "net": money(row.cell(7)),
        }],
        "total": [
            amount("submitted", "Submitted Amount", row.cell(7)),
            amount("benefit", "Benefit Amount", row.cell(8)),
        ],
        "payment": {"amount": money(row.cell(8))},
    })
}
