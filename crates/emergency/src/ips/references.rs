//! References inside a document: to its own entries by their names there, to anything else in words only.

use salus_fhir::json::Value;
use salus_fhir::reference::Reference;
use std::collections::BTreeMap;

/// Rewrites the references of a resource. `names` leads from `Type/id` to the name of an entry.
pub(super) fn enclose(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| enclose(item, names)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| enclose(member, names));
            let Some(text) = members.get("reference").and_then(Value::as_str) else { return };
            let Reference::Local { type_name, id, .. } = Reference::parse(text) else { return };
            let (type_name, local) = (type_name.to_owned(), format!("{type_name}/{id}"));
            match names.get(&local) {
                Some(name) => {
                    members.insert("reference".to_owned(), name.clone().into());
                }
                None => {
                    members.remove("reference");
                    members.entry("display").or_insert(format!("{type_name} in another record").into());
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reference_leads_to_an_entry_or_becomes_words() {
        let names = BTreeMap::from([("Patient/p".to_owned(), "urn:uuid:1".to_owned())]);
        for (before, after) in [
            (json!({"reference": "Patient/p"}), json!({"reference": "urn:uuid:1"})),
            (json!({"reference": "Patient/p/_history/3"}), json!({"reference": "urn:uuid:1"})),
            (json!({"reference": "Practitioner/x", "display": "Dr. Osei"}), json!({"display": "Dr. Osei"})),
            (json!({"reference": "Encounter/x"}), json!({"display": "Encounter in another record"})),
            (json!({"reference": "#m"}), json!({"reference": "#m"})),
            (
                json!({"reference": "https://x.example/Patient/p"}),
                json!({"reference": "https://x.example/Patient/p"}),
            ),
        ] {
            let mut resource = json!({ "subject": [before] });
            enclose(&mut resource, &names);
            assert_eq!(resource, json!({ "subject": [after] }));
        }
    }
}
