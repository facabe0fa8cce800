//! The policy's decisions as a table, and the properties that hold for every policy.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn criteria(type_name: &str, code: &str, value: &str) -> Option<Query> {
    Some(Query::parse(type_name, &[(code.to_owned(), value.to_owned())]).unwrap())
}

fn rule(types: TypeSet, actions: &[Action], scope: Scope, criteria: Option<Query>) -> Rule {
    Rule { types, actions: actions.iter().copied().collect(), scope, criteria }
}

fn names(names: &[&str]) -> TypeSet {
    TypeSet::Only(names.iter().map(|&name| name.to_owned()).collect())
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
        let policy = AccessPolicy { rules: rule.into_iter().collect() };
        assert_eq!(policy.decide(action, &resource).is_allowed(), expect, "{name}");
    }
}

#[test]
fn rows_are_as_plain_as_the_policy_lets_them_be() {
    let everything = AccessPolicy::everything();
    assert!(matches!(everything.rows("Observation"), RowFilter::Everything));
    assert!(matches!(everything.rows("UserAccount"), RowFilter::Nothing));
    assert!(matches!(AccessPolicy::default().rows("Observation"), RowFilter::Nothing));
    let own = AccessPolicy { rules: vec![rule(TypeSet::All, &[Action::Read], ids(&["ann"]), None)] };
    assert!(matches!(own.rows("Observation"), RowFilter::AnyOf(rules) if rules.len() == 1));
}

const TYPES: &[&str] = &["Patient", "Observation", "Condition", "Practitioner", "UserAccount"];
const PATIENTS: &[&str] = &["ann", "bob", "cat"];

fn any_action() -> impl Strategy<Value = Action> {
    prop::sample::select(vec![Action::Read, Action::Create, Action::Update, Action::Delete])
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

fn policy(sketches: &[Sketch]) -> AccessPolicy {
    AccessPolicy { rules: sketches.iter().map(Sketch::rule).collect() }
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
    fn what_may_be_read_is_what_the_rows_admit(
        rules in prop::collection::vec(any_rule(), 0..4), resource in any_resource(),
    ) {
        let policy = policy(&rules);
        let admitted = policy.rows(resource["resourceType"].as_str().unwrap()).admits(&resource);
        prop_assert_eq!(policy.decide(Action::Read, &resource).is_allowed(), admitted);
    }

    #[test]
    fn internal_types_are_nobodys(rules in prop::collection::vec(any_rule(), 0..4), action in any_action()) {
        let account = resource("UserAccount", &[], "");
        prop_assert!(!policy(&rules).decide(action, &account).is_allowed());
    }
}
