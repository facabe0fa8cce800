//! What is asked of an object as a whole: its members exist, those it must have are there, and they go together.

use super::Walk;
use crate::defs::{ElementDef, TypeDef};
use crate::json::{Map, Value};
use crate::outcome::IssueCode;
use crate::validate::place::Step;
use std::collections::HashSet;

impl<'a> Walk<'a> {
    /// Two contained resources of one id could not be told apart.
    pub(super) fn contained_ids(&mut self, contained: &'a [Value]) {
        let mut ids = HashSet::new();
        for (index, resource) in contained.iter().enumerate() {
            if resource["id"].as_str().is_some_and(|id| !ids.insert(id)) {
                self.place.push(Step::Name("contained"));
                self.place.push(Step::Index(index));
                self.report(
                    IssueCode::Duplicate,
                    format!("Another contained resource has the id {}.", resource["id"]),
                );
                self.place.pop();
                self.place.pop();
            }
        }
    }

    pub(super) fn unknown(&mut self, definition: &'static TypeDef, name: &'a str) {
        let bare = name.strip_prefix('_').unwrap_or(name);
        let hint = if definition.element(bare).is_some_and(|element| element.is_choice) {
            let names: Vec<&str> =
                definition.names_of(bare).into_iter().map(|(name, _)| name).take(12).collect();
            format!(" Name its type: {}.", names.join(", "))
        } else if let Some(near) =
            definition.elements.iter().find(|element| element.name.eq_ignore_ascii_case(bare))
        {
            format!(" Did you mean '{}'?", near.name)
        } else {
            String::new()
        };
        self.place.push(Step::Name(name));
        self.report(IssueCode::Structure, format!("{} has no element '{name}'.{hint}", definition.name));
        self.place.pop();
    }

    /// What must be there is there, and of a choice only one.
    pub(super) fn presence(&mut self, definition: &'static TypeDef, members: &'a Map<String, Value>) {
        for element in definition.elements.iter().filter(|element| element.min > 0 || element.is_choice) {
            let found = if element.is_choice {
                let names = members.keys().map(|name| name.strip_prefix('_').unwrap_or(name));
                let mut types: Vec<&str> = names
                    .filter(|name| name.starts_with(element.name))
                    .filter_map(|name| {
                        definition.field(name).filter(|field| field.element.name == element.name)
                    })
                    .map(|field| field.type_name)
                    .collect();
                types.sort_unstable();
                types.dedup();
                types
            } else {
                let is_there =
                    members.contains_key(element.name) || members.contains_key(&["_", element.name].concat());
                Vec::from_iter(is_there.then_some(element.name))
            };
            if found.is_empty() && element.min > 0 {
                self.missing(definition, element);
            }
            if found.len() > 1 {
                self.place.push(Step::Name(element.name));
                let types = found.join(" and ");
                self.report(
                    IssueCode::Structure,
                    format!("Only one value is allowed here, not both {types}."),
                );
                self.place.pop();
            }
        }
    }

    fn missing(&mut self, definition: &'static TypeDef, element: &'static ElementDef) {
        self.place.push(Step::Name(element.name));
        let name = if element.is_choice { format!("{}[x]", element.name) } else { element.name.to_owned() };
        self.report(
            IssueCode::Required,
            format!("{} must have the element '{name}', but it is missing.", definition.name),
        );
        self.place.pop();
    }

    /// An extension has either a value or extensions of its own, and its url says what it is.
    pub(super) fn extension(&mut self, members: &'a Map<String, Value>) {
        let is_value = |name: &String| name.strip_prefix('_').unwrap_or(name).starts_with("value");
        match (members.keys().any(is_value), members.contains_key("extension")) {
            (true, true) => self.report(
                IssueCode::Extension,
                "An extension has either a value or extensions of its own, not both.",
            ),
            (false, false) => {
                self.report(IssueCode::Extension, "An extension must have a value or extensions of its own.");
            }
            _ => {}
        }
        let url = members.get("url").and_then(Value::as_str).unwrap_or(":");
        if !url.contains(':') && !self.place.is_nested_extension() {
            self.report(IssueCode::Extension, format!("The url '{url}' of an extension must be absolute."));
        }
    }

    /// A system that is no absolute URI cannot be known to anybody else.
    pub(super) fn system(&mut self, members: &'a Map<String, Value>) {
        if let Some(system) = members.get("system").and_then(Value::as_str)
            && !system.contains(':')
        {
            self.place.push(Step::Name("system"));
            self.report(
                IssueCode::Invalid,
                format!("The system '{system}' must be an absolute URI, such as http://loinc.org or urn:oid:1.2.3."),
            );
            self.place.pop();
        }
    }
}
