//! The constraints that the definitions state in FHIRPath, asked at every element they hold for.

use super::place::{Place, Step};
use crate::defs::{Invariant, TypeDef, invariants, type_def};
use crate::fhirpath::{Environment, Error, Expression, Node};
use crate::json::Value;
use crate::outcome::{Issue, IssueCode, Severity};
use salus_core::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The invariants that a structurally valid resource breaks.
pub(super) fn check(resource: &Value, now: Timestamp) -> Vec<Issue> {
    let mut asker = Asker {
        place: Place::default(),
        issues: Vec::new(),
        root: resource,
        resource,
        now,
        is_exhausted: false,
    };
    if let Some(definition) = definition_of(resource) {
        asker.place.push(Step::Name(definition.name));
        asker.element(resource, definition);
    }
    asker.issues
}

struct Asker<'a> {
    place: Place<'a>,
    issues: Vec<Issue>,
    /// `%rootResource`.
    root: &'a Value,
    /// `%resource`.
    resource: &'a Value,
    now: Timestamp,
    /// A rule has used up its measure of work; the others are not asked.
    is_exhausted: bool,
}

impl<'a> Asker<'a> {
    /// Asks what holds for the type, then goes into its elements.
    fn element(&mut self, value: &'a Value, definition: &'static TypeDef) {
        let mut next = Some(definition);
        while let Some(current) = next {
            self.ask(current.name, value, definition);
            next = current.base.and_then(type_def);
        }
        let Value::Object(members) = value else { return };
        for (name, member) in members {
            let Some(field) = definition.field(name) else { continue };
            self.place.push(Step::Name(field.element.name));
            match member {
                Value::Array(items) => {
                    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                        self.place.push(Step::Index(index));
                        self.member(definition, field.element.name, item, field.type_name);
                        self.place.pop();
                    }
                }
                _ => self.member(definition, field.element.name, member, field.type_name),
            }
            self.place.pop();
        }
    }

    fn member(&mut self, parent: &TypeDef, name: &str, value: &'a Value, type_name: &str) {
        let outer = (self.root, self.resource);
        let is_resource = value.get("resourceType").is_some();
        let found = if is_resource { definition_of(value) } else { type_def(type_name) };
        let Some(definition) = found else { return };
        if is_resource {
            self.resource = value;
            self.root = if name == "contained" { self.root } else { value };
        }
        let path = format!("{}.{name}", parent.name);
        if path != definition.name {
            self.ask(&path, value, definition);
        }
        self.element(value, definition);
        (self.root, self.resource) = outer;
    }

    fn ask(&mut self, path: &str, value: &'a Value, definition: &TypeDef) {
        for invariant in invariants(path) {
            let Some(expression) = compiled(invariant).filter(|_| !self.is_exhausted) else { continue };
            let environment = Environment {
                resource: Some(self.resource),
                root: Some(self.root),
                ..Environment::at(self.now)
            };
            let node = Node::typed(value, definition.name);
            let issue = match expression.evaluate_bool_on(node, &environment) {
                Ok(true) => continue,
                // No answer is no proof that the rule is broken: FHIRPath's logic has three values.
                Ok(false)
                    if expression.evaluate_on(node, &environment).is_ok_and(|found| found.is_empty()) =>
                {
                    continue;
                }
                Ok(false) => broken(invariant),
                Err(error @ Error::TooCostly(_)) => {
                    self.is_exhausted = true;
                    unasked(
                        invariant,
                        IssueCode::TooCostly,
                        &format!("{error}; further rules are not checked"),
                    )
                }
                Err(error) => unasked(invariant, IssueCode::NotSupported, &error.to_string()),
            };
            self.issues.push(issue.at(self.place.to_string()));
        }
    }
}

fn broken(invariant: &Invariant) -> Issue {
    Issue {
        severity: if invariant.is_error { Severity::Error } else { Severity::Warning },
        code: IssueCode::Invariant,
        expression: None,
        diagnostics: format!("{} (rule {})", invariant.human.trim(), invariant.key),
    }
}

fn unasked(invariant: &Invariant, code: IssueCode, why: &str) -> Issue {
    let diagnostics = format!("The rule {} could not be checked: {why}.", invariant.key);
    Issue { severity: Severity::Information, code, expression: None, diagnostics }
}

fn definition_of(resource: &Value) -> Option<&'static TypeDef> {
    type_def(resource["resourceType"].as_str()?)
}

/// The parsed expression; each is parsed once.
fn compiled(invariant: &'static Invariant) -> Option<&'static Expression> {
    type Compiled = Mutex<HashMap<&'static str, Option<&'static Expression>>>;
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    let mut compiled = COMPILED.get_or_init(Default::default).lock().unwrap_or_else(PoisonError::into_inner);
    *compiled.entry(invariant.expression).or_insert_with(|| {
        Expression::parse(invariant.expression).ok().map(|expression| &*Box::leak(Box::new(expression)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_read_and_stands_where_it_is_asked() {
        let rows = include_str!("../tables/invariants.tsv").lines().filter(|line| !line.starts_with('#'));
        for row in rows {
            let columns: Vec<&str> = row.split('\t').collect();
            let (path, key, expression) = (columns[0], columns[1], columns[3]);
            assert!(
                Expression::parse(expression).is_ok(),
                "{key}: {:?}",
                Expression::parse(expression).err()
            );
            let is_element = |(parent, name): (&str, &str)| {
                type_def(parent).is_some_and(|parent| parent.element(name).is_some())
            };
            assert!(
                type_def(path).is_some() || path.rsplit_once('.').is_some_and(is_element),
                "{path} {key}"
            );
        }
    }
}
