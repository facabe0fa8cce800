//! What a record says of its people: names, numbers, telephones, addresses.

use crate::finding::Kind;
use crate::known::Known;
use salus_fhir::defs::{TypeDef, type_def};
use salus_fhir::json::Value;

/// Learns every name of the resource; numbers and addresses only of persons, not of each visit and order.
pub(super) fn learn(known: &mut Known, resource: &Value) {
    let Some(type_name) = resource.get("resourceType").and_then(Value::as_str) else { return };
    let is_person = matches!(type_name, "Patient" | "RelatedPerson" | "Person" | "Coverage");
    if let Some(definition) = type_def(type_name) {
        learn_in(known, resource, definition, is_person);
    }
}

fn learn_in(known: &mut Known, value: &Value, definition: &'static TypeDef, is_person: bool) {
    let Value::Object(object) = value else { return };
    for (name, member) in object {
        let Some(field) = definition.field(name) else { continue };
        let items = member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice);
        for item in items {
            match field.type_name {
                "HumanName" => learn_name(known, item),
                "ContactPoint" if is_person => learn_contact(known, item),
                "Identifier" if is_person => learn_text(known, Kind::Id, item.get("value")),
                "Address" if is_person => learn_address(known, item),
                "string" if definition.name == "Coverage" && name == "subscriberId" => {
                    learn_text(known, Kind::HealthPlan, Some(item));
                }
                "Resource" => learn(known, item),
                "Extension" => {}
                type_name if item.is_object() => {
                    if let Some(inner) = type_def(type_name) {
                        learn_in(known, item, inner, is_person);
                    }
                }
                _ => {}
            }
        }
    }
}

fn learn_name(known: &mut Known, name: &Value) {
    let parts = ["family", "text"].iter().filter_map(|part| name.get(part));
    let given = name.get("given").and_then(Value::as_array).into_iter().flatten();
    parts.chain(given).filter_map(Value::as_str).for_each(|part| known.name(part));
}

fn learn_contact(known: &mut Known, contact: &Value) {
    let kind = match contact.get("system").and_then(Value::as_str) {
        Some("email") => Kind::Email,
        Some("url") => Kind::Url,
        Some("fax") => Kind::Fax,
        _ => Kind::Phone,
    };
    learn_text(known, kind, contact.get("value"));
}

fn learn_address(known: &mut Known, address: &Value) {
    let lines = address.get("line").and_then(Value::as_array).into_iter().flatten();
    let parts = ["city", "district", "postalCode"].iter().filter_map(|part| address.get(part));
    lines.chain(parts).for_each(|part| learn_text(known, Kind::Location, Some(part)));
}

fn learn_text(known: &mut Known, kind: Kind, text: Option<&Value>) {
    if let Some(text) = text.and_then(Value::as_str) {
        known.identifier(kind, text);
    }
}
