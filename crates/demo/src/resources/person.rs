//! The person, and the people around them.

use super::{SNOMED, concept, hl7, present};
use crate::chart::{Chart, Row};
use crate::shared;
use serde_json::{Value, json};

/// `person | given | family | gender | born | phone | email | street | postal code | city | practitioner`
pub(crate) fn patient(chart: &Chart<'_>) -> Value {
    let row = &chart.person;
    let given: Vec<&str> = row.cell(1).split(' ').collect();
    let number: u32 = chart.id.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 900_000);
    let telecom =
        [("phone", row.cell(5)), ("email", row.cell(6))].into_iter().filter(|(_, value)| !value.is_empty());
    let telecom = telecom.map(|(system, value)| json!({"system": system, "value": value}));
    present(json!({
        "resourceType": "Patient",
        "id": chart.id,
        "identifier": [{
            "use": "usual",
            "type": hl7("v2-0203", "MR", "Medical record number"),
            "system": "urn:oid:2.16.840.1.113883.19.5",
            "value": format!("RV-{}", 100_000 + number),
        }],
        "active": true,
        "name": [{"use": "official", "given": given, "family": row.cell(2)}],
        "telecom": telecom.collect::<Vec<_>>(),
        "gender": row.cell(3),
        "birthDate": chart.date(row.cell(4)),
        "address": [{
            "use": "home",
            "line": [row.cell(7)],
            "postalCode": row.cell(8),
            "city": row.cell(9),
            "country": "US",
        }],
        "communication": [{
            "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en", "display": "English"}]},
            "preferred": true,
        }],
        "contact": chart.contacts.iter().map(contact).collect::<Vec<_>>(),
        "generalPractitioner": [shared::practitioner(row.cell(10))],
        "managingOrganization": shared::organization("alder-clinic"),
    }))
}

/// A relative as an emergency contact of the person, who chose that they are told of emergencies.
fn contact(row: &Row<'_>) -> Value {
    json!({
        "extension": [{"url": "urn:salus:told-of-emergencies", "valueBoolean": true}],
        "relationship": [hl7("v2-0131", "C", "Emergency Contact"), hl7("v3-RoleCode", row.cell(4), row.cell(5))],
        "name": {"text": format!("{} {}", row.cell(2), row.cell(3))},
        "telecom": [{"system": "phone", "value": row.cell(6), "use": "mobile"}],
    })
}

/// `related | key | given | family | role code | its display | phone | emergency`, where they are to be called in one
pub(super) fn related(chart: &Chart<'_>, row: &Row<'_>) -> Value {
    json!({
        "resourceType": "RelatedPerson",
        "id": chart.id_of(row.cell(1)),
        "active": true,
        "patient": chart.subject(),
        "relationship": [hl7("v3-RoleCode", row.cell(4), row.cell(5))],
        "name": [{"given": [row.cell(2)], "family": row.cell(3)}],
        "telecom": [{"system": "phone", "value": row.cell(6), "use": "mobile"}],
    })
}

/// `family | name | role code | its display | SNOMED CT | condition | age at onset | age at death | cause`
pub(super) fn family(chart: &mut Chart<'_>, row: &Row<'_>) -> Value {
    let years = |text: &str| {
        (!text.is_empty()).then(
            || json!({"value": super::number(text), "unit": "years", "system": super::UCUM, "code": "a"}),
        )
    };
    let condition = (!row.cell(4).is_empty()).then(|| {
        present(json!({"code": concept(SNOMED, row.cell(4), row.cell(5)), "onsetAge": years(row.cell(6))}))
    });
    let note = (!row.cell(8).is_empty()).then(|| json!({"text": row.cell(8)}));
    present(json!({
        "resourceType": "FamilyMemberHistory",
        "id": chart.next_id("family"),
        "status": "completed",
        "patient": chart.subject(),
        "name": row.cell(1),
        "relationship": hl7("v3-RoleCode", row.cell(2), row.cell(3)),
        "deceasedAge": years(row.cell(7)),
        "condition": condition.into_iter().collect::<Vec<_>>(),
        "note": note.into_iter().collect::<Vec<_>>(),
    }))
}
