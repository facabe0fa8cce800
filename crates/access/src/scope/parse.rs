//! Reading scopes.

use super::{Grant, Level, ResourceScope, Scopes, SmartScope, UnknownScope};
use crate::policy::Action;
use salus_fhir::defs::{is_internal, is_resource_type};
use salus_fhir::search::Query;
use std::collections::BTreeSet;

/// The letters of version 2, in the order in which they have to stand.
const LETTERS: [(char, Action); 5] = [
    ('c', Action::Create),
    ('r', Action::Read),
    ('u', Action::Update),
    ('d', Action::Delete),
    ('s', Action::Search),
];

/// The words of version 1.
const WORDS: [(&str, &[Action]); 3] = [
    ("read", &[Action::Read, Action::Search]),
    ("write", &[Action::Create, Action::Update, Action::Delete]),
    ("*", &Action::ALL),
];

/// Scopes that are not about resources.
const PLAIN: [(&str, Grant); 9] = [
    ("launch", Grant::Launch),
    ("launch/patient", Grant::LaunchPatient),
    ("launch/encounter", Grant::LaunchEncounter),
    ("openid", Grant::OpenId),
    ("fhirUser", Grant::FhirUser),
    ("profile", Grant::Profile),
    ("email", Grant::Email),
    ("offline_access", Grant::OfflineAccess),
    ("online_access", Grant::OnlineAccess),
];

impl Scopes {
    /// Reads scopes separated by spaces.
    pub fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for text in text.split(' ').filter(|text| !text.is_empty()) {
            match SmartScope::parse(text) {
                Ok(scope) if !scopes.known.contains(&scope) => scopes.known.push(scope),
                Err(unknown) if !scopes.unknown.contains(&unknown) => scopes.unknown.push(unknown),
                Ok(_) | Err(_) => {}
            }
        }
        scopes
    }
}

impl SmartScope {
    /// Reads one scope.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        let plain = PLAIN.iter().find(|(known, _)| *known == text).map(|(_, grant)| grant.clone());
        let grant = match plain {
            Some(grant) => Ok(grant),
            None => resources(text).map(Grant::Resources),
        };
        let unknown = |reason| UnknownScope { text: text.to_owned(), reason };
        grant.map(|grant| Self { text: text.to_owned(), grant }).map_err(unknown)
    }
}

/// `level/Type.cruds?search`; otherwise what is wrong with it.
fn resources(text: &str) -> Result<ResourceScope, String> {
    let Some((level, rest)) = text.split_once('/') else {
        return Err("is not known; a scope for resources looks like `patient/Observation.rs`".to_owned());
    };
    let Some(level) = Level::ALL.into_iter().find(|known| known.code() == level) else {
        return Err("does not begin with `patient/`, `user/` or `system/`".to_owned());
    };
    let (rest, search) = match rest.split_once('?') {
        Some((rest, search)) => (rest, Some(search)),
        None => (rest, None),
    };
    let Some((type_name, rights)) = rest.split_once('.') else {
        return Err("does not say what may be done, such as `.rs` for reading and searching".to_owned());
    };
    let type_name = match type_name {
        "*" => None,
        name if is_resource_type(name) && !is_internal(name) => Some(name.to_owned()),
        _ => return Err("names no FHIR resource type".to_owned()),
    };
    let Some(actions) = actions(rights) else {
        return Err("does not say what may be done by letters out of `cruds`, in this order".to_owned());
    };
    let criteria = match (search, &type_name) {
        (None, _) => None,
        (Some(_), None) => return Err("narrows all types by a search; name one type".to_owned()),
        (Some(search), Some(type_name)) => Some(criteria(type_name, search)?),
    };
    Ok(ResourceScope { level, type_name, actions, criteria })
}

fn actions(text: &str) -> Option<BTreeSet<Action>> {
    if let Some((_, actions)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(actions.iter().copied().collect());
    }
    let mut letters = LETTERS.iter();
    let mut actions = BTreeSet::new();
    for letter in text.chars() {
        // Each letter is looked for behind the one before it, so that none comes twice or too late.
        let (_, action) = letters.find(|(known, _)| *known == letter)?;
        actions.insert(*action);
    }
    (!actions.is_empty()).then_some(actions)
}

/// A search that filters and does nothing else.
fn criteria(type_name: &str, search: &str) -> Result<Query, String> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(search.as_bytes()).into_owned().collect();
    let query = Query::parse(type_name, &pairs).map_err(|error| format!("cannot be searched by: {error}"))?;
    let filters = query.filters.clone();
    if filters.is_empty() || (Query { filters, ..Query::all(type_name) }) != query {
        return Err("has something behind its question mark that does not filter".to_owned());
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is understood, then what is not, in one line.
    fn read(text: &str) -> String {
        let scopes = Scopes::parse(text);
        let known = scopes.known.iter().map(|scope| match &scope.grant {
            Grant::Resources(resources) => {
                let letter = |action: &Action| LETTERS.iter().find(|(_, known)| known == action).unwrap().0;
                let mut letters: Vec<char> = resources.actions.iter().map(letter).collect();
                letters.sort_by_key(|letter| LETTERS.iter().position(|(known, _)| known == letter));
                let type_name = resources.type_name.as_deref().unwrap_or("*");
                let filters = resources.criteria.as_ref().map_or(0, |query| query.filters.len());
                let letters: String = letters.into_iter().collect();
                format!("{}/{type_name}.{letters}+{filters}", resources.level.code())
            }
            _ => scope.to_string(),
        });
        let unknown = scopes.unknown.iter().map(|scope| format!("!{}", scope.text));
        known.chain(unknown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scopes_are_read_strictly_and_the_rest_is_told() {
        let category = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
        let encoded = "http%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fobservation-category%7Claboratory";
        for (text, expect) in [
            ("patient/Observation.rs", "patient/Observation.rs+0"),
            (&format!("patient/Observation.rs?category={category}"), "patient/Observation.rs+1"),
            (&format!("patient/Observation.rs?category={encoded}"), "patient/Observation.rs+1"),
            ("user/*.cruds system/Patient.r", "user/*.cruds+0 system/Patient.r+0"),
            ("patient/*.read patient/Condition.write", "patient/*.rs+0 patient/Condition.cud+0"),
            ("user/*.*", "user/*.cruds+0"),
            ("launch launch/patient openid fhirUser", "launch launch/patient openid fhirUser"),
            ("profile email offline_access online_access", "profile email offline_access online_access"),
            ("openid  openid ", "openid"),
            ("", ""),
            ("patient/Observation.sr", "!patient/Observation.sr"),
            ("patient/Observation.rr", "!patient/Observation.rr"),
            ("patient/Observation.", "!patient/Observation."),
            ("patient/Observation", "!patient/Observation"),
            ("patient/Observation.Read", "!patient/Observation.Read"),
            ("patient/UserAccount.rs", "!patient/UserAccount.rs"),
            ("patient/Spaceship.rs", "!patient/Spaceship.rs"),
            ("staff/Observation.rs", "!staff/Observation.rs"),
            ("patient/*.rs?_security=R", "!patient/*.rs?_security=R"),
            ("patient/Observation.rs?shoe=5", "!patient/Observation.rs?shoe=5"),
            ("patient/Observation.rs?_sort=date", "!patient/Observation.rs?_sort=date"),
            ("patient/Observation.rs?code=1&_include=*", "!patient/Observation.rs?code=1&_include=*"),
            ("patient/Observation.rs?", "!patient/Observation.rs?"),
            ("root openid", "openid !root"),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }

    #[test]
    fn scopes_are_written_as_they_came_and_narrowed_by_broader_ones() {
        let allowed = Scopes::parse("patient/*.rs openid user/Observation.cruds");
        for (asked, expect) in [
            ("openid patient/Condition.r patient/*.read", "openid patient/Condition.r patient/*.read"),
            ("patient/Condition.c offline_access", ""),
            ("user/Observation.rs?code=1-8 user/Condition.r", "user/Observation.rs?code=1-8"),
        ] {
            assert_eq!(Scopes::parse(asked).within(&allowed).to_string(), expect, "{asked}");
        }
        assert!(allowed.needs_patient() && !Scopes::parse("user/*.rs openid").needs_patient());
    }
}
