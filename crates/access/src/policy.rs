//! The policy: rules that give, and the decision about one resource.

use crate::rows::{RowFilter, RowRule};
use salus_fhir::json::Value;
use salus_fhir::search::{self, Query};
use std::collections::BTreeSet;

/// What somebody wants to do to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See it, its history, and that it exists at all.
    Read,
    /// Bring it into being.
    Create,
    /// Replace it. Asked for the body that stands and for the body that comes.
    Update,
    /// Remove it.
    Delete,
}

/// The answer to [`AccessPolicy::decide`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A rule gives it.
    Allow,
    /// No rule gives it.
    Deny,
}

/// What somebody may do: the union of its rules. The empty policy denies everything.
#[derive(Clone, Default)]
pub struct AccessPolicy {
    /// Each rule adds rights; none takes any away.
    pub rules: Vec<Rule>,
}

/// Rights to the resources that are of one of the types, lie in the scope and meet the criteria.
#[derive(Clone)]
pub struct Rule {
    /// The resource types meant.
    pub types: TypeSet,
    /// What may be done.
    pub actions: BTreeSet<Action>,
    /// Whose resources.
    pub scope: Scope,
    /// A search the resource has to match. It narrows the rule to the search's own resource type.
    pub criteria: Option<Query>,
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

impl AccessPolicy {
    /// The policy that gives everything there is to give: every type but the internal ones.
    pub fn everything() -> Self {
        let actions = [Action::Read, Action::Create, Action::Update, Action::Delete].into();
        Self { rules: vec![Rule { types: TypeSet::All, actions, scope: Scope::Everyone, criteria: None }] }
    }

    /// May `action` be done to `resource`, as it stands here?
    ///
    /// An update needs the answer for both the standing and the coming body, or somebody could move a resource
    /// into, or out of, a record that is not theirs.
    pub fn decide(&self, action: Action, resource: &Value) -> Decision {
        let Some(type_name) = resource.get("resourceType").and_then(Value::as_str) else {
            return Decision::Deny;
        };
        let patients = salus_fhir::compartment::patients(resource);
        let given = self.rules.iter().any(|rule| {
            rule.actions.contains(&action)
                && rule.concerns(type_name)
                && rule.scope.covers(action, &patients)
                && rule.criteria.as_ref().is_none_or(|query| search::matches(query, resource))
        });
        if given { Decision::Allow } else { Decision::Deny }
    }

    /// Which resources of the type may be read, in the form the store puts into its queries.
    pub fn rows(&self, type_name: &str) -> RowFilter {
        let rules: Vec<RowRule> = self
            .rules
            .iter()
            .filter(|rule| rule.actions.contains(&Action::Read) && rule.concerns(type_name))
            .map(|rule| RowRule { scope: rule.scope.clone(), criteria: rule.criteria.clone() })
            .collect();
        RowFilter::any_of(rules)
    }

    /// Is there anything of the type that `action` could be done to?
    pub fn concerns(&self, action: Action, type_name: &str) -> bool {
        self.rules.iter().any(|rule| rule.actions.contains(&action) && rule.concerns(type_name))
    }
}

impl Decision {
    /// Whether it is [`Decision::Allow`].
    pub fn is_allowed(self) -> bool {
        self == Self::Allow
    }
}

impl Rule {
    fn concerns(&self, type_name: &str) -> bool {
        self.types.contains(type_name)
            && self.criteria.as_ref().is_none_or(|query| query.resource_type == type_name)
    }
}

impl TypeSet {
    /// Whether the type is in the set. Never true of an internal or unknown type.
    pub fn contains(&self, type_name: &str) -> bool {
        let listed = match self {
            Self::All => true,
            Self::Only(names) => names.contains(type_name),
        };
        listed && salus_fhir::defs::is_resource_type(type_name) && !salus_fhir::defs::is_internal(type_name)
    }
}

impl Scope {
    /// Whether a resource that lies in the compartments of `patients` is in scope.
    ///
    /// Reading needs one of its patients; anything else needs all of them, so that nobody writes into the
    /// record of a stranger by naming, say, their own child as the performer of the stranger's observation.
    pub fn covers(&self, action: Action, patients: &[String]) -> bool {
        match self {
            Self::Everyone => true,
            Self::Shared => patients.is_empty(),
            Self::Patients(own) if action == Action::Read => patients.iter().any(|id| own.contains(id)),
            Self::Patients(own) => !patients.is_empty() && patients.iter().all(|id| own.contains(id)),
        }
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
