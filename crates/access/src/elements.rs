//! Elements of resources, by their FHIR paths: what a rule hides, and what it keeps from being changed.

use salus_fhir::defs::{Kind, is_internal, is_resource_type, type_def};
use std::collections::BTreeSet;
use std::fmt;

/// An element of a resource type, with all that is in it: `Patient.telecom`, `Patient.address.line`,
/// `Observation.value` (whatever type the value has).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementPath {
    type_name: String,
    steps: Vec<String>,
}

/// A set of elements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elements(BTreeSet<ElementPath>);

/// Why a text names no element that could be hidden or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchElement {
    /// It does not begin with a resource type.
    #[error("`{0}` does not begin with a resource type; write a path such as `Patient.address.line`")]
    Type(String),
    /// It is a type and nothing more.
    #[error("`{0}` names a whole type; leave the type out of the policy instead")]
    WholeType(String),
    /// One of its steps leads nowhere.
    #[error("`{0}` has no element `{1}`")]
    Step(String, String),
    /// Without it a resource is nothing.
    #[error("`{0}` is what a resource is known by, and cannot be hidden or kept")]
    Needed(String),
}

impl ElementPath {
    /// Reads a path by the definitions of its type.
    pub fn parse(text: &str) -> Result<Self, NoSuchElement> {
        let mut words = text.split('.');
        let type_name = words.next().unwrap_or_default();
        if !is_resource_type(type_name) || is_internal(type_name) {
            return Err(NoSuchElement::Type(text.to_owned()));
        }
        let mut definition = type_def(type_name);
        let (mut steps, mut place) = (Vec::new(), type_name.to_owned());
        for word in words {
            let word = word.strip_suffix("[x]").unwrap_or(word);
            let element = definition.and_then(|definition| definition.element(word));
            let Some(element) = element else {
                return Err(NoSuchElement::Step(place, word.to_owned()));
            };
            place = format!("{place}.{word}");
            steps.push(word.to_owned());
            definition = match element.types.as_slice() {
                [only] => type_def(only).filter(|inner| inner.kind != Kind::Primitive),
                _ => None,
            };
        }
        match steps.first().map(String::as_str) {
            None => Err(NoSuchElement::WholeType(text.to_owned())),
            Some("id" | "meta") => Err(NoSuchElement::Needed(text.to_owned())),
            Some(_) => Ok(Self { type_name: type_name.to_owned(), steps }),
        }
    }

    /// The resource type.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The names of the elements that lead to it, from the resource inwards.
    pub fn steps(&self) -> &[String] {
        &self.steps
    }

    /// Whether `other` is this element or inside of it.
    fn holds(&self, other: &Self) -> bool {
        self.type_name == other.type_name && other.steps.starts_with(&self.steps)
    }
}

impl fmt::Display for ElementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.type_name, self.steps.join("."))
    }
}

impl Elements {
    /// Reads a list of paths.
    pub fn parse<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<Self, NoSuchElement> {
        paths.into_iter().map(ElementPath::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of one resource type.
    pub fn of<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a ElementPath> {
        self.0.iter().filter(move |path| path.type_name == type_name)
    }

    /// Whether an element at the root of a type, or something in it, is one of them.
    pub fn touch(&self, type_name: &str, element: &str) -> bool {
        self.of(type_name).any(|path| path.steps.first().is_some_and(|step| step == element))
    }

    /// What is in either set.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// What is in both sets: of an element in the one and its part in the other, the part.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let inside = |one: &Self, other: &Self| -> Vec<ElementPath> {
            one.0.iter().filter(|path| other.0.iter().any(|outer| outer.holds(path))).cloned().collect()
        };
        Self(inside(self, other).into_iter().chain(inside(other, self)).collect())
    }

    /// What is in this set and not, as a whole, in the other.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let is_left = |path: &&ElementPath| !other.0.iter().any(|outer| outer.holds(path));
        Self(self.0.iter().filter(is_left).cloned().collect())
    }
}

impl FromIterator<ElementPath> for Elements {
    fn from_iter<T: IntoIterator<Item = ElementPath>>(paths: T) -> Self {
        Self(paths.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> Elements {
        Elements::parse(paths.iter().copied()).unwrap()
    }

    #[test]
    fn paths_follow_the_definitions() {
        for path in ["Patient.telecom", "Patient.contact.name.family", "Observation.value", "Patient.photo"] {
            assert_eq!(ElementPath::parse(path).unwrap().to_string(), path);
        }
        assert_eq!(ElementPath::parse("Observation.value[x]").unwrap().to_string(), "Observation.value");
        for (path, part) in [
            ("", "begin with a resource type"),
            ("telecom", "begin with a resource type"),
            ("UserAccount.email", "begin with a resource type"),
            ("HumanName.family", "begin with a resource type"),
            ("Patient", "whole type"),
            ("Patient.shoeSize", "`Patient` has no element `shoeSize`"),
            ("Patient.name.nick", "`Patient.name` has no element `nick`"),
            ("Patient.birthDate.year", "`Patient.birthDate` has no element `year`"),
            ("Observation.value.unit", "`Observation.value` has no element `unit`"),
            ("Patient.id", "known by"),
            ("Patient.meta.security", "known by"),
        ] {
            let error = ElementPath::parse(path).unwrap_err().to_string();
            assert!(error.contains(part), "{path}: {error}");
        }
    }

    #[test]
    fn sets_know_what_is_inside_of_what() {
        let (address, line) = (set(&["Patient.address"]), set(&["Patient.address.line", "Patient.telecom"]));
        assert!(address.and(&line) == set(&["Patient.address.line"]));
        assert!(line.and(&address) == set(&["Patient.address.line"]));
        assert!(address.and(&set(&["Patient.telecom"])).is_empty());
        assert!(line.less(&address) == set(&["Patient.telecom"]));
        assert!(address.less(&line) == address);
        assert!(line.touch("Patient", "address") && !line.touch("Patient", "name"));
        assert!(!line.touch("Person", "address"));
    }
}
