//! A policy as somebody writes it down: the internal resource `AccessPolicy`, read strictly when it is written.
//!
//! ```json
//! {"resourceType": "AccessPolicy", "name": "Study nurse", "entry": [
//!   {"resourceType": "Observation", "criteria": "Observation?category=vital-signs",
//!    "interaction": ["read", "search"], "scope": "compartment"},
//!   {"resourceType": "Patient", "interaction": ["read", "search", "update"], "scope": "compartment",
//!    "hidden": ["Patient.telecom", "Patient.address.line"], "readOnly": ["Patient.identifier"]},
//!   {"resourceType": "Consent", "interaction": ["read", "search"], "scope": "compartment", "effect": "deny"}]}
//! ```
//!
//! An entry names a type (or `*`), what may be done to it, whose resources are meant (`everyone`'s, what is `shared` by
//! all, or the `compartment`s of the patients the policy is given for), and whether it allows or denies. Whatever Salus
//! does not know is an error that names the place, so that a policy is refused at write and never half understood at
//! read.

use crate::elements::{ElementPath, Elements};
use crate::policy::{AccessPolicy, Action, Denial};
use crate::rule::{Rule, Scope, TypeSet};
use salus_fhir::defs::{is_internal, is_resource_type};
use salus_fhir::json::{Map, Value};
use salus_fhir::search::Query;
use salus_fhir::{Issue, IssueCode};
use std::collections::BTreeSet;

/// The name of the internal resource type.
pub const ACCESS_POLICY: &str = "AccessPolicy";

/// A policy as it was written down, understood in all its parts.
#[derive(Clone, PartialEq)]
pub struct StoredPolicy {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq)]
struct Entry {
    denies: bool,
    whose: Whose,
    /// Its scope is filled in by [`StoredPolicy::instantiate`].
    rule: Rule,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Everyone,
    Shared,
    Compartment,
}

/// The words for what may be done.
const INTERACTIONS: [(&str, Action); 5] = [
    ("read", Action::Read),
    ("search", Action::Search),
    ("create", Action::Create),
    ("update", Action::Update),
    ("delete", Action::Delete),
];

const SCOPES: [(&str, Whose); 3] =
    [("everyone", Whose::Everyone), ("shared", Whose::Shared), ("compartment", Whose::Compartment)];

const EFFECTS: [(&str, bool); 2] = [("allow", false), ("deny", true)];

impl StoredPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// One issue for each thing that is wrong, with its place.
    pub fn parse(resource: &Value) -> Result<Self, Vec<Issue>> {
        let mut reader = Reader::default();
        let policy = reader.policy(resource);
        match policy {
            Some(policy) if reader.issues.is_empty() => Ok(policy),
            _ => Err(reader.issues),
        }
    }

    /// The policy for these patients (by id). An entry about compartments says nothing where there are none.
    pub fn instantiate(&self, patients: &BTreeSet<String>) -> AccessPolicy {
        let mut policy = AccessPolicy::default();
        for entry in &self.entries {
            let scope = match entry.whose {
                Whose::Everyone => Scope::Everyone,
                Whose::Shared => Scope::Shared,
                Whose::Compartment if patients.is_empty() => continue,
                Whose::Compartment => Scope::Patients(patients.clone()),
            };
            let rule = Rule { scope, ..entry.rule.clone() };
            match entry.denies {
                true => policy.denials.push(Denial { rule, exceptions: Vec::new() }),
                false => policy.rules.push(rule),
            }
        }
        policy
    }
}

#[derive(Default)]
struct Reader {
    issues: Vec<Issue>,
}

impl Reader {
    fn policy(&mut self, resource: &Value) -> Option<StoredPolicy> {
        let Some(object) = resource.as_object() else {
            return self.wrong(ACCESS_POLICY, "an access policy is a JSON object");
        };
        if object.get("resourceType").and_then(Value::as_str) != Some(ACCESS_POLICY) {
            self.wrong::<()>(ACCESS_POLICY, "this is no AccessPolicy");
        }
        self.known(object, ACCESS_POLICY, &["resourceType", "id", "meta", "name", "description", "entry"]);
        let name = self.text(object, "name", ACCESS_POLICY);
        let description =
            object.contains_key("description").then(|| self.text(object, "description", ACCESS_POLICY));
        let entries = match object.get("entry").and_then(Value::as_array) {
            Some(entries) if !entries.is_empty() => entries.as_slice(),
            _ => return self.wrong("AccessPolicy.entry", "a policy has at least one entry"),
        };
        let entries = entries.iter().enumerate();
        let entries: Vec<Option<Entry>> =
            entries.map(|(at, entry)| self.entry(entry, &format!("AccessPolicy.entry[{at}]"))).collect();
        Some(StoredPolicy {
            name: name?,
            description: description.flatten(),
            entries: entries.into_iter().collect::<Option<_>>()?,
        })
    }

    fn entry(&mut self, entry: &Value, place: &str) -> Option<Entry> {
        let Some(object) = entry.as_object() else { return self.wrong(place, "an entry is a JSON object") };
        let members = ["resourceType", "criteria", "interaction", "hidden", "readOnly", "effect", "scope"];
        self.known(object, place, &members);
        let type_name = self.text(object, "resourceType", place);
        let types = type_name.as_deref().and_then(|name| self.types(name, place));
        let criteria = self.criteria(object, type_name.as_deref(), place);
        let actions = self.actions(object, place);
        let hidden = self.elements(object, "hidden", type_name.as_deref(), place);
        let read_only = self.elements(object, "readOnly", type_name.as_deref(), place);
        let denies = match object.get("effect") {
            None => Some(false),
            Some(value) => self.word(value, &EFFECTS, &format!("{place}.effect")),
        };
        let scope = object.get("scope").unwrap_or(&Value::Null);
        let whose = self.word(scope, &SCOPES, &format!("{place}.scope"));
        let (hidden, read_only) = (hidden?, read_only?);
        if denies == Some(true) && !(hidden.is_empty() && read_only.is_empty()) {
            return self
                .wrong(place, "an entry that denies takes whole resources; it hides and keeps no elements");
        }
        let rule = Rule::new(types?, actions?, Scope::Shared).hiding(hidden).protecting(read_only);
        Some(Entry { denies: denies?, whose: whose?, rule: Rule { criteria: criteria?, ..rule } })
    }

    fn types(&mut self, name: &str, place: &str) -> Option<TypeSet> {
        match name {
            "*" => Some(TypeSet::All),
            name if is_resource_type(name) && !is_internal(name) => Some(TypeSet::only(&[name])),
            _ => self.wrong(&format!("{place}.resourceType"), "this is neither a FHIR resource type nor `*`"),
        }
    }

    /// `Type?parameter=value`, with the entry's own type.
    fn criteria(
        &mut self,
        object: &Map<String, Value>,
        type_name: Option<&str>,
        place: &str,
    ) -> Option<Option<Query>> {
        let Some(value) = object.get("criteria") else { return Some(None) };
        let place = format!("{place}.criteria");
        let Some((of, search)) = value.as_str().and_then(|text| text.split_once('?')) else {
            return self.wrong(&place, "criteria look like `Observation?category=laboratory`");
        };
        if Some(of) != type_name {
            return self.wrong(&place, "criteria begin with the entry's own resource type");
        }
        let pairs: Vec<_> = form_urlencoded::parse(search.as_bytes()).into_owned().collect();
        match Query::parse(of, &pairs) {
            Err(error) => self.wrong(&place, &error.to_string()),
            Ok(query) if query.filters.is_empty() => self.wrong(&place, "these criteria ask for nothing"),
            Ok(query) if query != (Query { filters: query.filters.clone(), ..Query::all(of) }) => {
                self.wrong(&place, "criteria only filter; they do not sort, page or include")
            }
            Ok(query) => Some(Some(query)),
        }
    }

    fn actions(&mut self, object: &Map<String, Value>, place: &str) -> Option<BTreeSet<Action>> {
        let place = format!("{place}.interaction");
        let words = match object.get("interaction").and_then(Value::as_array) {
            Some(words) if !words.is_empty() => words,
            _ => return self.wrong(&place, "an entry says what may be done, in a list of at least one word"),
        };
        let words = words.iter().enumerate();
        let actions: Vec<Option<Action>> =
            words.map(|(at, word)| self.word(word, &INTERACTIONS, &format!("{place}[{at}]"))).collect();
        actions.into_iter().collect()
    }

    fn elements(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        type_name: Option<&str>,
        place: &str,
    ) -> Option<Elements> {
        let Some(value) = object.get(name) else { return Some(Elements::default()) };
        let Some(paths) = value.as_array() else {
            return self.wrong(&format!("{place}.{name}"), "elements are a list of paths");
        };
        let mut elements = Vec::new();
        for (at, path) in paths.iter().enumerate() {
            let place = format!("{place}.{name}[{at}]");
            match ElementPath::parse(path.as_str().unwrap_or_default()) {
                Err(error) => self.wrong::<()>(&place, &error.to_string()),
                Ok(path) if type_name.is_some_and(|own| own != "*" && own != path.type_name()) => {
                    self.wrong::<()>(&place, "the element is of another resource type than the entry")
                }
                Ok(path) => {
                    elements.push(path);
                    None
                }
            };
        }
        Some(elements.into_iter().collect())
    }

    fn word<T: Copy>(&mut self, value: &Value, words: &[(&str, T)], place: &str) -> Option<T> {
        let found = words.iter().find(|(word, _)| value.as_str() == Some(*word)).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong::<()>(place, &format!("this has to be one of {}", known.join(", ")));
        }
        found
    }

    fn text(&mut self, object: &Map<String, Value>, name: &str, place: &str) -> Option<String> {
        match object.get(name).and_then(Value::as_str).map(str::trim) {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => self.wrong(&format!("{place}.{name}"), "this has to be a text"),
        }
    }

    fn known(&mut self, object: &Map<String, Value>, place: &str, known: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            self.wrong::<()>(&format!("{place}.{name}"), "a policy has no such member");
        }
    }

    fn wrong<T>(&mut self, place: &str, what: &str) -> Option<T> {
        self.issues
            .push(Issue::error(IssueCode::Invalid, format!("The policy is not valid: {what}.")).at(place));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(entry: Value) -> Value {
        json!({"resourceType": "AccessPolicy", "id": "p", "name": "Study nurse", "entry": [entry]})
    }

    #[test]
    fn a_policy_gives_what_its_entries_say_for_the_patients_it_is_given_for() {
        let entries = json!([
            {"resourceType": "Observation", "criteria": "Observation?status=final",
             "interaction": ["read", "search"], "scope": "compartment"},
            {"resourceType": "Patient", "interaction": ["read", "update"], "scope": "compartment",
             "hidden": ["Patient.telecom"], "readOnly": ["Patient.identifier"]},
            {"resourceType": "*", "interaction": ["read"], "scope": "shared", "effect": "allow"},
            {"resourceType": "Organization", "interaction": ["read"], "scope": "everyone", "effect": "deny"},
        ]);
        let mut resource = policy(json!({}));
        resource["entry"] = entries;
        let stored = StoredPolicy::parse(&resource).unwrap_or_else(|issues| panic!("{issues:?}"));
        let policy = stored.instantiate(&BTreeSet::from(["ann".to_owned()]));
        let lab = |patient: &str, status: &str| {
            json!({"resourceType": "Observation", "status": status,
            "subject": {"reference": format!("Patient/{patient}")}})
        };
        let ann = json!({"resourceType": "Patient", "id": "ann"});
        for (action, resource, expect) in [
            (Action::Read, lab("ann", "final"), true),
            (Action::Search, lab("ann", "final"), true),
            (Action::Read, lab("ann", "amended"), false),
            (Action::Read, lab("bob", "final"), false),
            (Action::Update, ann.clone(), true),
            (Action::Delete, ann.clone(), false),
            (Action::Read, json!({"resourceType": "Practitioner"}), true),
            (Action::Read, json!({"resourceType": "Organization"}), false),
        ] {
            assert_eq!(policy.decide(action, &resource).is_allowed(), expect, "{action:?} {resource}");
        }
        let fixed = policy.fixed(Action::Update, &ann).unwrap();
        assert!(fixed == Elements::parse(["Patient.telecom", "Patient.identifier"]).unwrap());
        assert!(!stored.instantiate(&BTreeSet::new()).decide(Action::Read, &ann).is_allowed());
    }

    #[test]
    fn a_policy_that_is_not_understood_is_refused_at_the_place() {
        let good = || json!({"resourceType": "Observation", "interaction": ["read"], "scope": "everyone"});
        assert!(StoredPolicy::parse(&policy(good())).is_ok());
        for (member, value, place) in [
            ("resourceType", json!("Spaceship"), "resourceType"),
            ("resourceType", json!("UserAccount"), "resourceType"),
            ("interaction", json!(["read", "patch"]), "interaction[1]"),
            ("interaction", json!([]), "interaction"),
            ("interaction", json!("read"), "interaction"),
            ("scope", json!("mine"), "scope"),
            ("scope", Value::Null, "scope"),
            ("effect", json!("maybe"), "effect"),
            ("criteria", json!("status=final"), "criteria"),
            ("criteria", json!("Condition?code=x"), "criteria"),
            ("criteria", json!("Observation?shoe=5"), "criteria"),
            ("criteria", json!("Observation?"), "criteria"),
            ("criteria", json!("Observation?_sort=date"), "criteria"),
            ("hidden", json!(["Observation.valeu"]), "hidden[0]"),
            ("hidden", json!(["Patient.telecom"]), "hidden[0]"),
            ("readOnly", json!(["Observation.id"]), "readOnly[0]"),
            ("readOnly", json!("Observation.value"), "readOnly"),
            ("interactions", json!(["read"]), "interactions"),
        ] {
            let mut entry = good();
            entry[member] = value;
            let issues = StoredPolicy::parse(&policy(entry)).err().unwrap_or_default();
            let places: Vec<_> = issues.into_iter().filter_map(|issue| issue.expression).collect();
            assert!(places.contains(&format!("AccessPolicy.entry[0].{place}")), "{member}: {places:?}");
        }
        let mut hiding = good();
        (hiding["effect"], hiding["hidden"]) = (json!("deny"), json!(["Observation.value"]));
        for broken in [
            policy(hiding),
            json!({"resourceType": "AccessPolicy", "name": "x"}),
            json!([]),
            json!({"resourceType": "AccessPolicy", "name": " ", "entry": [good()]}),
        ] {
            assert!(StoredPolicy::parse(&broken).is_err(), "{broken}");
        }
    }
}
