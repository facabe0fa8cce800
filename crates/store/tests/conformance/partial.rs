//! Policies that give less than whole resources, or take something away again.

use crate::house::*;
use bytes::Bytes;
use salus_access::{AccessPolicy, Action, Denial, Elements, Rule, Scope, Subject, TypeSet};
use salus_fhir::json::Value;
use salus_store::{Error, HistoryPage, HistoryScope, Lookup, Page, Records, Store};
use serde_json::json;
use std::sync::Arc;

/// Somebody with this policy.
fn under(store: &Store, policy: AccessPolicy) -> Records {
    let subject = Subject::new("account-2", "Somebody", Vec::new(), Default::default());
    store.as_user(Arc::new(Subject { policy, ..subject }))
}

fn all_of(patient: &str) -> Rule {
    Rule::new(TypeSet::All, Action::ALL, Scope::patient(patient))
}

fn elements(paths: &[&str]) -> Elements {
    Elements::parse(paths.iter().copied()).unwrap()
}

fn ann() -> Value {
    json!({"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01", "gender": "female",
        "name": [{"family": "Ivanova", "given": ["Ann"]}],
        "telecom": [{"system": "phone", "value": "555-0815"}],
        "address": [{"line": ["Main St 1"], "city": "Ulm"}]})
}

pub async fn asvs_v8_2_3_hidden_elements_are_neither_shown_nor_found_by(house: House) {
    let store = house.open().await;
    let marker = "555-0815";
    put(&system(&store), ann()).await;
    put(&system(&store), {
        let mut changed = ann();
        changed["gender"] = json!("other");
        changed
    })
    .await;
    let hidden = elements(&["Patient.telecom", "Patient.birthDate", "Patient.name.given"]);
    let blind = under(&store, AccessPolicy::of(vec![all_of("p").hiding(hidden)]));

    let mut seen = Vec::new();
    seen.extend(blind.read("Patient", "p").await.unwrap());
    seen.extend(blind.read_version("Patient", "p", 1).await.unwrap().found());
    seen.extend(blind.search(&query("Patient", &[]), Page::first(10)).await.unwrap().matches);
    seen.extend(blind.everything("p", Page::first(10)).await.unwrap().matches);
    let history = blind.history(HistoryScope::System, HistoryPage::default()).await.unwrap();
    seen.extend(history.into_iter().filter_map(|version| version.resource));
    assert_eq!(seen.len(), 6);
    for stored in seen {
        let body = stored.json().unwrap();
        let text = body.to_string();
        assert!(!text.contains(marker) && !text.contains("1970") && !text.contains("Ann"), "{text}");
        assert!(text.contains("Ivanova") && text.contains("Main St 1"), "{text}");
        assert_eq!(body["meta"]["tag"][0]["code"], "SUBSETTED");
    }

    for (name, value, expect) in [
        ("phone", "555-0815", 0),
        ("telecom", "555-0815", 0),
        ("birthdate", "1970", 0),
        ("birthdate", "lt2000", 0),
        ("birthdate:missing", "true", 1),
        ("given", "ann", 0),
        ("name", "ann", 0),
        ("name", "ivan", 1),
        ("family", "ivan", 1),
        ("address-city", "ulm", 1),
        ("gender", "other", 1),
        ("_tag", "SUBSETTED", 1),
    ] {
        assert_eq!(ids(&blind, "Patient", &[(name, value)]).await.len(), expect, "{name}={value}");
        let all = ids(&system(&store), "Patient", &[(name, value)]).await.len();
        let is_ours = name == "_tag" || name.ends_with("missing");
        assert_eq!(all, if is_ours { 1 - expect } else { 1 }, "{name}={value}");
    }
}

pub async fn asvs_v8_2_3_a_write_keeps_what_its_writer_was_not_shown(house: House) {
    let store = house.open().await;
    put(&system(&store), ann()).await;
    let rule =
        all_of("p").hiding(elements(&["Patient.telecom"])).protecting(elements(&["Patient.birthDate"]));
    let clerk = under(&store, AccessPolicy::of(vec![rule]));

    let mut body = found(&clerk, "Patient", "p").await.unwrap().json().unwrap();
    body["gender"] = json!("other");
    put(&clerk, body.clone()).await;
    let stands = found(&system(&store), "Patient", "p").await.unwrap().json().unwrap();
    assert_eq!((&stands["gender"], &stands["telecom"]), (&json!("other"), &ann()["telecom"]));
    assert!(stands["meta"].get("tag").is_none(), "what is stored is whole");

    for (member, value) in [("telecom", ann()["telecom"].clone()), ("birthDate", json!("1971-01-01"))] {
        let mut refused = body.clone();
        refused[member] = value;
        let Err(Error::Invalid(issues)) = write(&clerk, put_of(refused)).await else { panic!("{member}") };
        assert_eq!(issues[0].expression.as_deref(), Some(format!("Patient.{member}").as_str()));
    }
    let unchanged = found(&system(&store), "Patient", "p").await.unwrap();
    assert_eq!(unchanged.version, 2);
}

pub async fn reading_and_searching_are_rights_of_their_own(house: House) {
    let store = house.open().await;
    put(&system(&store), ann()).await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    let may = |action| {
        let rule = Rule::new(TypeSet::only(&["Observation"]), [action], Scope::patient("p"));
        under(&store, AccessPolicy::of(vec![rule]))
    };
    let (reader, searcher) = (may(Action::Read), may(Action::Search));
    assert!(found(&reader, "Observation", "o").await.is_some());
    assert!(ids(&reader, "Observation", &[]).await.is_empty());
    assert!(is_absent(&searcher, "Observation", "o").await);
    assert_eq!(ids(&searcher, "Observation", &[]).await, ["o"]);
    assert_eq!(reader.everything("p", Page::first(9)).await.unwrap().matches.len(), 1);
    assert!(searcher.everything("p", Page::first(9)).await.unwrap().matches.is_empty());
}

pub async fn asvs_v8_4_1_the_staff_of_one_clinic_does_nothing_to_patients_of_another(house: House) {
    let store = house.open().await;
    for patient in ["p", "q"] {
        put(&system(&store), json!({"resourceType": "Patient", "id": patient})).await;
        put(&system(&store), observation(&format!("of-{patient}"), patient, "1", "2026-01-01", 1.0)).await;
    }
    let nurse = under(&store, AccessPolicy::everything().within(vec![all_of("p")]));
    assert_eq!(ids(&nurse, "Observation", &[]).await, ["of-p"]);
    assert!(ids(&nurse, "Observation", &[("patient", "q")]).await.is_empty());
    assert!(is_absent(&nurse, "Observation", "of-q").await && is_absent(&nurse, "Patient", "q").await);
    assert!(nurse.everything("q", Page::first(9)).await.unwrap().matches.is_empty());
    assert_eq!(nurse.last_change("q").await.unwrap(), 0);
    let history = nurse.history(HistoryScope::System, HistoryPage::default()).await.unwrap();
    assert_eq!(history.len(), 2);
    let Err(Error::Denied) = delete(&nurse, "Observation", "of-q").await else { panic!() };
    for (id, patient) in [("of-q", "p"), ("of-p", "q"), ("new", "q")] {
        let moved = put_of(observation(id, patient, "1", "2026-01-01", 2.0));
        let Err(Error::Denied) = write(&nurse, moved).await else { panic!("{id} to {patient}") };
    }
    assert_eq!(found(&system(&store), "Observation", "of-q").await.unwrap().version, 1);
}

pub async fn deny_wins_everywhere(house: House) {
    let store = house.open().await;
    put(&system(&store), ann()).await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    put(&system(&store), observation("secret", "p", "2", "2026-01-01", 1.0)).await;
    let owner = under(&store, AccessPolicy::of(vec![all_of("p")]));
    let file = owner.put_blob(Some("p"), Bytes::from_static(b"a letter")).await.unwrap();
    let letter = json!({"resourceType": "DocumentReference", "id": "letter", "status": "current",
        "subject": {"reference": "Patient/p"}, "content": [{"attachment": {"url": format!("urn:salus:{file}")}}]});
    put(&owner, letter).await;
    let denial = |rule: Rule| {
        under(&store, AccessPolicy::everything().without([Denial { rule, exceptions: Vec::new() }]))
    };

    let rule = all_of("p").meeting(query("Observation", &[("code", "2")]));
    let denied = denial(rule);
    assert_eq!(ids(&denied, "Observation", &[]).await, ["o"]);
    assert!(is_absent(&denied, "Observation", "secret").await);
    let Ok(Lookup::Absent) = denied.read_version("Observation", "secret", 1).await else { panic!() };
    let everything = denied.everything("p", Page::first(9)).await.unwrap().matches;
    assert!(everything.iter().all(|stored| stored.id != "secret"));
    let Err(Error::Denied) = delete(&denied, "Observation", "secret").await else { panic!() };
    assert_eq!(denied.get_blob(&file).await.unwrap(), "a letter", "the document is theirs to read");

    let documents = Rule { types: TypeSet::only(&["DocumentReference"]), ..all_of("p") };
    let denied = denial(documents);
    let Err(Error::NotFound) = denied.get_blob(&file).await else { panic!("the file of a denied document") };
}

pub async fn a_policy_that_is_not_understood_is_refused_at_write(house: House) {
    let store = house.open().await;
    let entry = |interaction: &str| json!([{"resourceType": "Observation", "interaction": [interaction], "scope": "shared"}]);
    let policy = |interaction: &str| json!({"resourceType": "AccessPolicy", "id": "a", "name": "Reading", "entry": entry(interaction)});
    put(&system(&store), policy("read")).await;
    let Err(Error::Invalid(issues)) = write(&system(&store), put_of(policy("raed"))).await else { panic!() };
    assert_eq!(issues[0].expression.as_deref(), Some("AccessPolicy.entry[0].interaction[0]"));
    let stands = found(&system(&store), "AccessPolicy", "a").await.unwrap();
    assert_eq!(stands.version, 1);
}
