//! What a resource can be found by.

use crate::defs::SearchParam;
use crate::temporal::TimeRange;
use std::fmt;

/// One value a resource can be found by.
#[derive(Clone)]
pub struct IndexEntry {
    /// The parameter that finds it.
    pub param: &'static SearchParam,
    /// The value.
    pub value: IndexValue,
}

/// A value in the shape its kind of parameter compares.
#[derive(Clone, PartialEq)]
pub enum IndexValue {
    /// A code, an identifier, a flag. A CodeableConcept gives one for each coding, and one with `text` alone.
    Token {
        /// The code system; `None` where the element has none.
        system: Option<String>,
        /// The code, or the value of an identifier.
        code: Option<String>,
        /// What people read: display, or the text of the concept.
        text: Option<String>,
    },
    /// An identifier with the type it is of, for `:of-type` alone; its plain [`IndexValue::Token`] stands beside it.
    TypedIdentifier {
        /// System of the identifier's type.
        system: Option<String>,
        /// Code of the identifier's type.
        code: String,
        /// The identifier's value.
        value: String,
    },
    /// One string, or one part of a name or an address, as written. Compared after [`super::normalise`].
    Text(String),
    /// A time or a period; an open end reaches to `i64::MIN` or `i64::MAX`.
    Date(TimeRange),
    /// A number.
    Number {
        /// The number itself, by which it is compared.
        value: f64,
        /// Where the range of values that round to it as written begins.
        lo: f64,
        /// Where that range ends (exclusive).
        hi: f64,
    },
    /// An amount. A Range gives two: its low and its high end.
    Quantity {
        /// The amount, by which it is compared.
        value: f64,
        /// Where the range of values that round to it as written begins.
        lo: f64,
        /// Where that range ends (exclusive).
        hi: f64,
        /// The system of the coded unit.
        system: Option<String>,
        /// The coded unit, or a currency.
        code: Option<String>,
        /// The unit as people read it.
        unit: Option<String>,
    },
    /// A reference. Nothing is set for one that only has a display or points into the resource itself: it is
    /// found by `:missing=false` and nothing else.
    Reference {
        /// The type of a local reference, or the type that a reference by identifier states.
        type_name: Option<String>,
        /// The id of a local reference.
        id: Option<String>,
        /// Any other URL or URI, or a canonical one (once with and once without its version).
        url: Option<String>,
        /// System and value of `Reference.identifier`.
        identifier: Option<(Option<String>, String)>,
    },
    /// A URI, or a canonical one (once with and once without its version).
    Uri(String),
    /// One value of each component, all from the same element.
    Composite(Vec<IndexValue>),
}

impl IndexValue {
    fn kind(&self) -> &'static str {
        match self {
            IndexValue::Token { .. } => "Token",
            IndexValue::TypedIdentifier { .. } => "TypedIdentifier",
            IndexValue::Text(_) => "Text",
            IndexValue::Date(_) => "Date",
            IndexValue::Number { .. } => "Number",
            IndexValue::Quantity { .. } => "Quantity",
            IndexValue::Reference { .. } => "Reference",
            IndexValue::Uri(_) => "Uri",
            IndexValue::Composite(_) => "Composite",
        }
    }
}

/// Shows the kind, never the content: it is somebody's health.
impl fmt::Debug for IndexValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind())
    }
}

/// Shows the parameter and the kind of value, never the content.
impl fmt::Debug for IndexEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}: {:?}", self.param.resource_type, self.param.code, self.value)
    }
}
