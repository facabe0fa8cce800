//! Random policies: rules, bounds of scopes, denials of consents.

use super::world::PATIENTS;
use proptest::prelude::*;
use salus_access::consent::{Asker, said_by};
use salus_access::{AccessPolicy, Action, Denial, Elements, Purpose, Rule, Scope, Scopes, TypeSet};
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use serde_json::json;

/// A policy as plain values, which a failing case can print.
#[derive(Debug, Clone)]
pub struct PolicySketch {
    rules: Vec<RuleSketch>,
    bound: Option<Vec<RuleSketch>>,
    /// Scopes, and the patient of the launch.
    scopes: Option<(&'static str, &'static str)>,
    denial: Option<(RuleSketch, Vec<RuleSketch>)>,
    consents: Vec<ConsentSketch>,
}

#[derive(Debug, Clone)]
struct RuleSketch {
    types: Option<Vec<&'static str>>,
    /// `None` is everyone; no patient at all is shared.
    patients: Option<Vec<&'static str>>,
    criteria: Option<(&'static str, &'static str, &'static str)>,
    actions: &'static [Action],
    hidden: Vec<&'static str>,
}

/// A consent of one of the patients, asked by `Practitioner/x`.
#[derive(Debug, Clone)]
struct ConsentSketch {
    patient: &'static str,
    root: ProvisionSketch,
    inner: Vec<ProvisionSketch>,
}

#[derive(Debug, Clone)]
struct ProvisionSketch {
    permits: bool,
    /// Its conditions, by place in [`CONDITIONS`].
    conditions: Vec<usize>,
}

pub fn any_policy() -> impl Strategy<Value = PolicySketch> {
    let some = |strategy: BoxedStrategy<Vec<RuleSketch>>| prop::option::weighted(0.2, strategy);
    let rules = |range| prop::collection::vec(any_rule(), range).boxed();
    let scopes = (prop::sample::select(SCOPES.to_vec()), prop::sample::select(PATIENTS.to_vec()));
    let denial = (any_rule(), rules(0..2));
    (
        rules(0..5),
        some(rules(1..3)),
        prop::option::weighted(0.3, scopes),
        prop::option::weighted(0.2, denial),
        prop::collection::vec(any_consent(), 0..2),
    )
        .prop_map(|(rules, bound, scopes, denial, consents)| PolicySketch {
            rules,
            bound,
            scopes,
            denial,
            consents,
        })
}

fn any_rule() -> BoxedStrategy<RuleSketch> {
    let types = vec!["Patient", "Observation", "Condition", "Practitioner", "Encounter", "UserAccount"];
    let both: &[Action] = &[Action::Read, Action::Search];
    let actions: Vec<&[Action]> =
        vec![both, both, both, both, both, &[Action::Read], &[Action::Search], &[Action::Create]];
    let hidden = prop::sample::subsequence(HIDDEN.to_vec(), 1..=4);
    let rule = (
        prop::option::weighted(0.3, prop::sample::subsequence(types, 1..=3)),
        prop::option::weighted(0.65, prop::sample::subsequence(PATIENTS.to_vec(), 0..=4)),
        prop::option::weighted(0.3, prop::sample::select(CRITERIA.to_vec())),
        prop::sample::select(actions),
        prop::option::weighted(0.3, hidden),
    );
    rule.prop_map(|(types, patients, criteria, actions, hidden)| RuleSketch {
        types,
        patients,
        criteria,
        actions,
        hidden: hidden.unwrap_or_default(),
    })
    .boxed()
}

fn any_consent() -> impl Strategy<Value = ConsentSketch> {
    let provision = || {
        let conditions = prop::sample::subsequence((0..CONDITIONS.len()).collect::<Vec<_>>(), 1..=2);
        (any::<bool>(), conditions).prop_map(|(permits, conditions)| ProvisionSketch { permits, conditions })
    };
    let inner = prop::collection::vec(provision(), 0..3);
    (prop::sample::select(PATIENTS.to_vec()), provision(), inner)
        .prop_map(|(patient, root, inner)| ConsentSketch { patient, root, inner })
}

const SCOPES: [&str; 8] = [
    "patient/*.rs",
    "patient/*.read openid fhirUser",
    "patient/*.r patient/Observation.s?status=final",
    "user/Observation.rs?code=4548-4 user/Patient.rs launch/patient",
    "patient/Observation.rs?date=ge2020-03 patient/Practitioner.rs user/Condition.rs",
    "system/*.s",
    "user/*.cruds",
    "openid profile",
];

const CRITERIA: [(&str, &str, &str); 6] = [
    ("Observation", "status", "final"),
    ("Observation", "code:not", "8480-6"),
    ("Observation", "date", "ge2020-03"),
    ("Observation", "performer:missing", "true"),
    ("Condition", "code", "http://loinc.org|4548-4"),
    ("Patient", "active", "true"),
];

const HIDDEN: [&str; 16] = [
    "Observation.code",
    "Observation.effective",
    "Observation.value",
    "Observation.component.value",
    "Observation.subject",
    "Observation.performer.identifier",
    "Observation.status",
    "Patient.name",
    "Patient.name.given",
    "Patient.birthDate",
    "Patient.link",
    "Patient.identifier.type",
    "Condition.code.coding",
    "Condition.onset",
    "Practitioner.name",
    "DocumentReference.description",
];

/// A condition of a provision: the member and its value.
const CONDITIONS: [(&str, &str); 8] = [
    ("class", r#"[{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]"#),
    ("class", r#"[{"system": "http://hl7.org/fhir/resource-types", "code": "Patient"}]"#),
    ("code", r#"[{"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}]"#),
    ("dataPeriod", r#"{"start": "2020-03"}"#),
    ("actor", r#"[{"role": {"coding": [{"code": "PRCP"}]}, "reference": {"reference": "Practitioner/x"}}]"#),
    ("actor", r#"[{"role": {"coding": [{"code": "PRCP"}]}, "reference": {"reference": "Practitioner/y"}}]"#),
    (
        "securityLabel",
        r#"[{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]"#,
    ),
    ("data", r#"[{"meaning": "dependents", "reference": {"reference": "Practitioner/practitioner1"}}]"#),
];

impl PolicySketch {
    pub fn policy(&self) -> AccessPolicy {
        let rules = |sketches: &[RuleSketch]| sketches.iter().map(RuleSketch::rule).collect::<Vec<_>>();
        let mut policy = AccessPolicy::of(rules(&self.rules));
        if let Some(bound) = &self.bound {
            policy = policy.within(rules(bound));
        }
        let denial = self.denial.as_ref();
        policy = policy.without(
            denial.map(|(rule, exceptions)| Denial { rule: rule.rule(), exceptions: rules(exceptions) }),
        );
        let references = ["Practitioner/x".to_owned()];
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let asker = Asker { references: &references, purpose: Purpose::Treatment, now };
        for consent in &self.consents {
            policy = policy.obeying(said_by(&consent.resource(), &asker));
        }
        match self.scopes {
            Some((text, patient)) => policy.within(Scopes::parse(text).bound(Some(patient))),
            None => policy,
        }
    }
}

impl RuleSketch {
    fn rule(&self) -> Rule {
        let criteria = self.criteria.map(|(type_name, name, value)| {
            Query::parse(type_name, &[(name.to_owned(), value.to_owned())]).unwrap()
        });
        let scope = match &self.patients {
            None => Scope::Everyone,
            Some(ids) if ids.is_empty() => Scope::Shared,
            Some(ids) => Scope::Patients(ids.iter().map(|&id| id.to_owned()).collect()),
        };
        let types = self.types.as_ref().map_or(TypeSet::All, |names| TypeSet::only(names));
        let rule = Rule::new(types, self.actions.iter().copied(), scope);
        Rule { criteria, ..rule }.hiding(Elements::parse(self.hidden.iter().copied()).unwrap())
    }
}

impl ConsentSketch {
    fn resource(&self) -> Value {
        let mut root = self.root.provision();
        root["provision"] = self.inner.iter().map(ProvisionSketch::provision).collect();
        json!({"resourceType": "Consent", "status": "active",
            "patient": {"reference": format!("Patient/{}", self.patient)},
            "scope": {"coding": [{"code": "patient-privacy"}]}, "provision": root})
    }
}

impl ProvisionSketch {
    fn provision(&self) -> Value {
        let mut provision = json!({"type": if self.permits { "permit" } else { "deny" }});
        for at in &self.conditions {
            let (member, value) = CONDITIONS[*at];
            provision[member] = serde_json::from_str(value).unwrap();
        }
        provision
    }
}
