//! What expressions are made of and yield: nodes of a resource, and values of the System types.

use super::moment::{Moment, MomentKind};
use super::node::Node;
use super::quantity::{Quantity, QuantityUnit};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::borrow::Cow;

/// An ordered list of items: what every expression yields.
pub type Collection<'a> = Vec<Item<'a>>;

/// One item of a collection.
#[derive(Clone)]
pub enum Item<'a> {
    /// A part of the resource.
    Node(Node<'a>),
    /// A computed or literal value.
    System(System<'a>),
    /// What `type()` yields.
    Type(TypeInfo<'a>),
}

/// A value of one of the System types.
#[derive(Clone)]
pub enum System<'a> {
    /// `true`
    Boolean(bool),
    /// `1`
    Integer(i64),
    /// `1.0`
    Decimal(Decimal),
    /// `'a'`
    String(Cow<'a, str>),
    /// `@2015`, `@2015T`, `@T10`
    Moment(Moment),
    /// `1 'mg'`
    Quantity(Quantity),
}

/// The name of a type.
#[derive(Clone)]
pub struct TypeInfo<'a> {
    /// `System` or `FHIR`
    pub namespace: &'static str,
    /// `Integer`, `Patient`, …
    pub name: Cow<'a, str>,
}

impl<'a> Item<'a> {
    /// A string.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::System(System::String(text.into()))
    }

    /// A whole number.
    pub(super) fn integer(number: i64) -> Self {
        Self::System(System::Integer(number))
    }

    /// The count of something.
    pub(super) fn count(number: usize) -> Self {
        Self::integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// The System value the item is, or, for a primitive element or a FHIR Quantity, converts to.
    pub fn system(&self) -> Option<System<'a>> {
        match self {
            Self::Node(node) => node.system(),
            Self::System(value) => Some(value.clone()),
            Self::Type(_) => None,
        }
    }

    /// As JSON: a part of the resource as it stands there, a quantity as a FHIR Quantity, a date as its text.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Node(node) => node.value().cloned().unwrap_or(Value::Null),
            Self::System(value) => value.to_json(),
            Self::Type(info) => json!({"namespace": info.namespace, "name": info.name}),
        }
    }

    /// The item's type, as `type()` tells it.
    pub fn type_info(&self) -> TypeInfo<'a> {
        match self {
            Self::Node(node) => node.type_info(),
            Self::System(value) => TypeInfo { namespace: "System", name: value.type_name().into() },
            Self::Type(_) => TypeInfo { namespace: "System", name: "Any".into() },
        }
    }
}

impl<'a> From<System<'a>> for Item<'a> {
    fn from(value: System<'a>) -> Self {
        Self::System(value)
    }
}

impl From<bool> for Item<'_> {
    fn from(value: bool) -> Self {
        Self::System(System::Boolean(value))
    }
}

impl<'a> System<'a> {
    /// The name of the type, without its namespace.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "Boolean",
            Self::Integer(_) => "Integer",
            Self::Decimal(_) => "Decimal",
            Self::String(_) => "String",
            Self::Moment(moment) => match moment.kind {
                MomentKind::Date => "Date",
                MomentKind::DateTime => "DateTime",
                MomentKind::Time => "Time",
            },
            Self::Quantity(_) => "Quantity",
        }
    }

    /// The same value, its text borrowed.
    pub(super) fn borrowed(&'a self) -> System<'a> {
        match self {
            Self::String(text) => System::String(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// A number, whole or not.
    pub(super) fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// A quantity, or a number as a quantity of 1.
    pub(super) fn quantity(&self) -> Option<Quantity> {
        match self {
            Self::Quantity(quantity) => Some(quantity.clone()),
            other => other.decimal().map(Quantity::of),
        }
    }

    /// As `toString()` writes it.
    pub(super) fn to_text(&self) -> Cow<'a, str> {
        match self {
            Self::Boolean(value) => value.to_string().into(),
            Self::Integer(value) => value.to_string().into(),
            Self::Decimal(value) => value.to_string().into(),
            Self::String(value) => value.clone(),
            Self::Moment(value) => value.to_string().into(),
            Self::Quantity(value) => value.to_string().into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Boolean(value) => json!(value),
            Self::Integer(value) => json!(value),
            Self::Decimal(value) => decimal_json(value),
            Self::Quantity(Quantity { value, unit }) => match unit {
                QuantityUnit::Ucum(code) => {
                    let (value, code) = (decimal_json(value), &**code);
                    json!({"value": value, "unit": code, "system": super::UCUM, "code": code})
                }
                QuantityUnit::Calendar(_) => {
                    json!({"value": decimal_json(value), "system": super::UCUM, "code": unit.code()})
                }
            },
            other => json!(other.to_text()),
        }
    }
}

/// The number with the digits it has.
fn decimal_json(value: &Decimal) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or(Value::Null)
}
