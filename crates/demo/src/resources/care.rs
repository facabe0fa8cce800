//! Visits, procedures and plans.

use super::{SNOMED, coding, concept, present};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `visit | key | day | AMB, IMP, EMER or VR | SNOMED CT | display | reason | practitioner | organization | end`
pub(super) fn visit(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let class = match row.cell(3) {
        "IMP" => "inpatient encounter",
        "EMER" => "emergency",
        "VR" => "virtual",
        _ => "ambulatory",
    };
    let start = chart.day(row.cell(2));
    let end = if row.cell(9).is_empty() { start } else { chart.day(row.cell(9)) };
    let status = if start > chart.today { "planned" } else { "finished" };
    present(json!({
        "resourceType": "Encounter",
        "id": chart.id_of(row.cell(1)),
        "status": status,
        "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", row.cell(3), class),
        "type": [concept(SNOMED, row.cell(4), row.cell(5))],
        "subject": chart.subject(),
        "participant": [{"individual": shared::practitioner(row.cell(7))}],
        "period": {"start": start.to_string(), "end": end.to_string()},
        "reasonCode": [{"text": row.cell(6)}],
        "serviceProvider": shared::organization(row.cell(8)),
    }))
}

/// `procedure | key | day | SNOMED CT | display | problem | practitioner | note`
pub(super) fn procedure(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let note = (!row.cell(7).is_empty()).then(|| json!({"text": row.cell(7)}));
    present(json!({
        "resourceType": "Procedure",
        "id": chart.id_of(row.cell(1)),
        "status": "completed",
        "code": concept(SNOMED, row.cell(3), row.cell(4)),
        "subject": chart.subject(),
        "encounter": chart.visit_on(chart.day(row.cell(2))),
        "performedDateTime": chart.date(row.cell(2)),
        "performer": [{"actor": shared::practitioner(row.cell(6))}],
        "reasonReference": chart.own("Condition", row.cell(5)).into_iter().collect::<Vec<_>>(),
        "note": note.into_iter().collect::<Vec<_>>(),
    }))
}

/// `plan | key | since | title | problem | activity; activity; …`
pub(super) fn plan(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    let activities: Vec<Value> = row
        .cell(5)
        .split(';')
        .map(|text| json!({"detail": {"status": "in-progress", "description": text.trim()}}))
        .collect();
    present(json!({
        "resourceType": "CarePlan",
        "id": chart.id_of(row.cell(1)),
        "status": "active",
        "intent": "plan",
        "category": [concept(SNOMED, "734163000", "Care plan")],
        "title": row.cell(3),
        "subject": chart.subject(),
        "period": {"start": chart.date(row.cell(2))},
        "author": shared::practitioner(chart.person.cell(10)),
        "addresses": chart.own("Condition", row.cell(4)).into_iter().collect::<Vec<_>>(),
        "activity": activities,
    }))
}
