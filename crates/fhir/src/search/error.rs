//! What is wrong with a query.

use std::fmt;

/// A parameter that cannot be searched by, and why. The message never repeats the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// What the asker can do about it.
    pub kind: QueryErrorKind,
    /// The parameter as it was written, with its modifier.
    pub parameter: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// What the asker can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryErrorKind {
    /// There is no such parameter. A lenient asker may have it ignored.
    Unknown,
    /// FHIR has it, Salus does not.
    NotSupported,
    /// The parameter, its modifier or its value breaks FHIR's rules.
    Invalid,
}

impl QueryError {
    pub(super) fn unknown(parameter: &str, message: String) -> Self {
        Self { kind: QueryErrorKind::Unknown, parameter: parameter.to_owned(), message }
    }

    pub(super) fn not_supported(parameter: &str, message: impl Into<String>) -> Self {
        Self { kind: QueryErrorKind::NotSupported, parameter: parameter.to_owned(), message: message.into() }
    }

    pub(super) fn invalid(parameter: &str, message: impl Into<String>) -> Self {
        Self { kind: QueryErrorKind::Invalid, parameter: parameter.to_owned(), message: message.into() }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the search parameter `{}`: {}", self.parameter, self.message)
    }
}

impl std::error::Error for QueryError {}
