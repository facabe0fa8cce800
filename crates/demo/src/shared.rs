//! The practitioners and organizations that the people meet.

use crate::chart::Row;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PRACTITIONERS: &str = include_str!("tables/practitioners.txt");
const ORGANIZATIONS: &str = include_str!("tables/organizations.txt");

/// The name of a practitioner by id.
pub(crate) fn practitioner_name(id: &str) -> String {
    Row::all(PRACTITIONERS)
        .find(|row| row.kind() == id)
        .map(|row| format!("{} {} {}", row.cell(1), row.cell(2), row.cell(3)))
        .unwrap_or_default()
}

/// The name of an organization by id.
pub(crate) fn organization_name(id: &str) -> &'static str {
    Row::all(ORGANIZATIONS).find(|row| row.kind() == id).map(|row| row.cell(1)).unwrap_or_default()
}

/// An organization's address and telephone in one line.
pub(crate) fn organization_line(id: &str) -> String {
    let row = Row::all(ORGANIZATIONS).find(|row| row.kind() == id);
    row.map(|row| format!("{}, {} {} - {}", row.cell(5), row.cell(7), row.cell(6), row.cell(4)))
        .unwrap_or_default()
}

/// A reference to a practitioner.
pub(crate) fn practitioner(id: &str) -> Value {
    json!({"reference": format!("Practitioner/{id}"), "display": practitioner_name(id)})
}

/// A reference to an organization.
pub(crate) fn organization(id: &str) -> Value {
    json!({"reference": format!("Organization/{id}"), "display": organization_name(id)})
}

/// Those that the resources refer to and that are not in `known` yet.
pub(crate) fn met_by(resources: &[Value], known: &mut BTreeSet<String>) -> Vec<Value> {
    let text = resources.iter().map(Value::to_string).collect::<String>();
    let all = Row::all(PRACTITIONERS).map(|row| practitioner_resource(&row));
    let all = all.chain(Row::all(ORGANIZATIONS).map(|row| organization_resource(&row)));
    all.filter(|resource| {
        let part = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
        let reference = format!("{}/{}", part("resourceType"), part("id"));
        text.contains(&format!("\"{reference}\"")) && known.insert(reference)
    })
    .collect()
}

fn practitioner_resource(row: &Row<'_>) -> Value {
    json!({
        "resourceType": "Practitioner",
        "id": row.kind(),
        "active": true,
        "name": [{"use": "official", "prefix": [row.cell(1)], "given": [row.cell(2)], "family": row.cell(3)}],
        "gender": row.cell(4),
        "telecom": [{"system": "phone", "value": row.cell(7), "use": "work"}],
        "qualification": [{
            "code": {
                "coding": [{"system": "http://snomed.info/sct", "code": row.cell(5), "display": row.cell(6)}],
                "text": row.cell(6),
            }
        }],
    })
}

fn organization_resource(row: &Row<'_>) -> Value {
    json!({
        "resourceType": "Organization",
        "id": row.kind(),
        "active": true,
        "type": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/organization-type",
                "code": row.cell(2),
                "display": row.cell(3),
            }]
        }],
        "name": row.cell(1),
        "telecom": [{"system": "phone", "value": row.cell(4)}],
        "address": [{"line": [row.cell(5)], "city": row.cell(6), "postalCode": row.cell(7), "country": "US"}],
    })
}
