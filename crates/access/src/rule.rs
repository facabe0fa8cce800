//! One rule: which actions, to which resources, and how much of them is seen.

use crate::about::About;
use crate::elements::Elements;
use crate::policy::Action;
use salus_fhir::json::Value;
use salus_fhir::search::{self, Query};
use std::collections::BTreeSet;

/// Rights to the resources that are of one of the types, lie in the scope and meet the conditions.
#[derive(Clone, PartialEq)]
pub struct Rule {
    /// The resource types meant.
    pub types: TypeSet,
    /// What may be done.
    pub actions: BTreeSet<Action>,
    /// Whose resources.
    pub scope: Scope,
    /// A search the resource has to match. It narrows the rule to the search's own resource type.
    pub criteria: Option<Query>,
    /// What the resource has to be about, whatever its type: all of it.
    pub about: Vec<About>,
    /// Elements that this rule does not show.
    pub hidden: Elements,
    /// Elements that this rule lets nobody change.
    pub read_only: Elements,
}

/// A set of FHIR resource types. Internal types are in no set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeSet {
    /// Every type that is not internal.
    All,
    /// These, as far as they are not internal.
    Only(BTreeSet<String>),
}

/// Whose resources a rule is about.
#[derive(Clone, PartialEq, Eq)]
pub enum Scope {
    /// Anybody's and nobody's.
    Everyone,
    /// Those in the compartment of one of these patients (by id).
    Patients(BTreeSet<String>),
    /// Those in no patient's compartment: practitioners, organizations, locations and the like.
    Shared,
}

impl Rule {
    /// A rule without conditions that hides nothing.
    pub fn new(types: TypeSet, actions: impl IntoIterator<Item = Action>, scope: Scope) -> Self {
        Self {
            types,
            actions: actions.into_iter().collect(),
            scope,
            criteria: None,
            about: Vec::new(),
            hidden: Elements::default(),
            read_only: Elements::default(),
        }
    }

    /// The same rule for resources that match the search.
    #[must_use]
    pub fn meeting(self, criteria: Query) -> Self {
        Self { criteria: Some(criteria), ..self }
    }

    /// The same rule for resources about all of this.
    #[must_use]
    pub fn about(self, about: Vec<About>) -> Self {
        Self { about, ..self }
    }

    /// The same rule, not showing these elements.
    #[must_use]
    pub fn hiding(self, hidden: Elements) -> Self {
        Self { hidden, ..self }
    }

    /// The same rule, keeping these elements as they are.
    #[must_use]
    pub fn protecting(self, read_only: Elements) -> Self {
        Self { read_only, ..self }
    }

    /// Whether the rule is about `action` and a type that is not internal.
    pub(crate) fn concerns(&self, action: Action, type_name: &str) -> bool {
        self.actions.contains(&action)
            && self.types.lists(type_name)
            && self.criteria.as_ref().is_none_or(|query| query.resource_type == type_name)
    }

    /// Whether everything in its scope meets the rule.
    pub fn is_unconditional(&self) -> bool {
        self.criteria.is_none() && self.about.is_empty()
    }

    /// Whether the rule gives `action` to a resource of a type it concerns, in the compartments of `patients`.
    pub(crate) fn gives(&self, action: Action, resource: &Value, patients: &[String]) -> bool {
        self.scope.covers(action, patients) && self.is_met(resource) && self.is_surely_about(resource)
    }

    /// Whether a denial by this rule takes hold of such a resource: a doubt counts as yes.
    pub(crate) fn takes(&self, resource: &Value, patients: &[String]) -> bool {
        let is_about = || self.about.iter().all(|about| about.possibly(resource));
        self.scope.touches(patients) && self.is_met(resource) && is_about()
    }

    /// Whether an exception by this rule frees such a resource from a denial: a doubt counts as no.
    pub(crate) fn frees(&self, resource: &Value, patients: &[String]) -> bool {
        self.scope.touches(patients) && self.is_met(resource) && self.is_surely_about(resource)
    }

    fn is_surely_about(&self, resource: &Value) -> bool {
        self.about.iter().all(|about| about.surely(resource))
    }

    fn is_met(&self, resource: &Value) -> bool {
        self.criteria.as_ref().is_none_or(|query| search::matches(query, resource))
    }
}

impl TypeSet {
    /// The set of these types.
    pub fn only(names: &[&str]) -> Self {
        Self::Only(names.iter().map(|&name| name.to_owned()).collect())
    }

    /// Whether the type is in the set. Never true of an internal or unknown type.
    pub fn contains(&self, type_name: &str) -> bool {
        self.lists(type_name) && is_public(type_name)
    }

    fn lists(&self, type_name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(type_name),
        }
    }
}

/// Whether it is a resource type, and none of Salus' own.
pub(crate) fn is_public(type_name: &str) -> bool {
    salus_fhir::defs::is_resource_type(type_name) && !salus_fhir::defs::is_internal(type_name)
}

impl Scope {
    /// What lies in this patient's compartment.
    pub fn patient(id: impl Into<String>) -> Self {
        Self::Patients(BTreeSet::from([id.into()]))
    }

    /// Whether a resource that lies in the compartments of `patients` is in scope.
    ///
    /// Looking needs one of its patients; anything else needs all of them, so that nobody writes into the
    /// record of a stranger by naming, say, their own child as the performer of the stranger's observation.
    pub fn covers(&self, action: Action, patients: &[String]) -> bool {
        match self {
            Self::Patients(own) if !action.is_looking() => {
                !patients.is_empty() && patients.iter().all(|id| own.contains(id))
            }
            _ => self.touches(patients),
        }
    }

    /// Whether one of the patients is enough for a resource to be in scope.
    fn touches(&self, patients: &[String]) -> bool {
        match self {
            Self::Everyone => true,
            Self::Shared => patients.is_empty(),
            Self::Patients(own) => patients.iter().any(|id| own.contains(id)),
        }
    }
}
