//! Less than the whole resource: `_summary` and `_elements`.

use bytes::Bytes;
use salus_fhir::defs::{ElementDef, TypeDef, type_def};
use salus_fhir::json::{Map, Value};
use salus_fhir::search::{Query, Summary};
use salus_http::ApiError;
use salus_store::Stored;
use serde_json::json;

/// The stored JSON, or as much of it as the query wants, marked as SUBSETTED.
pub(crate) fn wanted(query: &Query, stored: &Stored) -> Result<Bytes, ApiError> {
    if query.elements.is_empty() && matches!(query.summary, Summary::False | Summary::Count) {
        return Ok(stored.bytes().clone());
    }
    let mut resource = stored.json()?;
    cut(query, &mut resource);
    Ok(resource.to_string().into_bytes().into())
}

fn cut(query: &Query, resource: &mut Value) {
    let Some(definition) = resource.get("resourceType").and_then(Value::as_str).and_then(type_def) else {
        return;
    };
    let Value::Object(object) = resource else { return };
    if query.elements.is_empty() {
        match query.summary {
            Summary::True => keep_summary(object, definition),
            Summary::Text => keep(object, definition, |element| element.name == "text" || is_needed(element)),
            Summary::Data => keep(object, definition, |element| element.name != "text"),
            Summary::False | Summary::Count => {}
        }
    } else {
        let is_named = |element: &ElementDef| query.elements.iter().any(|name| name == element.name);
        keep(object, definition, |element| is_named(element) || is_needed(element) || element.is_modifier);
    }
    mark(object);
}

/// What must be there for the rest to be a resource.
fn is_needed(element: &ElementDef) -> bool {
    element.min > 0 || matches!(element.name, "id" | "meta")
}

fn keep(
    object: &mut Map<String, Value>,
    definition: &'static TypeDef,
    is_kept: impl Fn(&ElementDef) -> bool,
) {
    object.retain(|name, _| {
        let field = definition.field(name.strip_prefix('_').unwrap_or(name));
        name == "resourceType" || field.is_some_and(|field| is_kept(field.element))
    });
}

/// The summary elements, also inside of groups of elements; data types stay whole.
fn keep_summary(object: &mut Map<String, Value>, definition: &'static TypeDef) {
    keep(object, definition, |element| element.in_summary || is_needed(element));
    for (name, member) in object.iter_mut() {
        let group = definition.field(name).filter(|field| field.type_name.contains('.'));
        let Some(group) = group.and_then(|field| type_def(field.type_name)) else { continue };
        match member {
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| keep_summary(item, group))
            }
            Value::Object(item) => keep_summary(item, group),
            _ => {}
        }
    }
}

fn mark(object: &mut Map<String, Value>) {
    let tag = json!({
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
    });
    let meta = object.entry("meta").or_insert_with(|| json!({}));
    match meta.get_mut("tag").and_then(Value::as_array_mut) {
        Some(tags) if tags.contains(&tag) => {}
        Some(tags) => tags.push(tag),
        None => meta["tag"] = json!([tag]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_view_keeps_what_it_promises() {
        let observation = json!({
            "resourceType": "Observation", "id": "1", "meta": {"versionId": "1"}, "text": {"status": "empty"},
            "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/1"},
            "note": [{"text": "n"}], "valueString": "v", "_valueString": {"id": "e"},
            "component": [{"code": {"text": "c"}, "valueString": "w", "referenceRange": [{"text": "r"}]}],
        });
        let table = [
            ("_summary=true", "resourceType id meta status code subject valueString _valueString component"),
            ("_summary=text", "resourceType id meta text status code"),
            (
                "_summary=data",
                "resourceType id meta status code subject note valueString _valueString component",
            ),
            ("_elements=subject,value", "resourceType id meta status code subject valueString _valueString"),
        ];
        for (text, expected) in table {
            let (name, value) = text.split_once('=').unwrap();
            let query = Query::parse("Observation", &[(name.to_owned(), value.to_owned())]).unwrap();
            let mut subset = observation.clone();
            cut(&query, &mut subset);
            let kept: Vec<&str> = subset.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(kept.join(" "), expected, "{text}");
            assert_eq!(subset["meta"]["tag"][0]["code"], "SUBSETTED", "{text}");
        }
    }
}
