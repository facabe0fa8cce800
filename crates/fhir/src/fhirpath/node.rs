//! A part of a resource: its JSON, the extensions beside a primitive, and its type as far as it is known.

use super::item::{System, TypeInfo};
use super::moment::Moment;
use super::quantity::{CalendarUnit, Quantity, QuantityUnit, parse_decimal};
use super::types;
use crate::defs::TypeDef;
use rust_decimal::Decimal;
use serde_json::Value;

/// An element, a resource or an object of unknown type.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    value: Option<&'a Value>,
    /// For a primitive: the object with its `id` and `extension`, from the member with an underscore.
    beside: Option<&'a Value>,
    def: Option<&'static TypeDef>,
}

impl<'a> Node<'a> {
    /// A resource, its type told by `resourceType`; anything else has no known type.
    pub fn new(value: &'a Value) -> Self {
        Self { value: Some(value), beside: None, def: types::of_resource(value) }
    }

    /// An element of the type named, as `HumanName`, `code` or `Patient.contact`.
    pub fn typed(value: &'a Value, type_name: &str) -> Self {
        Self { value: Some(value), beside: None, def: types::named(type_name) }
    }

    /// The element as it stands in the resource; `None` for a primitive that has extensions only.
    pub fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// The definition of its type.
    pub(super) fn def(&self) -> Option<&'static TypeDef> {
        self.def
    }

    /// Whether the two are the same place in the same resource.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        let same = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same(self.value, other.value) && same(self.beside, other.beside)
    }

    /// The children of one name, in order. A choice goes by its name without the type: `value`.
    pub fn children_named(&self, name: &str, out: &mut Vec<Node<'a>>) {
        if let Some(Value::Object(members)) = self.value {
            let Some((key, def)) = types::member(self.def, members, name) else { return };
            push_all(members.get(key.as_ref()), members.get(&format!("_{key}")), def, out);
        } else if let Some(Value::Object(members)) = self.beside {
            let def = types::named("Element").and_then(|element| types::field(element, name));
            push_all(members.get(name), None, def, out);
        }
    }

    /// All children, in the order of the resource.
    pub fn children(&self, out: &mut Vec<Node<'a>>) {
        if let Some(Value::Object(members)) = self.value {
            for (key, value) in members {
                if key == "resourceType" {
                    continue;
                }
                let (name, value, beside) = match key.strip_prefix('_') {
                    None => (key.as_str(), Some(value), members.get(&format!("_{key}"))),
                    // Seen with the member it stands beside, if there is one.
                    Some(name) if members.contains_key(name) => continue,
                    Some(name) => (name, None, Some(value)),
                };
                push_all(value, beside, self.def.and_then(|def| types::field(def, name)), out);
            }
        }
        if let Some(Value::Object(members)) = self.beside {
            for (key, value) in members {
                let def = types::named("Element").and_then(|element| types::field(element, key));
                push_all(Some(value), None, def, out);
            }
        }
    }

    /// Whether the type is known and has no element of that name.
    pub(super) fn lacks_element(&self, name: &str) -> bool {
        self.def.is_some_and(|def| !types::has_element(def, name))
    }

    /// The value as the System type it converts to.
    pub(super) fn system(&self) -> Option<System<'a>> {
        let name = self.def.map(|def| def.name);
        match self.value? {
            Value::Bool(value) => Some(System::Boolean(*value)),
            Value::String(text) => Some(text_system(text, name)),
            Value::Number(number) => number_system(number, name),
            Value::Object(members) if types::is_quantity(self.def) => quantity_system(members),
            _ => None,
        }
    }

    /// The type's name; a JSON value of unknown type has the System type it would convert to.
    pub(super) fn type_info(&self) -> TypeInfo<'a> {
        match (self.def, self.system()) {
            (Some(def), _) => TypeInfo { namespace: "FHIR", name: types::type_name(def).into() },
            (None, Some(value)) => TypeInfo { namespace: "System", name: value.type_name().into() },
            (None, None) => TypeInfo { namespace: "FHIR", name: "Element".into() },
        }
    }
}

/// A member's value or values, each with what stands beside it.
fn push_all<'a>(
    value: Option<&'a Value>,
    beside: Option<&'a Value>,
    def: Option<&'static TypeDef>,
    out: &mut Vec<Node<'a>>,
) {
    let length = |value: Option<&Value>| match value {
        Some(Value::Array(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    };
    let at = |value: Option<&'a Value>, index: usize| match value {
        Some(Value::Array(items)) => items.get(index),
        single if index == 0 => single,
        _ => None,
    };
    for index in 0..length(value).max(length(beside)) {
        let present = |value: Option<&'a Value>| value.filter(|value| !value.is_null());
        let (value, beside) = (present(at(value, index)), present(at(beside, index)));
        if value.is_some() || beside.is_some() {
            let def = value.and_then(types::of_resource).or(def);
            out.push(Node { value, beside, def });
        }
    }
}

fn text_system<'a>(text: &'a str, type_name: Option<&str>) -> System<'a> {
    let moment = match type_name {
        Some("date") => Moment::parse_date(text),
        Some("dateTime" | "instant") => Moment::parse_date_time(text),
        Some("time") => Moment::parse_time(text),
        _ => None,
    };
    moment.map_or(System::String(text.into()), System::Moment)
}

fn number_system<'a>(number: &serde_json::Number, type_name: Option<&str>) -> Option<System<'a>> {
    let text = number.as_str();
    match number.as_i64() {
        Some(whole) if type_name != Some("decimal") => Some(System::Integer(whole)),
        _ => parse_decimal(text).or_else(|| Decimal::from_scientific(text).ok()).map(System::Decimal),
    }
}

/// FHIR §2.1.9.1.5: the UCUM units of time become the calendar's.
fn quantity_system<'a>(members: &'a serde_json::Map<String, Value>) -> Option<System<'a>> {
    let Some(Value::Number(number)) = members.get("value") else { return None };
    let value = number_system(number, Some("decimal"))?.decimal()?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let unit = match (text("code"), text("system")) {
        (Some(code), Some(super::UCUM)) => match CalendarUnit::from_code(code) {
            Some(unit) => QuantityUnit::Calendar(unit),
            None => QuantityUnit::Ucum(code.into()),
        },
        (code, _) => QuantityUnit::Ucum(code.or(text("unit")).unwrap_or("1").into()),
    };
    Some(System::Quantity(Quantity { value, unit }))
}
