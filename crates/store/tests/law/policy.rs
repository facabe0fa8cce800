//! Random policies.

use super::world::PATIENTS;
use proptest::prelude::*;
use salus_access::{AccessPolicy, Action, Rule, Scope, TypeSet};
use salus_fhir::search::Query;

/// A rule as plain values, which a failing case can print.
#[derive(Debug, Clone)]
pub struct RuleSketch {
    types: Option<Vec<&'static str>>,
    /// `None` is everyone; no patient at all is shared.
    patients: Option<Vec<&'static str>>,
    criteria: Option<(&'static str, &'static str, &'static str)>,
    reads: bool,
}

pub fn any_rules() -> impl Strategy<Value = Vec<RuleSketch>> {
    let types = vec!["Patient", "Observation", "Condition", "Practitioner", "Encounter", "UserAccount"];
    let rule = (
        prop::option::weighted(0.4, prop::sample::subsequence(types, 1..=3)),
        prop::option::weighted(0.9, prop::sample::subsequence(PATIENTS.to_vec(), 0..=2)),
        prop::option::weighted(0.3, prop::sample::select(CRITERIA.to_vec())),
        prop::bool::weighted(0.9),
    );
    let rule =
        rule.prop_map(|(types, patients, criteria, reads)| RuleSketch { types, patients, criteria, reads });
    prop::collection::vec(rule, 0..4)
}

const CRITERIA: [(&str, &str, &str); 6] = [
    ("Observation", "status", "final"),
    ("Observation", "code:not", "8480-6"),
    ("Observation", "date", "ge2020-03"),
    ("Observation", "performer:missing", "true"),
    ("Condition", "code", "http://loinc.org|4548-4"),
    ("Patient", "active", "true"),
];

pub fn policy(rules: &[RuleSketch]) -> AccessPolicy {
    AccessPolicy::of(rules.iter().map(RuleSketch::rule).collect())
}

impl RuleSketch {
    fn rule(&self) -> Rule {
        let owned = |names: &Vec<&str>| names.iter().map(|&name| name.to_owned()).collect();
        let actions = if self.reads { vec![Action::Read, Action::Search] } else { vec![Action::Create] };
        let criteria = self.criteria.map(|(type_name, name, value)| {
            Query::parse(type_name, &[(name.to_owned(), value.to_owned())]).unwrap()
        });
        let scope = match &self.patients {
            None => Scope::Everyone,
            Some(ids) if ids.is_empty() => Scope::Shared,
            Some(ids) => Scope::Patients(ids.iter().map(|&id| id.to_owned()).collect()),
        };
        let types = self.types.as_ref().map_or(TypeSet::All, |names| TypeSet::Only(owned(names)));
        Rule { criteria, ..Rule::new(types, actions, scope) }
    }
}
