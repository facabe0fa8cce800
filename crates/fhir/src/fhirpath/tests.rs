use super::*;
use salus_core::SeededRng;
use serde_json::json;
use std::sync::Mutex;

fn environment() -> Environment<'static> {
    Environment::at("2026-01-05T08:00:00Z".parse().unwrap())
}

#[track_caller]
fn check(resource: &Value, expression: &str, expect: Value) {
    let (parsed, environment) = (Expression::parse(expression).unwrap(), environment());
    let found: Vec<Value> =
        parsed.evaluate(resource, &environment).unwrap().iter().map(Item::to_json).collect();
    assert_eq!(Value::Array(found), expect, "{expression}");
}

fn observation() -> Value {
    json!({
        "resourceType": "Observation",
        "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "1980-05"}],
        "status": "final",
        "subject": {"reference": "#p"},
        "component": [
            {"valueQuantity": {"value": 120, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
            {"valueString": "high"},
        ],
        "extension": [
            {"url": "http://salus.test/a", "valueDuration": {"value": 2, "system": "http://unitsofmeasure.org", "code": "h"}}
        ],
    })
}

#[test]
fn elements_are_found_by_their_types() {
    let resource = observation();
    check(&resource, "component.value.ofType(Quantity).value", json!([120]));
    check(&resource, "Observation.component.where(value is string).value", json!(["high"]));
    check(&resource, "DomainResource.status", json!(["final"]));
    check(&resource, "component.valueString", json!([]));
    check(&resource, "subject.resolve().birthDate", json!(["1980-05"]));
    check(&resource, "subject.resolve() is Patient", json!([true]));
    check(&resource, "contained.ofType(Patient).birthDate < today()", json!([true]));
    check(&resource, "extension('http://salus.test/a').value = 120 minutes", json!([true]));
    check(&resource, "component.first().value > 100 'mm[Hg]'", json!([true]));
    check(&resource, "descendants().where($this is Quantity).count()", json!([2]));
}

#[test]
fn objects_of_unknown_type_are_read_by_their_json() {
    let object =
        json!({"when": "2025-01-02", "valueQuantity": {"value": 1.50, "code": "mg"}, "n": [1, 2.50]});
    check(&object, "value.value", json!([1.5]));
    check(&object, "value is Quantity", json!([true]));
    check(&object, "when < @2025-01-03", json!([true]));
    check(&object, "n.aggregate($this + $total, 0)", json!([3.5]));
}

#[test]
fn extensions_stand_beside_primitives() {
    let patient = json!({
        "resourceType": "Patient",
        "name": [{"given": [null, "Ada"], "_given": [{"extension": [{"url": "http://salus.test/x", "valueCode": "y"}]}]}],
        "_birthDate": {"extension": [{"url": "http://salus.test/x", "valueCode": "z"}]},
    });
    check(&patient, "name.given.select($this.hasValue())", json!([false, true]));
    check(&patient, "name.given.extension('http://salus.test/x').value", json!(["y"]));
    check(&patient, "birthDate.extension.value", json!(["z"]));
    check(&patient, "birthDate.empty()", json!([false]));
    check(&patient, "birthDate > today()", json!([]));
    check(&patient, "descendants().ofType(code)", json!(["z", "y"]));
}

#[test]
fn an_element_can_be_the_context() {
    let resource = observation();
    let environment = Environment { resource: Some(&resource), ..environment() };
    let reference = Node::typed(&resource["subject"], "Reference");
    let invariant =
        "reference.startsWith('#').not() or (reference.substring(1) in %rootResource.contained.id)";
    let expression = Expression::parse(invariant).unwrap();
    assert_eq!(expression.evaluate_bool_on(reference, &environment), Ok(true));
    assert_eq!(
        Expression::parse("%context.reference = '#q'").unwrap().evaluate_bool_on(reference, &environment),
        Ok(false)
    );
}

#[test]
fn the_environment_is_seen() {
    struct Known(Value);
    impl Resolver for Known {
        fn resolve(&self, reference: &str) -> Option<&Value> {
            (reference == "Organization/1").then_some(&self.0)
        }
    }
    #[derive(Default)]
    struct Told(Mutex<Vec<(String, usize)>>);
    impl Tracer for Told {
        fn trace(&self, name: &str, items: &[Item<'_>]) {
            self.0.lock().unwrap().push((name.to_owned(), items.len()));
        }
    }
    let patient = json!({"resourceType": "Patient", "managingOrganization": {"reference": "Organization/1"}});
    let known = Known(json!({"resourceType": "Organization", "name": "Clinic"}));
    let told = Told::default();
    let environment = Environment {
        resolver: Some(&known),
        tracer: Some(&told),
        variables: BTreeMap::from([("limits".to_owned(), json!([1, 2, 3]))]),
        ..environment()
    };
    let text = "managingOrganization.resolve().name = 'Clinic' and %limits.trace('limits').count() = 3 and now() = @2026-01-05T08:00:00Z";
    assert_eq!(Expression::parse(text).unwrap().evaluate_bool(&patient, &environment), Ok(true));
    assert_eq!(*told.0.lock().unwrap(), [("limits".to_owned(), 3)]);
    let unknown = Expression::parse("%unknown").unwrap();
    assert!(matches!(unknown.evaluate(&patient, &environment), Err(Error::Semantic(_))));
}

#[test]
fn every_invariant_of_the_definitions_can_be_read() {
    let rows = include_str!("../tables/invariants.tsv").lines().filter(|row| !row.starts_with('#'));
    for row in rows {
        let text = row.split('\t').nth(3).unwrap();
        assert!(Expression::parse(text).is_ok(), "{row}");
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    let object = json!({"a": (0..1000).collect::<Vec<_>>()});
    for text in [
        "a.select(%context.a).select(%context.a).select(%context.a).count()",
        "a.select('x'.replace('x', 'xxxxxxxxxxxxxxxx')).aggregate($total & $total & $this, 'xxxx')",
        "(1).repeat($this + 1)",
        "a.select(%context.a.join(','))",
        "a.where('a'.matches('a{1,999}' & $this.toString()))",
    ] {
        let (parsed, environment) = (Expression::parse(text).unwrap(), environment());
        assert!(parsed.evaluate(&object, &environment).is_err(), "{text}");
    }
}

#[test]
fn the_deepest_expression_fits_a_small_stack() {
    for text in [
        "(".repeat(90) + "1" + &")".repeat(90),
        "where(".repeat(90) + "true" + &")".repeat(90),
        "-".repeat(90) + "1",
        "1".to_owned() + &" + 1".repeat(90),
        "a[".repeat(90) + "0" + &"]".repeat(90),
        "a".to_owned() + &".a".repeat(20_000),
    ] {
        let run = move || {
            let (object, environment) = (json!({"a": [1]}), environment());
            Expression::parse(&text).unwrap().evaluate(&object, &environment).map(|items| items.len()).is_ok()
        };
        std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap();
    }
}

/// Random tokens in a row: most are refused, none may panic.
#[test]
fn nothing_panics() {
    const TOKENS: [&str; 64] = [
        "name",
        "given",
        "birthDate",
        "Patient",
        "1",
        "0",
        "2.5",
        "-",
        "+",
        "*",
        "/",
        "div",
        "mod",
        "'a'",
        "'é'",
        "''",
        "{}",
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
        "|",
        "=",
        "~",
        "<",
        ">=",
        "and",
        "implies",
        "is",
        "as",
        "String",
        "in",
        "contains",
        "@2015",
        "@2015-01-31T10:00:00.5+14:00",
        "@T10",
        "month",
        "9999999999 years",
        "1 'mg'",
        "4 'd'",
        ".count()",
        ".toString()",
        ".substring(",
        ".power(",
        ".round(",
        ".log(",
        ".lowBoundary(",
        ".highBoundary()",
        ".select(",
        ".repeat(",
        ".sort(",
        ".exp()",
        ".ln()",
        ".sqrt()",
        ".toQuantity()",
        ".toDateTime()",
        "$this",
        "$index",
        "%resource",
        "9223372036854775807",
        "79228162514264337593543950335",
        ".descendants()",
    ];
    let patient = json!({
        "resourceType": "Patient", "birthDate": "1974-12-25", "multipleBirthInteger": 9_223_372_036_854_775_807_i64,
        "name": [{"given": ["Ása", "B"], "family": "C"}],
    });
    let (rng, environment) = (SeededRng::new(5), environment());
    let pick = |limit: usize| usize::try_from(rng.next_u64() % limit as u64).unwrap();
    let mut evaluated = 0;
    for _ in 0..20_000 {
        let text: String = (0..1 + pick(9)).map(|_| TOKENS[pick(TOKENS.len())].to_owned() + " ").collect();
        let closed =
            text.clone() + &")".repeat(text.matches('(').count().saturating_sub(text.matches(')').count()));
        if let Ok(parsed) = Expression::parse(&closed) {
            evaluated += usize::from(parsed.evaluate(&patient, &environment).is_ok());
        }
    }
    assert!(evaluated > 300, "{evaluated}");
}
