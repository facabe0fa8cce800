//! What expressions need to know of FHIR's types.

use super::ast::{Namespace, TypeName};
use super::item::Item;
use crate::defs::{self, Kind, TypeDef};
use serde_json::{Map, Value};
use std::borrow::Cow;

const SYSTEM_TYPES: [&str; 8] =
    ["Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"];

/// A type by name.
pub(super) fn named(name: &str) -> Option<&'static TypeDef> {
    defs::type_def(name)
}

/// The type of a resource, by its `resourceType`.
pub(super) fn of_resource(value: &Value) -> Option<&'static TypeDef> {
    named(value.get("resourceType")?.as_str()?)
}

/// The type of a member by its JSON name, as `valueQuantity`.
pub(super) fn field(def: &'static TypeDef, json_name: &str) -> Option<&'static TypeDef> {
    def.field(json_name).and_then(|field| named(field.type_name))
}

/// Whether the type has an element of this name, a choice without its type.
pub(super) fn has_element(def: &'static TypeDef, name: &str) -> bool {
    def.element(name).is_some()
}

/// The JSON name and the type of the child `name`: for a choice the member that is there.
pub(super) fn member<'n>(
    def: Option<&'static TypeDef>,
    members: &Map<String, Value>,
    name: &'n str,
) -> Option<(Cow<'n, str>, Option<&'static TypeDef>)> {
    let Some(def) = def else { return Some(untyped_member(members, name)) };
    if let Some(field) = def.field(name) {
        // A choice goes by its name alone.
        return (!field.element.is_choice).then(|| (name.into(), named(field.type_name)));
    }
    members.keys().find_map(|key| {
        let key = key.strip_prefix('_').unwrap_or(key);
        let field = def.field(key).filter(|field| field.element.name == name)?;
        Some((key.to_owned().into(), named(field.type_name)))
    })
}

/// Without a definition: the member itself, or else one whose name goes on with the name of a type.
fn untyped_member<'n>(
    members: &Map<String, Value>,
    name: &'n str,
) -> (Cow<'n, str>, Option<&'static TypeDef>) {
    if !members.contains_key(name) {
        for key in members.keys() {
            let Some(suffix) =
                key.strip_prefix(name).filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
            else {
                continue;
            };
            let mut primitive = suffix.to_owned();
            primitive[..1].make_ascii_lowercase();
            if let Some(def) = named(suffix).or_else(|| named(&primitive)) {
                return (key.clone().into(), Some(def));
            }
        }
    }
    (name.into(), None)
}

/// The name `type()` tells: that of a backbone element is its kind, not its path.
pub(super) fn type_name(def: &'static TypeDef) -> &'static str {
    match (def.kind, def.base) {
        (Kind::Backbone, Some(base)) => base,
        _ => def.name,
    }
}

/// Quantity and the types made from it.
pub(super) fn is_quantity(def: Option<&'static TypeDef>) -> bool {
    def.is_some_and(|def| def.name == "Quantity" || defs::is_subtype(def.name, "Quantity"))
}

/// Whether a written type exists.
pub(super) fn exists(name: &TypeName) -> bool {
    let in_system = || SYSTEM_TYPES.contains(&name.name.as_str());
    let in_fhir = || named(&name.name).is_some();
    match name.namespace {
        // `System.Patient` is legal to ask for: nothing is one.
        Some(Namespace::System) => in_system() || in_fhir(),
        Some(Namespace::Fhir) => in_fhir(),
        None => in_system() || in_fhir(),
    }
}

/// `is`: the item has the type or one made from it.
pub(super) fn is(item: &Item<'_>, name: &TypeName) -> bool {
    has_type(item, name, |own, wanted| own.name == wanted || defs::is_subtype(own.name, wanted))
}

/// `as`, `ofType`: as [`is`], but a `code` is not taken for a `string`. So the test suite of R4 has it.
pub(super) fn is_exactly(item: &Item<'_>, name: &TypeName) -> bool {
    has_type(item, name, |own, wanted| {
        own.name == wanted || (own.kind != Kind::Primitive && defs::is_subtype(own.name, wanted))
    })
}

fn has_type(item: &Item<'_>, name: &TypeName, is_of: impl Fn(&'static TypeDef, &str) -> bool) -> bool {
    match item {
        Item::Node(node) => match node.def() {
            Some(def) => name.namespace != Some(Namespace::System) && is_of(def, &name.name),
            // Of unknown type: judged by the JSON, leniently.
            None => {
                let info = node.type_info();
                name.namespace != Some(Namespace::Fhir) && info.name.eq_ignore_ascii_case(&name.name)
            }
        },
        Item::System(value) => name.namespace != Some(Namespace::Fhir) && value.type_name() == name.name,
        Item::Type(_) => false,
    }
}

/// Whether the item is of the type that a path starts with, as `Patient` in `Patient.name`.
pub(super) fn is_named_start(item: &Item<'_>, name: &str) -> bool {
    match item {
        Item::Node(node) => {
            node.def().is_some_and(|def| def.name == name || defs::is_subtype(def.name, name))
        }
        _ => false,
    }
}
