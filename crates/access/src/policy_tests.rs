//! The policy's decisions as a table, and the properties that hold for every policy.

use super::*;
use crate::rows::Given;
use proptest::prelude::*;
use salus_fhir::search::Query;
use serde_json::json;

fn criteria(type_name: &str, code: &str, value: &str) -> Option<Query> {
    Some(Query::parse(type_name, &[(code.to_owned(), value.to_owned())]).unwrap())
}

fn rule(types: TypeSet, actions: &[Action], scope: Scope, criteria: Option<Query>) -> Rule {
    Rule { criteria, ..Rule::new(types, actions.iter().copied(), scope) }
}

fn names(names: &[&str]) -> TypeSet {
    TypeSet::only(names)
}

fn ids(ids: &[&str]) -> Scope {
    Scope::Patients(ids.iter().map(|&id| id.to_owned()).collect())
}

/// A resource in the compartments of `patients`, for the types used here.
fn resource(type_name: &str, patients: &[&str], status: &str) -> Value {
    match type_name {
        "Patient" => json!({"resourceType": "Patient", "id": patients.first().unwrap_or(&"nobody")}),
        "Practitioner" => json!({"resourceType": "Practitioner", "id": "d"}),
        "UserAccount" => json!({"resourceType": "UserAccount", "id": "a", "email": "a@example.org"}),
        _ => {
            let reference = |id: &&str| json!({"reference": format!("Patient/{id}")});
            let mut body = json!({"resourceType": type_name, "id": "x", "status": status});
            if let Some(subject) = patients.first() {
                body["subject"] = reference(subject);
            }
            if type_name == "Observation" && patients.len() > 1 {
                body["performer"] = patients[1..].iter().map(reference).collect();
            }
            body
        }
    }
}

#[test]
fn a_rule_gives_what_it_says_and_nothing_else() {
    use Action::{Create, Delete, Read, Update};
    let of_ann = || ids(&["ann"]);
    let table = [
        ("no rule", None, Read, resource("Observation", &["ann"], "final"), false),
        (
            "in scope",
            Some(rule(TypeSet::All, &[Read], of_ann(), None)),
            Read,
            resource("Observation", &["ann"], "final"),
            true,
        ),
        (
            "the patient herself",
            Some(rule(TypeSet::All, &[Read], of_ann(), None)),
            Read,
            resource("Patient", &["ann"], ""),
            true,
        ),
        (
            "somebody else's",
            Some(rule(TypeSet::All, &[Read], of_ann(), None)),
            Read,
            resource("Observation", &["bob"], "final"),
            false,
        ),
        (
            "other action",
            Some(rule(TypeSet::All, &[Read], of_ann(), None)),
            Delete,
            resource("Observation", &["ann"], "final"),
            false,
        ),
        (
            "other type",
            Some(rule(names(&["Condition"]), &[Read], of_ann(), None)),
            Read,
            resource("Observation", &["ann"], "final"),
            false,
        ),
        (
            "one of two patients, read",
            Some(rule(TypeSet::All, &[Read], of_ann(), None)),
            Read,
            resource("Observation", &["bob", "ann"], "final"),
            true,
        ),
        (
            "one of two patients, create",
            Some(rule(TypeSet::All, &[Create], of_ann(), None)),
            Create,
            resource("Observation", &["bob", "ann"], "final"),
            false,
        ),
        (
            "both patients, create",
            Some(rule(TypeSet::All, &[Create], ids(&["ann", "bob"]), None)),
            Create,
            resource("Observation", &["bob", "ann"], "final"),
            true,
        ),
        (
            "nobody's, update",
            Some(rule(TypeSet::All, &[Update], of_ann(), None)),
            Update,
            resource("Observation", &[], "final"),
            false,
        ),
        (
            "shared",
            Some(rule(TypeSet::All, &[Read], Scope::Shared, None)),
            Read,
            resource("Practitioner", &[], ""),
            true,
        ),
        (
            "shared is not ann's",
            Some(rule(TypeSet::All, &[Read], Scope::Shared, None)),
            Read,
            resource("Observation", &["ann"], "final"),
            false,
        ),
        (
            "criteria met",
            Some(rule(TypeSet::All, &[Read], Scope::Everyone, criteria("Observation", "status", "final"))),
            Read,
            resource("Observation", &["ann"], "final"),
            true,
        ),
        (
            "criteria missed",
            Some(rule(TypeSet::All, &[Read], Scope::Everyone, criteria("Observation", "status", "final"))),
            Read,
            resource("Observation", &["ann"], "amended"),
            false,
        ),
        (
            "criteria of another type",
            Some(rule(
                TypeSet::All,
                &[Read],
                Scope::Everyone,
                criteria("Condition", "subject", "Patient/ann"),
            )),
            Read,
            resource("Observation", &["ann"], "final"),
            false,
        ),
        (
            "internal, all types",
            Some(rule(TypeSet::All, &[Read], Scope::Everyone, None)),
            Read,
            resource("UserAccount", &[], ""),
            false,
        ),
        (
            "internal, by name",
            Some(rule(names(&["UserAccount"]), &[Read], Scope::Everyone, None)),
            Read,
            resource("UserAccount", &[], ""),
            false,
        ),
        (
            "no type",
            Some(rule(TypeSet::All, &[Read], Scope::Everyone, None)),
            Read,
            json!({"id": "x"}),
            false,
        ),
        (
            "no such type",
            Some(rule(TypeSet::All, &[Read], Scope::Everyone, None)),
            Read,
            json!({"resourceType": "Spaceship"}),
            false,
        ),
    ];
    for (name, rule, action, resource, expect) in table {
        let policy = AccessPolicy::of(rule.into_iter().collect());
        assert_eq!(policy.decide(action, &resource).is_allowed(), expect, "{name}");
    }
}

#[test]
fn rows_are_as_plain_as_the_policy_lets_them_be() {
    let everything = AccessPolicy::everything();
    assert!(everything.rows("Observation").parts().is_empty());
    assert!(everything.rows("UserAccount").is_nothing());
    assert!(AccessPolicy::default().rows("Observation").is_nothing());
    let own = AccessPolicy::of(vec![rule(TypeSet::All, &[Action::Search], ids(&["ann"]), None)]);
    assert!(matches!(own.rows("Observation").parts(), [Given::AnyOf(rules)] if rules.len() == 1));
    let bound = |types| vec![rule(types, &[Action::Search], Scope::Everyone, None)];
    assert_eq!(own.clone().within(bound(TypeSet::All)).rows("Observation").parts().len(), 1);
    assert!(own.clone().within(bound(names(&["Condition"]))).rows("Observation").is_nothing());
    assert!(own.rows("Observation").is_plain() && everything.rows("Observation").is_plain());
}

const TYPES: &[&str] = &["Patient", "Observation", "Condition", "Practitioner", "UserAccount"];
const PATIENTS: &[&str] = &["ann", "bob", "cat"];

fn any_action() -> impl Strategy<Value = Action> {
    prop::sample::select(Action::ALL.to_vec())
}

fn any_resource() -> impl Strategy<Value = Value> {
    let patients = prop::sample::subsequence(PATIENTS.to_vec(), 0..=2);
    let status = prop::sample::select(vec!["final", "amended"]);
    (prop::sample::select(TYPES.to_vec()), patients, status)
        .prop_map(|(type_name, patients, status)| resource(type_name, &patients, status))
}

/// A rule as plain values, which a failing case can print.
#[derive(Debug, Clone)]
struct Sketch {
    types: Option<Vec<&'static str>>,
    actions: Vec<Action>,
    /// `None` is everyone; no patient at all is shared.
    patients: Option<Vec<&'static str>>,
    criteria: Option<(&'static str, &'static str)>,
}

impl Sketch {
    fn rule(&self) -> Rule {
        let types = self.types.as_ref().map_or(TypeSet::All, |list| names(list));
        let scope = match self.patients.as_deref() {
            None => Scope::Everyone,
            Some([]) => Scope::Shared,
            Some(list) => ids(list),
        };
        let criteria = self.criteria.and_then(|(code, value)| criteria("Observation", code, value));
        rule(types, &self.actions, scope, criteria)
    }
}

fn any_rule() -> impl Strategy<Value = Sketch> {
    let types = prop::option::of(prop::sample::subsequence(TYPES.to_vec(), 0..=3));
    let patients = prop::option::of(prop::sample::subsequence(PATIENTS.to_vec(), 0..=2));
    let criteria =
        prop::sample::select(vec![None, None, Some(("status", "final")), Some(("subject", "Patient/ann"))]);
    (types, prop::collection::vec(any_action(), 0..=4), patients, criteria)
        .prop_map(|(types, actions, patients, criteria)| Sketch { types, actions, patients, criteria })
}

fn rules(sketches: &[Sketch]) -> Vec<Rule> {
    sketches.iter().map(Sketch::rule).collect()
}

fn policy(sketches: &[Sketch]) -> AccessPolicy {
    AccessPolicy::of(rules(sketches))
}

proptest! {
    #[test]
    fn adding_a_rule_never_takes_access_away(
        rules in prop::collection::vec(any_rule(), 1..4), action in any_action(), resource in any_resource(),
    ) {
        let fewer = policy(&rules[1..]).decide(action, &resource).is_allowed();
        prop_assert!(!fewer || policy(&rules).decide(action, &resource).is_allowed());
    }

    #[test]
    fn a_bound_never_gives_and_a_denial_never_either(
        given in prop::collection::vec(any_rule(), 0..4),
        bound in prop::collection::vec(any_rule(), 0..3),
        taken in any_rule(),
        excepted in prop::collection::vec(any_rule(), 0..2),
        action in any_action(),
        resource in any_resource(),
    ) {
        let all = policy(&given).decide(action, &resource).is_allowed();
        let bounded = policy(&given).within(rules(&bound)).decide(action, &resource).is_allowed();
        let alone = policy(&bound).decide(action, &resource).is_allowed();
        prop_assert_eq!(bounded, all && alone);
        let denial = Denial { rule: taken.rule(), exceptions: rules(&excepted) };
        let less = policy(&given).without([denial.clone()]).decide(action, &resource).is_allowed();
        let without = |list: &[Rule]| Denial { exceptions: list.to_vec(), ..denial.clone() };
        let least = policy(&given).without([without(&[])]).decide(action, &resource).is_allowed();
        prop_assert!(!less || all);
        prop_assert!(!least || less);
    }

    #[test]
    fn deny_wins_over_everything_that_gives(
        given in prop::collection::vec(any_rule(), 0..4), action in any_action(), resource in any_resource(),
    ) {
        let all = Denial { rule: Rule::new(TypeSet::All, Action::ALL, Scope::Everyone), exceptions: vec![] };
        let mut policy = policy(&given).without([all]);
        policy.rules.extend(AccessPolicy::everything().rules);
        prop_assert!(!policy.decide(action, &resource).is_allowed());
    }

    #[test]
    fn what_may_be_done_is_what_the_rows_admit(
        rules in prop::collection::vec(any_rule(), 0..4), resource in any_resource(),
    ) {
        let policy = policy(&rules);
        let admitted = policy.rows(resource["resourceType"].as_str().unwrap()).admits(&resource);
        prop_assert_eq!(policy.decide(Action::Search, &resource).is_allowed(), admitted);
    }

    #[test]
    fn internal_types_are_nobodys(rules in prop::collection::vec(any_rule(), 0..4), action in any_action()) {
        let account = resource("UserAccount", &[], "");
        prop_assert!(!policy(&rules).decide(action, &account).is_allowed());
    }
}

/// An element is shown if one of the rules shows it, and every bound does.
#[test]
fn asvs_v8_2_3_an_element_is_seen_by_whom_a_rule_shows_it() {
    let hiding = |paths: &[&str]| {
        Rule::new(TypeSet::All, [Action::Read], Scope::Everyone)
            .hiding(Elements::parse(paths.iter().copied()).unwrap())
    };
    let (none, phone, both) =
        (hiding(&[]), hiding(&["Patient.telecom"]), hiding(&["Patient.telecom", "Patient.birthDate"]));
    let ann = resource("Patient", &["ann"], "");
    let table = [
        (vec![both.clone()], vec![], vec!["Patient.telecom", "Patient.birthDate"]),
        (vec![both.clone(), phone.clone()], vec![], vec!["Patient.telecom"]),
        (vec![both.clone(), none.clone()], vec![], vec![]),
        (vec![none.clone()], vec![vec![phone.clone()]], vec!["Patient.telecom"]),
        (vec![phone.clone()], vec![vec![both.clone(), none]], vec!["Patient.telecom"]),
        (vec![phone], vec![vec![both]], vec!["Patient.telecom", "Patient.birthDate"]),
    ];
    for (rules, bounds, expect) in table {
        let policy = AccessPolicy { bounds, ..AccessPolicy::of(rules) };
        let hidden = policy.filter(Action::Read, "Patient").hidden(&ann).unwrap();
        assert!(hidden == Elements::parse(expect.iter().copied()).unwrap(), "{expect:?}: {hidden:?}");
    }
}
