//! Consents as tables of what they say, and against a reading of the tree by hand.

use super::*;
use crate::policy::AccessPolicy;
use proptest::prelude::*;
use serde_json::json;

const NOW: &str = "2026-01-05T08:00:00Z";

fn asker<'a>(references: &'a [String], purpose: Purpose) -> Asker<'a> {
    Asker { references, purpose, now: NOW.parse().unwrap() }
}

fn consent(provision: Value) -> Value {
    json!({"resourceType": "Consent", "id": "c", "status": "active", "patient": {"reference": "Patient/ann"},
        "scope": {"coding": [{"code": "patient-privacy"}]}, "provision": provision})
}

fn observation(id: &str, patient: &str, code: &str, date: &str) -> Value {
    json!({"resourceType": "Observation", "id": id, "effectiveDateTime": date,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": format!("Patient/{patient}")}})
}

fn condition(patient: &str) -> Value {
    json!({"resourceType": "Condition", "id": "k", "subject": {"reference": format!("Patient/{patient}")}})
}

/// What somebody who may see everything, and somebody who may see nothing otherwise, sees under a consent: `+` both,
/// `-` neither, `=` as without it.
#[track_caller]
fn check(who: &[&str], purpose: Purpose, consent: &Value, resource: &Value, expect: char) {
    let references: Vec<String> = who.iter().map(|&who| who.to_owned()).collect();
    let said = said_by(consent, &asker(&references, purpose));
    let insider =
        AccessPolicy::everything().obeying(said.clone()).decide(Action::Read, resource).is_allowed();
    let stranger = AccessPolicy::default().obeying(said).decide(Action::Read, resource).is_allowed();
    let seen = match (insider, stranger) {
        (true, true) => '+',
        (true, false) => '=',
        (false, _) => '-',
    };
    assert_eq!(seen, expect, "{who:?} under {consent} to {resource}");
}

fn actor(reference: &str) -> Value {
    json!([{"role": {"coding": [{"code": "PRCP"}]}, "reference": {"reference": reference}}])
}

#[test]
fn asvs_v8_2_2_a_consent_gives_to_whom_it_names_and_takes_from_the_others() {
    let (lab, other) =
        (observation("o", "ann", "1-8", "2020-05-01"), observation("p", "bob", "1-8", "2020-05-01"));
    let class = json!([{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]);
    let hiv = json!([{"coding": [{"system": "http://loinc.org", "code": "1-8"}]}]);
    let labs_to_x = json!({"type": "deny", "provision": [{"type": "permit", "actor": actor("Practitioner/x"), "class": class}]});
    let all_to_x_but = json!({"type": "permit", "actor": actor("Practitioner/x"), "provision": [{"type": "deny", "code": hiv}]});
    let giver =
        json!([{"role": {"coding": [{"code": "CONSENTER"}]}, "reference": {"reference": "Patient/ann"}}]);
    let (x, y, ann) = (["Practitioner/x"], ["Practitioner/y"], ["Patient/ann"]);
    for (who, provision, resource, expect) in [
        (&x, json!({"type": "permit", "actor": actor("Practitioner/x")}), &lab, '+'),
        (&y, json!({"type": "permit", "actor": actor("Practitioner/x")}), &lab, '='),
        (&x, json!({"type": "permit", "actor": actor("Practitioner/x")}), &other, '='),
        (&x, json!({"type": "permit"}), &lab, '='),
        (&x, json!({"type": "deny"}), &lab, '-'),
        (&x, json!({"type": "deny"}), &other, '='),
        (&ann, json!({"type": "deny"}), &lab, '='),
        (&x, json!({"type": "deny", "actor": actor("Practitioner/x")}), &lab, '-'),
        (&y, json!({"type": "deny", "actor": actor("Practitioner/x")}), &lab, '='),
        (&x, json!({"type": "deny", "actor": giver}), &lab, '-'),
        (&x, json!({"type": "permit", "actor": giver}), &lab, '='),
        (&x, labs_to_x.clone(), &lab, '+'),
        (&x, labs_to_x.clone(), &condition("ann"), '-'),
        (&y, labs_to_x, &lab, '-'),
        (&x, all_to_x_but.clone(), &lab, '-'),
        (&x, all_to_x_but, &condition("ann"), '+'),
    ] {
        check(who, Purpose::Treatment, &consent(provision), resource, expect);
    }
}

#[test]
fn purpose_period_and_time_of_data_narrow_it() {
    let lab = observation("o", "ann", "1-8", "2020-05-01");
    let purpose = |code: &str| json!([{"system": PURPOSE, "code": code}]);
    let x = || actor("Practitioner/x");
    for (asked, provision, expect) in [
        (Purpose::Research, json!({"type": "deny", "purpose": purpose("HRESCH")}), '-'),
        (Purpose::Treatment, json!({"type": "deny", "purpose": purpose("HRESCH")}), '='),
        (Purpose::BreakTheGlass, json!({"type": "permit", "actor": x(), "purpose": purpose("TREAT")}), '+'),
        (Purpose::Payment, json!({"type": "permit", "actor": x(), "purpose": purpose("TREAT")}), '='),
        (Purpose::Treatment, json!({"type": "deny", "period": {"end": "2025-12-31"}}), '='),
        (
            Purpose::Treatment,
            json!({"type": "deny", "period": {"start": "2026-01-05", "end": "2026-01-05"}}),
            '-',
        ),
        (Purpose::Treatment, json!({"type": "permit", "actor": x(), "period": {"start": "2026-02"}}), '='),
        (
            Purpose::Treatment,
            json!({"type": "permit", "actor": x(), "dataPeriod": {"start": "2020", "end": "2020"}}),
            '+',
        ),
        (Purpose::Treatment, json!({"type": "permit", "actor": x(), "dataPeriod": {"start": "2021"}}), '='),
        (Purpose::Treatment, json!({"type": "deny", "dataPeriod": {"end": "2020-05-01"}}), '-'),
        (Purpose::Treatment, json!({"type": "deny", "dataPeriod": {"end": "2020-04"}}), '='),
    ] {
        check(&["Practitioner/x"], asked, &consent(provision), &lab, expect);
    }
}

const PURPOSE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

#[test]
fn what_is_not_understood_denies_and_is_told() {
    let lab = observation("o", "ann", "1-8", "2020-05-01");
    let (x, unknown) = (actor("Practitioner/x"), json!([{"system": "urn:x", "code": "?"}]));
    let concept = json!([{"coding": [{"code": "?"}]}]);
    let odd = json!([{"url": "urn:x", "valueBoolean": true}]);
    let elsewhere = json!([{"role": {}, "reference": {"display": "my doctor"}}]);
    let related = json!([{"meaning": "related", "reference": {"reference": "Encounter/e"}}]);
    for (name, value) in [
        ("purpose", unknown.clone()),
        ("class", unknown),
        ("action", concept),
        ("code", json!([{"text": "HIV"}])),
        ("securityLabel", json!([{"display": "secret"}])),
        ("data", related),
        ("period", json!({"start": "soon"})),
        ("dataPeriod", json!({"start": "long ago"})),
        ("modifierExtension", odd),
        ("actor", elsewhere),
    ] {
        let mut denial = json!({"type": "deny"});
        denial[name] = value.clone();
        check(&["Practitioner/x"], Purpose::Treatment, &consent(denial.clone()), &lab, '-');
        let said = said_by(&consent(denial), &asker(&[], Purpose::Treatment));
        let place = said.issues.first().and_then(|issue| issue.expression.clone()).unwrap_or_default();
        assert!(place.starts_with(&format!("Consent.provision.{name}")), "{name}: {place}");
        let mut permit = json!({"type": "permit", "actor": x});
        permit[name] = value;
        check(&["Practitioner/x"], Purpose::Treatment, &consent(permit), &lab, '=');
    }
    check(&["Practitioner/x"], Purpose::Treatment, &consent(json!({"actor": x})), &lab, '-');
}

#[test]
fn only_an_active_consent_about_data_says_anything() {
    let lab = observation("o", "ann", "1-8", "2020-05-01");
    let change = |pointer: &str, value: Value| {
        let mut consent = consent(json!({"type": "deny"}));
        *consent.pointer_mut(pointer).unwrap() = value;
        consent
    };
    for (consent, expect) in [
        (change("/status", json!("inactive")), '='),
        (change("/status", json!("rejected")), '='),
        (change("/status", json!("draft")), '='),
        (change("/scope/coding/0/code", json!("adr")), '='),
        (change("/scope/coding/0/code", json!("unheard-of")), '-'),
        (change("/patient/reference", json!("Patient/bob")), '='),
        (change("/patient/reference", json!("#p")), '='),
    ] {
        check(&["Practitioner/x"], Purpose::Treatment, &consent, &lab, expect);
    }
    let mut bare = consent(json!({}));
    bare.as_object_mut().unwrap().remove("provision");
    check(&["Practitioner/x"], Purpose::Treatment, &bare, &lab, '=');
    for (rule, expect) in [("OPTOUT", '-'), ("OPTIN", '=')] {
        bare["policyRule"] = json!({"coding": [{"code": rule}]});
        check(&["Practitioner/x"], Purpose::Treatment, &bare, &lab, expect);
    }
}

#[test]
fn an_answer_says_how_long_it_is_good() {
    let until = |provision: Value| said_by(&consent(provision), &asker(&[], Purpose::Treatment)).until;
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    assert_eq!(until(json!({"type": "deny"})), None);
    assert_eq!(
        until(json!({"type": "deny", "period": {"start": "2025", "end": "2026"}})),
        at("2027-01-01T00:00:00Z")
    );
    let inner = json!([{"type": "permit", "period": {"start": "2026-01-06"}}]);
    assert_eq!(
        until(json!({"type": "deny", "period": {"end": "2026"}, "provision": inner})),
        at("2026-01-06T00:00:00Z")
    );
    assert_eq!(until(json!({"type": "deny", "period": {"end": "2025"}})), None);
}

#[test]
fn labels_are_high_water_marks_for_what_is_permitted_and_low_ones_for_what_is_denied() {
    let label = json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
    for (level, permitted, denied) in [("N", '+', '='), ("R", '+', '-'), ("V", '=', '-')] {
        let mut lab = observation("o", "ann", "1-8", "2020-05-01");
        lab["meta"] = json!({"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": level}]});
        let permit = json!({"type": "permit", "actor": actor("Practitioner/x"), "securityLabel": label});
        check(&["Practitioner/x"], Purpose::Treatment, &consent(permit), &lab, permitted);
        let deny = json!({"type": "deny", "securityLabel": label});
        check(&["Practitioner/x"], Purpose::Treatment, &consent(deny), &lab, denied);
    }
}

/// A provision as plain values: whether it permits, and which classes, codes and actor it is about.
#[derive(Debug, Clone)]
struct Sketch {
    permits: bool,
    class: Option<&'static str>,
    code: Option<&'static str>,
    actor: Option<&'static str>,
    inner: Vec<Sketch>,
}

fn any_sketch() -> impl Strategy<Value = Sketch> {
    let node = |inner: BoxedStrategy<Vec<Sketch>>| {
        (
            any::<bool>(),
            prop::sample::select(vec![None, Some("Observation"), Some("Condition")]),
            prop::sample::select(vec![None, None, Some("1-8"), Some("2-7")]),
            prop::sample::select(vec![None, None, Some("Practitioner/x"), Some("Practitioner/y")]),
            inner,
        )
            .prop_map(|(permits, class, code, actor, inner)| Sketch {
                permits,
                class,
                code,
                actor,
                inner,
            })
    };
    let leaf = node(Just(Vec::new()).boxed()).boxed();
    leaf.prop_recursive(4, 24, 3, move |inner| node(prop::collection::vec(inner, 0..3).boxed()))
}

impl Sketch {
    fn provision(&self) -> Value {
        let mut provision = json!({"type": if self.permits { "permit" } else { "deny" }});
        if let Some(class) = self.class {
            provision["class"] = json!([{"system": "http://hl7.org/fhir/resource-types", "code": class}]);
        }
        if let Some(code) = self.code {
            provision["code"] = json!([{"coding": [{"system": "http://loinc.org", "code": code}]}]);
        }
        if let Some(who) = self.actor {
            provision["actor"] = actor(who);
        }
        provision["provision"] = self.inner.iter().map(Sketch::provision).collect();
        provision
    }

    fn applies(&self, resource: &Value, who: &str) -> bool {
        let code = resource.pointer("/code/coding/0/code").and_then(Value::as_str);
        self.class.is_none_or(|class| resource["resourceType"] == class)
            && self.code.is_none_or(|wanted| code == Some(wanted))
            && self.actor.is_none_or(|actor| actor == who)
    }

    /// What the tree says where this provision applies: its exceptions before itself, and deny before permit.
    fn says(&self, resource: &Value, who: &str) -> bool {
        let inner = self.inner.iter().filter(|inner| inner.applies(resource, who));
        inner.map(|inner| inner.says(resource, who)).reduce(|one, two| one && two).unwrap_or(self.permits)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_tree_denies_what_a_reading_from_its_leaves_denies(sketch in any_sketch()) {
        let references = ["Practitioner/x".to_owned()];
        let said = said_by(&consent(sketch.provision()), &asker(&references, Purpose::Treatment));
        prop_assert!(said.issues.is_empty());
        let policy = AccessPolicy::everything().obeying(said);
        for resource in [
            observation("o", "ann", "1-8", "2020"), observation("o", "ann", "2-7", "2020"),
            observation("o", "ann", "3-6", "2020"), condition("ann"),
        ] {
            let expect = !sketch.applies(&resource, "Practitioner/x") || sketch.says(&resource, "Practitioner/x");
            prop_assert_eq!(policy.decide(Action::Read, &resource).is_allowed(), expect, "{}", resource);
        }
    }
}
