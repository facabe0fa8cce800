//! What matters when somebody cannot speak: blood group, implants, wishes.

use super::{LOINC, SNOMED, concept, hl7, present};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `blood | day | group in words`
pub(super) fn blood_group(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    json!({
        "resourceType": "Observation",
        "id": chart.id_of("blood-group"),
        "status": "final",
        "category": [hl7("observation-category", "laboratory", "Laboratory")],
        "code": concept(LOINC, "882-1", "ABO and Rh group [Type] in Blood"),
        "subject": chart.subject(),
        "effectiveDateTime": chart.date(row.cell(1)),
        "performer": [shared::organization("northlight-lab")],
        "valueCodeableConcept": {"text": row.cell(2)},
    })
}

/// `device | key | since | SNOMED CT | display | place on the body | note`
pub(super) fn device(chart: &Chart<'_>, row: &Row<'_>) -> Vec<Value> {
    let key = format!("device-{}", row.cell(1));
    let note = (!row.cell(6).is_empty()).then(|| json!({"text": row.cell(6)}));
    let place = (!row.cell(5).is_empty()).then(|| json!({"text": row.cell(5)}));
    let kind = match row.cell(3) {
        "" => json!({"text": row.cell(4)}),
        code => concept(SNOMED, code, row.cell(4)),
    };
    let device = json!({
        "resourceType": "Device",
        "id": chart.id_of(&key),
        "status": "active",
        "type": kind,
        "patient": chart.subject(),
    });
    let used = present(json!({
        "resourceType": "DeviceUseStatement",
        "id": chart.id_of(&format!("{key}-use")),
        "status": "active",
        "subject": chart.subject(),
        "timingPeriod": {"start": chart.date(row.cell(2))},
        "device": {"reference": format!("Device/{}", chart.id_of(&key)), "display": row.cell(4)},
        "bodySite": place,
        "note": note.into_iter().collect::<Vec<_>>(),
    }));
    vec![device, used]
}

/// `wish | key | since | in words`
pub(super) fn wish(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    json!({
        "resourceType": "Consent",
        "id": chart.id_of(&format!("wish-{}", row.cell(1))),
        "status": "active",
        "scope": hl7("consentscope", "adr", "Advanced Care Directive"),
        "category": [concept(LOINC, "42348-3", "Advance directives")],
        "patient": chart.subject(),
        "dateTime": chart.date(row.cell(2)),
        "performer": [chart.subject()],
        "policyRule": {"text": "The person's own written wish"},
        "provision": {"type": "permit", "code": [{"text": row.cell(3)}]},
    })
}
