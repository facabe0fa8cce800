//! Which patients a resource belongs to: the R4 Patient compartment.
//!
//! A resource lies in a patient's compartment when one of the reference parameters that the definition lists for
//! its type ([`compartment_params`]) refers to that patient. Only references within this server count:
//! `Patient/1` and `Patient/1/_history/2`. An absolute URL that ends in `Patient/1` is some other server's patient
//! 1, who must never be taken for ours; whoever takes resources in turns URLs of this server into local
//! references first. Patients inside `contained` are nobody's record, and a reference by identifier or to a
//! fragment leads to no one.

use crate::defs::{compartment_params, search_param};
use crate::json::Value;
use crate::reference::Reference;
use crate::search::walk;

/// The ids of the patients whose compartment holds the resource, sorted, each once. A Patient's own id too.
pub fn patients(resource: &Value) -> Vec<String> {
    let text = |name| resource.get(name).and_then(Value::as_str);
    let Some(type_name) = text("resourceType") else { return Vec::new() };
    let mut ids = Vec::new();
    if type_name == "Patient" {
        ids.extend(text("id").map(str::to_owned));
    }
    for param in compartment_params(type_name).iter().filter_map(|code| search_param(type_name, code)) {
        for path in &param.paths {
            walk(&path.steps, resource, resource, &mut |value| ids.extend(patient(value).map(str::to_owned)));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn patient(reference: &Value) -> Option<&str> {
    match Reference::parse(reference.get("reference")?.as_str()?) {
        Reference::Local { type_name: "Patient", id, .. } => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_resource_belongs_to_the_patients_it_refers_to() {
        let table = [
            (json!({"resourceType": "Patient", "id": "1"}), vec!["1"]),
            (
                json!({"resourceType": "Patient", "id": "1", "link": [{"other": {"reference": "Patient/0"}, "type": "seealso"}]}),
                vec!["0", "1"],
            ),
            (json!({"resourceType": "Observation", "subject": {"reference": "Patient/1"}}), vec!["1"]),
            (
                json!({"resourceType": "Observation", "subject": {"reference": "Patient/1/_history/4"}}),
                vec!["1"],
            ),
            (
                json!({"resourceType": "Observation", "subject": {"reference": "Patient/1"},
                    "performer": [{"reference": "Patient/2"}, {"reference": "Patient/1"}, {"reference": "Practitioner/3"}]}),
                vec!["1", "2"],
            ),
            (
                json!({"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/9"}}]}),
                vec!["9"],
            ),
            (
                json!({"resourceType": "Observation", "subject": {"reference": "https://x.example/Patient/1"}}),
                vec![],
            ),
            (
                json!({"resourceType": "Observation", "subject": {"identifier": {"value": "1"}, "type": "Patient"}}),
                vec![],
            ),
            (
                json!({"resourceType": "Observation", "subject": {"reference": "#p"},
                    "contained": [{"resourceType": "Patient", "id": "p"}]}),
                vec![],
            ),
            (json!({"resourceType": "Observation", "subject": {"reference": "Group/1"}}), vec![]),
            (json!({"resourceType": "Observation", "focus": [{"reference": "Patient/1"}]}), vec![]),
            (json!({"resourceType": "Practitioner", "id": "1"}), vec![]),
            (json!({"resourceType": "Nothing"}), vec![]),
            (json!("Patient"), vec![]),
        ];
        for (resource, expected) in table {
            assert_eq!(patients(&resource), expected, "{resource}");
        }
    }
}
