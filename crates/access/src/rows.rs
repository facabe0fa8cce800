//! A policy's right to read, as a filter over the rows of one resource type.

use crate::policy::{Action, Scope};
use salus_fhir::json::Value;
use salus_fhir::search::{self, Query};

/// Which resources of one type may be read. Made by [`crate::AccessPolicy::rows`].
#[derive(Clone)]
pub enum RowFilter {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// Those that at least one of the rules admits.
    AnyOf(Vec<RowRule>),
}

/// One way for a resource to be admitted: it is in scope and meets the criteria.
#[derive(Clone)]
pub struct RowRule {
    /// Whose resources.
    pub scope: Scope,
    /// What they have to match; `None` asks for nothing.
    pub criteria: Option<Query>,
}

impl RowFilter {
    /// The filter that admits what any of the rules admits, in its plainest form.
    pub fn any_of(rules: Vec<RowRule>) -> Self {
        if rules.is_empty() {
            return Self::Nothing;
        }
        if rules.iter().any(|rule| rule.scope == Scope::Everyone && rule.criteria.is_none()) {
            return Self::Everything;
        }
        Self::AnyOf(rules)
    }

    /// Whether a resource, of the type this filter was made for, may be read.
    pub fn admits(&self, resource: &Value) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::AnyOf(rules) => {
                let patients = salus_fhir::compartment::patients(resource);
                rules.iter().any(|rule| rule.admits(resource, &patients))
            }
        }
    }
}

impl RowRule {
    fn admits(&self, resource: &Value, patients: &[String]) -> bool {
        self.scope.covers(Action::Read, patients)
            && self.criteria.as_ref().is_none_or(|query| search::matches(query, resource))
    }
}
