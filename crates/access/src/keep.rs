//! A write by somebody who does not see, or may not change, all of a resource.

use crate::elements::{ElementPath, Elements};
use crate::redact::subsetted;
use salus_fhir::defs::{TypeDef, type_def};
use salus_fhir::json::{Map, Value};
use salus_fhir::{Issue, IssueCode};

/// Makes of the body that somebody sends the one that is stored.
///
/// What is `hidden` from them is kept as it `stands`: the body must not have it, whatever it says, so that nobody finds
/// out by trying. Where it stands inside a list, the list is kept if it comes as they see it, and refused otherwise:
/// items without names cannot be matched. What is `fixed` must come as it stands; of a resource that is new, not at
/// all. The mark `SUBSETTED` of what they were shown is taken off.
///
/// # Errors
/// One issue for each element that may not be sent so.
pub fn keep_hidden(
    stands: Option<&Value>,
    coming: &mut Value,
    hidden: &Elements,
    fixed: &Elements,
) -> Result<(), Vec<Issue>> {
    let type_name = coming.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(definition) = type_def(&type_name) else { return Ok(()) };
    let mut issues = Vec::new();
    let nothing = Value::Object(Map::new());
    let before = stands.unwrap_or(&nothing);
    let mut seen = before.clone();
    if hidden.strip(&mut seen) {
        take_mark_off(coming);
    }
    let came = coming.clone();
    if let (Some(before), Some(seen), Some(came), Some(coming)) =
        (before.as_object(), seen.as_object(), came.as_object(), coming.as_object_mut())
    {
        for path in hidden.of(&type_name) {
            let places = Places { before, seen, came };
            if let Err(text) = merge(places, coming, definition, path.steps()) {
                issues.push(refused(path, text));
            }
        }
        if seen.get("contained") != before.get("contained") {
            match seen.get("contained") == came.get("contained") {
                true => copy(before, coming, "contained"),
                false => issues.push(
                    Issue::error(IssueCode::Forbidden, CHANGED_LIST).at(format!("{type_name}.contained")),
                ),
            }
        }
    }
    for path in fixed.less(hidden).of(&type_name) {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        values(before, definition, path.steps(), &mut old);
        values(coming, definition, path.steps(), &mut new);
        if old != new {
            issues.push(refused(path, READ_ONLY));
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

const HIDDEN: &str = "This element is hidden from you and cannot be written; leave it out.";
const CHANGED_LIST: &str =
    "Parts of this list are hidden from you, so it can only be sent back as it was shown to you.";
const DROPPED: &str = "Parts of this element are hidden from you, so it cannot be left out.";
const READ_ONLY: &str = "This element is not yours to change; send it as it stands.";

fn refused(path: &ElementPath, text: &str) -> Issue {
    Issue::error(IssueCode::Forbidden, text).at(path.to_string())
}

/// An object as it stands, as it is shown, and as it came.
#[derive(Clone, Copy)]
struct Places<'a> {
    before: &'a Map<String, Value>,
    seen: &'a Map<String, Value>,
    came: &'a Map<String, Value>,
}

/// Puts into `coming` what the steps lead to in what stands.
fn merge(
    places: Places<'_>,
    coming: &mut Map<String, Value>,
    definition: &'static TypeDef,
    steps: &[String],
) -> Result<(), &'static str> {
    let Some((name, rest)) = steps.split_first() else { return Ok(()) };
    for (json_name, type_name) in definition.names_of(name) {
        if rest.is_empty() {
            for member in [json_name.to_owned(), format!("_{json_name}")] {
                if places.came.contains_key(&member) {
                    return Err(HIDDEN);
                }
                copy(places.before, coming, &member);
            }
            continue;
        }
        let Some(inner) = type_def(type_name) else { continue };
        let (before, seen) = (places.before.get(json_name), places.seen.get(json_name));
        match (before, places.came.get(json_name), coming.get_mut(json_name)) {
            (Some(Value::Object(before)), Some(Value::Object(came)), Some(Value::Object(coming))) => {
                let empty = Map::new();
                let seen = seen.and_then(Value::as_object).unwrap_or(&empty);
                merge(Places { before, seen, came }, coming, inner, rest)?;
            }
            (None, Some(came), _) => {
                let mut found = Vec::new();
                deep(came, inner, rest, &mut found);
                if !found.is_empty() {
                    return Err(HIDDEN);
                }
            }
            (Some(_), came, _) if seen == came => copy(places.before, coming, json_name),
            (Some(_), Some(_), _) => return Err(CHANGED_LIST),
            (Some(_), None, _) => return Err(DROPPED),
            (None, None, _) => {}
        }
    }
    Ok(())
}

fn copy(from: &Map<String, Value>, to: &mut Map<String, Value>, member: &str) {
    if let Some(value) = from.get(member) {
        to.insert(member.to_owned(), value.clone());
    }
}

/// What the steps lead to, in order.
fn values<'a>(value: &'a Value, definition: &'static TypeDef, steps: &[String], found: &mut Vec<&'a Value>) {
    let (Some(object), Some((name, rest))) = (value.as_object(), steps.split_first()) else { return };
    for (json_name, type_name) in definition.names_of(name) {
        let own = object.get(json_name);
        match (rest.is_empty(), type_def(type_name)) {
            (true, _) => found.extend(own.into_iter().chain(object.get(&format!("_{json_name}")))),
            (false, Some(inner)) => own.into_iter().for_each(|own| deep(own, inner, rest, found)),
            (false, None) => {}
        }
    }
}

fn deep<'a>(value: &'a Value, definition: &'static TypeDef, steps: &[String], found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| values(item, definition, steps, found)),
        value => values(value, definition, steps, found),
    }
}

fn take_mark_off(resource: &mut Value) {
    let Some(Value::Object(meta)) = resource.get_mut("meta") else { return };
    let Some(Value::Array(tags)) = meta.get_mut("tag") else { return };
    tags.retain(|tag| *tag != subsetted());
    if tags.is_empty() {
        meta.shift_remove("tag");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(paths: &[&str]) -> Elements {
        Elements::parse(paths.iter().copied()).unwrap()
    }

    fn standing() -> Value {
        json!({"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01",
            "telecom": [{"value": "0815"}],
            "address": [{"line": ["Main St"], "city": "Ulm"}],
            "maritalStatus": {"text": "m", "coding": [{"code": "M"}]}})
    }

    /// What a change to what was shown comes to: what is stored then, or the places that are refused.
    #[track_caller]
    fn check(hidden: &[&str], fixed: &[&str], change: impl Fn(&mut Value), expect: Result<Value, Vec<&str>>) {
        let (hidden, fixed) = (set(hidden), set(fixed));
        let mut coming = standing();
        hidden.redact(&mut coming);
        change(&mut coming);
        let kept = keep_hidden(Some(&standing()), &mut coming, &hidden, &fixed);
        let places = kept.map_err(|issues| issues.into_iter().filter_map(|issue| issue.expression).collect());
        let expect = expect.map_err(|places| places.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(places.map(|()| coming), expect);
    }

    fn with(change: impl Fn(&mut Value)) -> Result<Value, Vec<&'static str>> {
        let mut value = standing();
        change(&mut value);
        value.as_object_mut().unwrap().entry("meta").or_insert(json!({}));
        Ok(value)
    }

    /// Members in whatever order.
    fn born(value: &mut Value) {
        value["birthDate"] = json!("1971-01-01");
    }

    #[test]
    fn what_was_shown_can_be_changed_and_the_rest_stays() {
        check(&["Patient.telecom"], &[], born, with(born));
        check(&["Patient.address.line"], &[], born, with(born));
        check(&["Patient.address"], &[], born, with(born));
        check(&["Patient.address.line", "Patient.address.city"], &[], born, with(born));
        check(
            &["Patient.maritalStatus.coding"],
            &[],
            |it| it["maritalStatus"]["text"] = json!("n"),
            with(|it| {
                it["maritalStatus"]["text"] = json!("n");
            }),
        );
    }

    #[test]
    fn what_was_not_shown_cannot_be_written_not_even_as_it_is() {
        let phone = |it: &mut Value| it["telecom"] = json!([{"value": "0815"}]);
        check(&["Patient.telecom"], &[], phone, Err(vec!["Patient.telecom"]));
        let moved = |it: &mut Value| it["address"][0]["city"] = json!("Bonn");
        check(&["Patient.address.line"], &[], moved, Err(vec!["Patient.address.line"]));
        let dropped = |it: &mut Value| drop(it.as_object_mut().unwrap().remove("address"));
        check(&["Patient.address.line"], &[], dropped, Err(vec!["Patient.address.line"]));
        let coded = |it: &mut Value| it["maritalStatus"]["coding"] = json!([]);
        check(&["Patient.maritalStatus.coding"], &[], coded, Err(vec!["Patient.maritalStatus.coding"]));
    }

    #[test]
    fn what_is_for_looking_at_comes_as_it_stands() {
        check(&[], &["Patient.birthDate"], born, Err(vec!["Patient.birthDate"]));
        check(
            &[],
            &["Patient.address.line"],
            |it| it["address"][0]["line"][0] = json!("X"),
            Err(vec!["Patient.address.line"]),
        );
        let mut moved = standing();
        moved["address"][0]["city"] = json!("Bonn");
        let mut coming = moved.clone();
        keep_hidden(Some(&standing()), &mut coming, &set(&[]), &set(&["Patient.address.line"])).unwrap();
        assert_eq!(coming, moved);
    }

    #[test]
    fn a_new_resource_has_none_of_it() {
        for (hidden, fixed) in [(set(&["Patient.telecom"]), set(&[])), (set(&[]), set(&["Patient.telecom"]))]
        {
            let mut new = json!({"resourceType": "Patient", "telecom": [{"value": "1"}]});
            assert!(keep_hidden(None, &mut new, &hidden, &fixed).is_err());
            let mut new = json!({"resourceType": "Patient", "birthDate": "1970"});
            assert!(keep_hidden(None, &mut new, &hidden, &fixed).is_ok());
        }
    }
}
