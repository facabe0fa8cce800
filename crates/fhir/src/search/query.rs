//! What a search asks for.

use crate::defs::SearchParam;
use crate::temporal::TimeRange;
use std::fmt;

/// A search of one resource type. Made by [`Query::parse`]; [`Query::to_pairs`] writes it back.
#[derive(Clone, PartialEq)]
pub struct Query {
    /// The type that is searched.
    pub resource_type: String,
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// The first decides, the next breaks its ties.
    pub sort: Vec<Sort>,
    /// How many matches a page should have.
    pub count: Option<u32>,
    /// Whether the number of all matches is wanted.
    pub total: TotalMode,
    /// How much of each resource is wanted.
    pub summary: Summary,
    /// The elements wanted; all of them where empty.
    pub elements: Vec<String>,
    /// What the matches refer to and should come along.
    pub includes: Vec<Include>,
    /// What refers to the matches and should come along.
    pub revincludes: Vec<Include>,
}

/// One condition: the resource has one of the values.
#[derive(Clone)]
pub struct Filter {
    /// What is looked at.
    pub param: &'static SearchParam,
    /// How it is looked at.
    pub modifier: Option<Modifier>,
    /// One of these is enough. Empty with [`Modifier::Missing`] only.
    pub values: Vec<FilterValue>,
}

/// How the values of a parameter are compared, where not as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// The string as it is, case and accents too.
    Exact,
    /// The string anywhere inside.
    Contains,
    /// None of the values, or nothing at all.
    Not,
    /// Whether there is no value.
    Missing(bool),
    /// Identifiers by type and value.
    OfType,
    /// URLs above the given one.
    Above,
    /// URLs below the given one.
    Below,
    /// References to this type only.
    Type(String),
    /// References by their identifier.
    Identifier,
    /// The words that stand beside a code.
    Text,
}

/// How an ordered value is compared: the resource's value is … the given one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Prefix {
    /// inside
    #[default]
    Eq,
    /// not inside
    Ne,
    /// reaching above
    Gt,
    /// reaching below
    Lt,
    /// inside or reaching above
    Ge,
    /// inside or reaching below
    Le,
    /// starting after
    Sa,
    /// ending before
    Eb,
    /// about
    Ap,
}

/// One value that is looked for.
#[derive(Clone, PartialEq)]
pub enum FilterValue {
    /// A code or an identifier, also with [`Modifier::Identifier`].
    Token {
        /// `None`: any system or none; `Some("")`: it has none.
        system: Option<String>,
        /// `None`: any code of the system.
        code: Option<String>,
    },
    /// A string as it was written; also with [`Modifier::Text`].
    Text(String),
    /// A date.
    Date {
        /// How it is compared.
        prefix: Prefix,
        /// As wide as the text was exact.
        range: TimeRange,
    },
    /// A number.
    Number {
        /// How it is compared.
        prefix: Prefix,
        /// The number.
        value: f64,
        /// Where the values that round to it begin.
        lo: f64,
        /// Where they end (exclusive).
        hi: f64,
    },
    /// An amount.
    Quantity {
        /// How it is compared.
        prefix: Prefix,
        /// The number.
        value: f64,
        /// Where the values that round to it begin.
        lo: f64,
        /// Where they end (exclusive).
        hi: f64,
        /// The system of the unit; `None`: any.
        system: Option<String>,
        /// With a system its code; without one, the code or the unit people read. `None`: any.
        code: Option<String>,
    },
    /// A reference: by type and id, by id alone where the parameter has several target types, or by URL.
    Reference {
        /// The type. Also set where the parameter can only refer to one type.
        type_name: Option<String>,
        /// The id.
        id: Option<String>,
        /// A URL, where there is no id.
        url: Option<String>,
    },
    /// A URI.
    Uri(String),
    /// An identifier of a type: [`Modifier::OfType`].
    OfType {
        /// System of the type.
        system: String,
        /// Code of the type.
        code: String,
        /// Value of the identifier.
        value: String,
    },
    /// One value for each component.
    Composite(Vec<FilterValue>),
}

/// What matches are ordered by.
#[derive(Clone)]
pub struct Sort {
    /// The parameter whose values decide.
    pub param: &'static SearchParam,
    /// Largest first.
    pub descending: bool,
}

/// Whether the number of all matches is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TotalMode {
    /// No.
    #[default]
    None,
    /// About.
    Estimate,
    /// Exactly.
    Accurate,
}

/// How much of each resource is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Summary {
    /// All of it.
    #[default]
    False,
    /// The elements the definitions mark as summary.
    True,
    /// The narrative, and what must be there.
    Text,
    /// All but the narrative.
    Data,
    /// Only how many there are.
    Count,
}

/// What should come along with the matches.
#[derive(Clone)]
pub struct Include {
    /// The type that holds the reference; `None` (written `*`) for any.
    pub source: Option<String>,
    /// The reference followed; `None` (written `*`) for all of them.
    pub param: Option<&'static SearchParam>,
    /// Only references to this type.
    pub target: Option<String>,
    /// Also from what was itself included.
    pub iterate: bool,
}

impl Query {
    /// Everything of a type.
    pub fn all(resource_type: &str) -> Query {
        Query {
            resource_type: resource_type.to_owned(),
            filters: Vec::new(),
            sort: Vec::new(),
            count: None,
            total: TotalMode::None,
            summary: Summary::False,
            elements: Vec::new(),
            includes: Vec::new(),
            revincludes: Vec::new(),
        }
    }
}

impl Prefix {
    /// All of them.
    pub const ALL: [Prefix; 9] = [
        Prefix::Eq,
        Prefix::Ne,
        Prefix::Gt,
        Prefix::Lt,
        Prefix::Ge,
        Prefix::Le,
        Prefix::Sa,
        Prefix::Eb,
        Prefix::Ap,
    ];

    /// The two letters in front of a value.
    pub fn as_str(self) -> &'static str {
        match self {
            Prefix::Eq => "eq",
            Prefix::Ne => "ne",
            Prefix::Gt => "gt",
            Prefix::Lt => "lt",
            Prefix::Ge => "ge",
            Prefix::Le => "le",
            Prefix::Sa => "sa",
            Prefix::Eb => "eb",
            Prefix::Ap => "ap",
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Filter) -> bool {
        same(self.param, other.param) && self.modifier == other.modifier && self.values == other.values
    }
}

impl PartialEq for Sort {
    fn eq(&self, other: &Sort) -> bool {
        same(self.param, other.param) && self.descending == other.descending
    }
}

impl PartialEq for Include {
    fn eq(&self, other: &Include) -> bool {
        self.source == other.source
            && self.target == other.target
            && self.iterate == other.iterate
            && match (self.param, other.param) {
                (Some(one), Some(two)) => same(one, two),
                (None, None) => true,
                _ => false,
            }
    }
}

fn same(one: &SearchParam, two: &SearchParam) -> bool {
    one.resource_type == two.resource_type && one.code == two.code
}

/// Shows the type and the parameters, never the values: they are somebody's health.
impl fmt::Debug for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Query")
            .field("type", &self.resource_type)
            .field("filters", &self.filters)
            .finish()
    }
}

/// Shows the parameter and how many values it has.
impl fmt::Debug for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.param.code)?;
        if let Some(modifier) = &self.modifier {
            write!(formatter, ":{modifier:?}")?;
        }
        write!(formatter, " ({} values)", self.values.len())
    }
}
