//! Taking hidden elements out of a resource.

use crate::elements::Elements;
use salus_fhir::defs::{TypeDef, type_def};
use salus_fhir::json::{Map, Value};
use serde_json::json;

impl Elements {
    /// Takes these elements out of a resource, those of contained resources too, and says in its `meta.tag` that it is
    /// not whole (`SUBSETTED`). The narrative goes with them: it tells in words what the elements say.
    ///
    /// A resource of a type that none of the elements is of stays as it is.
    pub fn redact(&self, resource: &mut Value) {
        if self.strip(resource) {
            mark(resource);
        }
    }

    /// Takes the elements out; whether this is about the resource at all.
    pub(crate) fn strip(&self, resource: &mut Value) -> bool {
        let mut is_meant = false;
        let Some(object) = resource.as_object_mut() else { return false };
        if let Some(Value::Array(contained)) = object.get_mut("contained") {
            for inner in contained {
                is_meant |= self.strip(inner);
            }
        }
        let type_name = object.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(definition) = type_def(&type_name) {
            for path in self.of(&type_name) {
                remove(object, definition, path.steps());
                is_meant = true;
            }
        }
        if is_meant {
            object.shift_remove("text");
        }
        is_meant
    }
}

/// Removes what the steps lead to, and what is empty then.
fn remove(object: &mut Map<String, Value>, definition: &'static TypeDef, steps: &[String]) {
    let Some((name, rest)) = steps.split_first() else { return };
    for (json_name, type_name) in definition.names_of(name) {
        if rest.is_empty() {
            object.shift_remove(json_name);
            object.shift_remove(&format!("_{json_name}"));
            continue;
        }
        let (Some(value), Some(inner)) = (object.get_mut(json_name), type_def(type_name)) else { continue };
        match value {
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| remove(item, inner, rest));
                items.retain(|item| !is_empty(item));
            }
            Value::Object(item) => remove(item, inner, rest),
            _ => {}
        }
        if is_empty(value) {
            object.shift_remove(json_name);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// FHIR's mark of a resource that is not whole.
pub(crate) fn subsetted() -> Value {
    json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"})
}

fn mark(resource: &mut Value) {
    let Some(object) = resource.as_object_mut() else { return };
    let Value::Object(meta) = object.entry("meta").or_insert_with(|| json!({})) else { return };
    if let Value::Array(tags) = meta.entry("tag").or_insert_with(|| json!([]))
        && !tags.contains(&subsetted())
    {
        tags.push(subsetted());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_gone_wherever_it_stands() {
        let patient = json!({"resourceType": "Patient", "id": "p", "text": {"status": "generated", "div": "0815"},
            "telecom": [{"value": "0815"}], "birthDate": "1970-01-01", "_birthDate": {"id": "b"},
            "address": [{"line": ["Main St"], "city": "Ulm"}, {"line": ["Side St"]}],
            "deceasedBoolean": false});
        let table = [
            (vec!["Patient.telecom"], vec!["birthDate", "_birthDate", "address", "deceasedBoolean"]),
            (vec!["Patient.birthDate", "Patient.deceased"], vec!["telecom", "address"]),
            (
                vec!["Patient.address.line"],
                vec!["telecom", "birthDate", "_birthDate", "address", "deceasedBoolean"],
            ),
        ];
        for (paths, kept) in table {
            let mut seen = patient.clone();
            Elements::parse(paths.iter().copied()).unwrap().redact(&mut seen);
            let names = seen
                .as_object()
                .unwrap()
                .keys()
                .filter(|name| !["resourceType", "id", "meta"].contains(&name.as_str()));
            assert_eq!(names.collect::<Vec<_>>(), kept, "{paths:?}");
            assert_eq!(seen["meta"]["tag"][0]["code"], "SUBSETTED");
        }
        let mut seen = patient.clone();
        Elements::parse(["Patient.address.line"]).unwrap().redact(&mut seen);
        assert_eq!(seen["address"], json!([{"city": "Ulm"}]));
    }

    #[test]
    fn a_contained_resource_is_no_way_round() {
        let hidden = Elements::parse(["Patient.telecom"]).unwrap();
        let mut observation = json!({"resourceType": "Observation", "text": {"div": "0815"},
            "contained": [{"resourceType": "Patient", "id": "a", "telecom": [{"value": "0815"}]}]});
        hidden.redact(&mut observation);
        assert!(!observation.to_string().contains("0815"));
        let mut untouched = json!({"resourceType": "Observation", "text": {"div": "x"}});
        let before = untouched.clone();
        hidden.redact(&mut untouched);
        assert_eq!(untouched, before);
    }
}
