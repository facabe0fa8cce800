//! An upload stays within one person's record: nothing of it is put where others see it, and nothing of it points
//! out of the file.

use super::read::Entry;
use crate::facts::read::{all, text};
use salus_fhir::compartment::patients;
use salus_fhir::json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Keeps the entries about `person`, who all entries about any patient are about by now.
///
/// A resource about nobody in particular is left out; where it is referred to, its name stays, and a Medication
/// comes inside. A reference to what is not in the file keeps what it says and points nowhere.
pub(super) fn enclose(entries: Vec<Entry>, person: &str) -> Vec<Entry> {
    let mut shared: HashMap<String, Value> = HashMap::new();
    let mut inside: HashSet<String> = HashSet::from([format!("Patient/{person}")]);
    for resource in entries.iter().filter_map(|entry| entry.resource.as_ref().ok()) {
        let Some(name) = name(resource) else { continue };
        if is_about(resource, person) {
            inside.insert(name);
        } else {
            shared.insert(name, resource.clone());
        }
    }
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries {
        if let Ok(resource) = &mut entry.resource {
            let is_shared = name(resource).is_some_and(|name| shared.contains_key(&name));
            if is_shared {
                continue;
            }
            carry_medication(resource, &shared);
            close(resource, &inside, &shared);
        }
        kept.push(entry);
    }
    kept
}

fn is_about(resource: &Value, person: &str) -> bool {
    patients(resource).iter().any(|id| id == person)
}

fn name(resource: &Value) -> Option<String> {
    Some(format!("{}/{}", text(resource, "resourceType")?, text(resource, "id")?))
}

/// Puts a medicine that is referred to inside the resource that refers to it.
fn carry_medication(resource: &mut Value, shared: &HashMap<String, Value>) {
    const INSIDE: &str = "medication";
    let referred = text(resource, "medicationReference.reference").and_then(|name| shared.get(name));
    let Some(mut medication) = referred.cloned() else { return };
    let Some(members) = resource.as_object_mut() else { return };
    if let Some(held) = medication.as_object_mut() {
        held.retain(|key, _| matches!(key.as_str(), "resourceType" | "code" | "form" | "amount"));
        held.insert("id".to_owned(), Value::String(INSIDE.to_owned()));
    }
    match members.get_mut("contained") {
        Some(Value::Array(contained)) => contained.push(medication),
        _ => {
            members.insert("contained".to_owned(), Value::Array(vec![medication]));
        }
    }
    if let Some(Value::Object(reference)) = members.get_mut("medicationReference") {
        reference.insert("reference".to_owned(), Value::String(format!("#{INSIDE}")));
    }
}

fn close(value: &mut Value, inside: &HashSet<String>, shared: &HashMap<String, Value>) {
    match value {
        Value::Object(members) => {
            let target = members.get("reference").and_then(Value::as_str).map(str::to_owned);
            if let Some(target) = target.filter(|target| !target.starts_with('#') && !inside.contains(target))
            {
                leave_name(members, &target, shared);
            }
            members.values_mut().for_each(|member| close(member, inside, shared));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| close(item, inside, shared)),
        _ => {}
    }
}

fn leave_name(reference: &mut Map<String, Value>, target: &str, shared: &HashMap<String, Value>) {
    reference.remove("reference");
    if !reference.contains_key("display") {
        let said = shared.get(target).and_then(called).unwrap_or_else(|| target.to_owned());
        reference.insert("display".to_owned(), Value::String(said));
    }
}

/// What an organisation, a practitioner or a place is called.
fn called(resource: &Value) -> Option<String> {
    if let Some(name) = text(resource, "name.text").or_else(|| resource.get("name").and_then(Value::as_str)) {
        return Some(name.to_owned());
    }
    let name = all(resource, "name").first()?;
    let parts = ["prefix", "given"].iter().flat_map(|part| all(name, part)).filter_map(Value::as_str);
    let whole: Vec<&str> = parts.chain(text(name, "family")).collect();
    (!whole.is_empty()).then(|| whole.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_leads_out_and_names_stay() {
        let subject = json!({ "reference": "Patient/maria" });
        let entries = [
            json!({ "resourceType": "Organization", "id": "o", "name": "Clinic" }),
            json!({ "resourceType": "Practitioner", "id": "p", "name": [{ "prefix": ["Dr."], "given": ["Ann"], "family": "Lee" }] }),
            json!({ "resourceType": "Medication", "id": "m", "code": { "text": "Aspirin" }, "manufacturer": { "reference": "Organization/o" } }),
            json!({ "resourceType": "Encounter", "id": "e", "subject": subject, "serviceProvider": { "reference": "Organization/o" },
                    "participant": [{ "individual": { "reference": "Practitioner/p" } }], "partOf": { "reference": "Encounter/elsewhere" } }),
            json!({ "resourceType": "MedicationRequest", "id": "r", "subject": subject, "encounter": { "reference": "Encounter/e" },
                    "medicationReference": { "reference": "Medication/m" } }),
        ];
        let entry = |resource: Value| Entry::told(String::new(), Ok(resource));
        let kept = enclose(entries.into_iter().map(entry).collect(), "maria");
        let kept: Vec<Value> = kept.into_iter().filter_map(|entry| entry.resource.ok()).collect();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0]["serviceProvider"], json!({ "display": "Clinic" }));
        assert_eq!(kept[0]["participant"][0]["individual"], json!({ "display": "Dr. Ann Lee" }));
        assert_eq!(kept[0]["partOf"], json!({ "display": "Encounter/elsewhere" }));
        assert_eq!(kept[1]["encounter"], json!({ "reference": "Encounter/e" }));
        assert_eq!(kept[1]["medicationReference"], json!({ "reference": "#medication" }));
        assert_eq!(
            kept[1]["contained"],
            json!([{ "resourceType": "Medication", "code": { "text": "Aspirin" }, "id": "medication" }])
        );
    }
}
