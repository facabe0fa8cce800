//! A policy's right to do one thing, as a filter over the resources of one type.

use crate::elements::Elements;
use crate::policy::{AccessPolicy, Action, Denial};
use crate::rule::{Rule, Scope, is_public};
use salus_fhir::json::Value;
use std::collections::BTreeSet;

/// To which resources of one type something may be done. Made by [`AccessPolicy::filter`].
#[derive(Clone)]
pub struct RowFilter<'a> {
    action: Action,
    /// What the rules give, then what each bound that narrows it gives: a resource has to be given by all of them.
    parts: Vec<Given<'a>>,
    denials: Vec<&'a Denial>,
    hides: bool,
}

/// What a list of rules gives of one type.
#[derive(Clone)]
pub enum Given<'a> {
    /// None.
    Nothing,
    /// All, whole.
    Everything,
    /// Those that at least one of the rules gives.
    AnyOf(Vec<&'a Rule>),
}

impl<'a> RowFilter<'a> {
    /// The filter that admits everything and hides nothing.
    pub fn everything() -> Self {
        Self { action: Action::Read, parts: Vec::new(), denials: Vec::new(), hides: false }
    }

    /// The filter that admits nothing.
    pub fn nothing() -> Self {
        Self { parts: vec![Given::Nothing], ..Self::everything() }
    }

    pub(crate) fn of(policy: &'a AccessPolicy, action: Action, type_name: &str) -> Self {
        if !is_public(type_name) {
            return Self::nothing();
        }
        let lists = std::iter::once(&policy.rules).chain(&policy.bounds);
        let mut parts = Vec::with_capacity(1 + policy.bounds.len());
        for list in lists {
            match Given::of(list, action, type_name) {
                Given::Nothing => return Self::nothing(),
                Given::Everything => {}
                part @ Given::AnyOf(_) => parts.push(part),
            }
        }
        let denials =
            policy.denials.iter().filter(|denial| denial.rule.concerns(action, type_name)).collect();
        let hides = parts.iter().flat_map(Given::rules).any(|rule| !rule.hidden.is_empty());
        Self { action, parts, denials, hides }
    }

    /// What the rules give, and what each bound gives, as far as it narrows anything.
    pub fn parts(&self) -> &[Given<'a>] {
        &self.parts
    }

    /// Whether nothing is admitted.
    pub fn is_nothing(&self) -> bool {
        matches!(self.parts.as_slice(), [Given::Nothing])
    }

    /// Whether scopes alone say what is admitted, whole: no condition, no denial, nothing hidden.
    pub fn is_plain(&self) -> bool {
        self.denials.is_empty()
            && !self.hides
            && self.parts.iter().flat_map(Given::rules).all(Rule::is_unconditional)
    }

    /// Whether something may be taken from what the rules give.
    pub fn denies(&self) -> bool {
        !self.denials.is_empty()
    }

    /// Whether every denial is about single patients' resources.
    pub fn denies_by_patient(&self) -> bool {
        self.denials.iter().all(|denial| matches!(denial.rule.scope, Scope::Patients(_)))
    }

    /// The patients out of whose compartments alone something may be taken; `None` where a denial is about others' too.
    pub fn denied_patients(&self) -> Option<BTreeSet<&'a str>> {
        let mut ids = BTreeSet::new();
        for denial in &self.denials {
            let Scope::Patients(patients) = &denial.rule.scope else { return None };
            ids.extend(patients.iter().map(String::as_str));
        }
        Some(ids)
    }

    /// Whether elements of some resources may be hidden.
    pub fn hides(&self) -> bool {
        self.hides
    }

    /// Every element that may be hidden in one resource or another.
    pub fn hidden_somewhere(&self) -> Elements {
        self.parts.iter().flat_map(Given::rules).fold(Elements::default(), |all, rule| all.or(&rule.hidden))
    }

    /// Whether a resource, of the type this filter was made for, is admitted.
    pub fn admits(&self, resource: &Value) -> bool {
        if self.parts.is_empty() && self.denials.is_empty() {
            return true;
        }
        let patients = salus_fhir::compartment::patients(resource);
        self.parts.iter().all(|part| part.gives(self.action, resource, &patients))
            && !self.is_denied(resource, &patients)
    }

    /// What of a resource, of the type this filter was made for, is hidden; `None` where all of it is.
    ///
    /// An element is shown if a rule that gives the resource shows it, and every bound does.
    pub fn hidden(&self, resource: &Value) -> Option<Elements> {
        if !self.hides {
            return self.admits(resource).then(Elements::default);
        }
        self.together(resource, |rule| rule.hidden.clone())
    }

    /// What of it may not be changed: hidden, or for looking at only.
    pub(crate) fn fixed(&self, resource: &Value) -> Option<Elements> {
        self.together(resource, |rule| rule.hidden.clone().or(&rule.read_only))
    }

    /// Of what each rule that gives the resource holds back, that which all rules of a part hold back.
    fn together(&self, resource: &Value, held_back: impl Fn(&Rule) -> Elements) -> Option<Elements> {
        let patients = salus_fhir::compartment::patients(resource);
        if self.is_denied(resource, &patients) {
            return None;
        }
        let mut all = Elements::default();
        for part in &self.parts {
            let giving = part.rules().filter(|rule| rule.gives(self.action, resource, &patients));
            let held = giving.map(&held_back).reduce(|one, two| one.and(&two));
            all = all.or(&held?);
        }
        Some(all)
    }

    fn is_denied(&self, resource: &Value, patients: &[String]) -> bool {
        let frees = |rule: &Rule| {
            let type_name = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
            rule.concerns(self.action, type_name) && rule.frees(resource, patients)
        };
        self.denials
            .iter()
            .any(|denial| denial.rule.takes(resource, patients) && !denial.exceptions.iter().any(frees))
    }
}

impl<'a> Given<'a> {
    fn of(list: &'a [Rule], action: Action, type_name: &str) -> Self {
        let rules: Vec<&Rule> = list.iter().filter(|rule| rule.concerns(action, type_name)).collect();
        let is_all = |rule: &&Rule| {
            rule.scope == Scope::Everyone
                && rule.is_unconditional()
                && rule.hidden.is_empty()
                && rule.read_only.is_empty()
        };
        if rules.is_empty() {
            return Self::Nothing;
        }
        if rules.iter().any(is_all) { Self::Everything } else { Self::AnyOf(rules) }
    }

    /// The rules, where they are what says it.
    pub fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        let rules = match self {
            Self::AnyOf(rules) => rules.as_slice(),
            Self::Nothing | Self::Everything => &[],
        };
        rules.iter().copied()
    }

    fn gives(&self, action: Action, resource: &Value, patients: &[String]) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::AnyOf(rules) => rules.iter().any(|rule| rule.gives(action, resource, patients)),
        }
    }
}
