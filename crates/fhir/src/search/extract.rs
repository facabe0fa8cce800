//! From a resource to what it can be found by through one parameter, and the way through JSON that all
//! extraction goes.

use super::convert::{converter, flag_token};
use super::entry::{IndexEntry, IndexValue};
use crate::defs::{Component, ParamKind, Path, SearchParam, Step};
use crate::json::Value;
use crate::reference::Reference;

/// What a resource can be found by through one parameter.
pub fn extract_param(resource: &Value, param: &'static SearchParam) -> Vec<IndexEntry> {
    if is_presence(param) {
        return vec![IndexEntry { param, value: presence(&param.paths, resource) }];
    }
    let mut entries = Vec::new();
    for path in &param.paths {
        let emit = &mut |value| entries.push(IndexEntry { param, value });
        match converter(param.kind, path.type_name) {
            Some(convert) => walk(&path.steps, resource, resource, &mut |value| convert(value, emit)),
            None if param.kind == ParamKind::Composite => {
                walk(&path.steps, resource, resource, &mut |value| composite(param, value, resource, emit));
            }
            None => {}
        }
    }
    entries
}

/// Follows a path from `value` to every value it leads to. Lists are flattened, nulls left out.
pub(crate) fn walk<'a>(steps: &[Step], value: &'a Value, root: &Value, found: &mut dyn FnMut(&'a Value)) {
    match (steps.split_first(), value) {
        (_, Value::Null) => {}
        (Some((Step::First, rest)), Value::Array(items)) => {
            if let Some(item) = items.first() {
                walk(rest, item, root, found);
            }
        }
        (_, Value::Array(items)) => items.iter().for_each(|item| walk(steps, item, root, found)),
        (None, value) => found(value),
        (Some((Step::Member(name), rest)), value) => {
            if let Some(member) = value.get(name) {
                walk(rest, member, root, found);
            }
        }
        (Some((step, rest)), value) => {
            if holds(step, value, root) {
                walk(rest, value, root, found);
            }
        }
    }
}

/// Whether a value passes a condition; steps that are none let everything through.
pub(super) fn holds(step: &Step, value: &Value, root: &Value) -> bool {
    match step {
        Step::WhereEquals { member, text } => value.get(member).and_then(Value::as_str) == Some(text),
        Step::WhereResolvesTo(type_name) => points_to(value, type_name, root),
        Step::Member(_) | Step::First | Step::PresentAndNotFalse => true,
    }
}

/// Whether a Reference points to a type, as far as it says so itself or by what `root` contains.
fn points_to(reference: &Value, wanted: &str, root: &Value) -> bool {
    let member = |name| reference.get(name).and_then(Value::as_str);
    let by_text = member("reference").and_then(|text| match Reference::parse(text) {
        Reference::Local { type_name, .. } | Reference::Conditional { type_name, .. } => Some(type_name),
        Reference::Fragment("") => root.get("resourceType").and_then(Value::as_str),
        Reference::Fragment(id) => contained_type(root, id),
        other => other.trailing().map(|(type_name, _)| type_name),
    });
    by_text.or_else(|| member("type")) == Some(wanted)
}

fn contained_type<'a>(root: &'a Value, id: &str) -> Option<&'a str> {
    let contained = root.get("contained")?.as_array()?;
    let found = contained.iter().find(|inner| inner.get("id").and_then(Value::as_str) == Some(id))?;
    found.get("resourceType")?.as_str()
}

/// Whether any of the paths leads to a value other than `false`: `Patient.deceased`.
pub(super) fn presence(paths: &[Path], resource: &Value) -> IndexValue {
    let mut is_present = false;
    for path in paths {
        walk(&path.steps, resource, resource, &mut |value| is_present |= value != &Value::Bool(false));
    }
    flag_token(is_present)
}

pub(super) fn is_presence(param: &SearchParam) -> bool {
    param.paths.first().is_some_and(|path| path.steps.last() == Some(&Step::PresentAndNotFalse))
}

/// An element has no more combinations than these: two lists of codings multiply, and a resource may be made to harm.
const MOST_COMBINATIONS: usize = 1_000;

/// Every combination of the components' values that stand in the same element.
pub(super) fn composite(
    param: &SearchParam,
    element: &Value,
    root: &Value,
    emit: &mut dyn FnMut(IndexValue),
) {
    // The last component is the rarest: of what an Observation may be, it is only one.
    let mut columns = Vec::with_capacity(param.components.len());
    for component in param.components.iter().rev() {
        let values = component_values(component, element, root);
        if values.is_empty() {
            return;
        }
        columns.push(values);
    }
    let mut tuples: Vec<Vec<IndexValue>> = vec![Vec::with_capacity(columns.len())];
    for column in columns.into_iter().rev() {
        tuples = combined(tuples, column);
    }
    tuples.into_iter().for_each(|tuple| emit(IndexValue::Composite(tuple)));
}

/// Each tuple with each value at its end.
fn combined(mut tuples: Vec<Vec<IndexValue>>, mut column: Vec<IndexValue>) -> Vec<Vec<IndexValue>> {
    if let ([tuple], [_]) = (tuples.as_mut_slice(), column.as_slice()) {
        tuple.append(&mut column);
        return tuples;
    }
    let extended = |tuple: &Vec<IndexValue>, value: &IndexValue| {
        let mut tuple = tuple.clone();
        tuple.push(value.clone());
        tuple
    };
    let longer = tuples.iter().flat_map(|tuple| column.iter().map(move |value| extended(tuple, value)));
    longer.take(MOST_COMBINATIONS).collect()
}

fn component_values(component: &Component, element: &Value, root: &Value) -> Vec<IndexValue> {
    let mut values = Vec::new();
    for path in &component.paths {
        let start = if path.from_resource { root } else { element };
        if let Some(convert) = converter(component.kind, path.type_name) {
            walk(&path.steps, start, root, &mut |value| convert(value, &mut |value| values.push(value)));
        }
    }
    values.retain(|value| !is_for_a_modifier(value));
    values
}

/// Whether a value is found by `:text` or `:of-type` alone; a composite knows no modifiers.
fn is_for_a_modifier(value: &IndexValue) -> bool {
    match value {
        IndexValue::Token { system, code, .. } => system.is_none() && code.is_none(),
        IndexValue::TypedIdentifier { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defs::{resource_types, search_param, search_params};
    use crate::search::extract;
    use crate::temporal::{TimeRange, range_text};
    use serde_json::json;

    /// An index value as one line of text.
    fn show(value: &IndexValue) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match value {
            IndexValue::Token { system, code, text: words } => {
                format!("{}|{}|{}", text(system), text(code), text(words))
            }
            IndexValue::TypedIdentifier { system, code, value } => {
                format!("{}|{code}|{value}!", text(system))
            }
            IndexValue::Text(text) | IndexValue::Uri(text) => text.clone(),
            IndexValue::Date(range) if *range == TimeRange::OPEN => "always".to_owned(),
            IndexValue::Date(range) if range.start == i64::MIN => format!("..{}", date(range.end)),
            IndexValue::Date(range) if range.end == i64::MAX => format!("{}..", date(range.start)),
            IndexValue::Date(range) => format!("{}..{}", date(range.start), date(range.end)),
            IndexValue::Number { value, lo, hi } => format!("{value} {lo} {hi}"),
            IndexValue::Quantity { value, system, code, unit, .. } => {
                format!("{value} {}|{}|{}", text(system), text(code), text(unit))
            }
            IndexValue::Reference { type_name, id, url, identifier } => {
                let identifier =
                    identifier.as_ref().map(|(system, value)| format!(" ={}|{value}", text(system)));
                format!("{}/{}{}{}", text(type_name), text(id), text(url), identifier.unwrap_or_default())
            }
            IndexValue::Composite(values) => values.iter().map(show).collect::<Vec<_>>().join(" $ "),
        }
    }

    fn date(micros: i64) -> String {
        range_text(TimeRange { start: micros, end: micros + 86_400_000_000 })
    }

    /// What a resource with one member set is found by, through one parameter.
    #[track_caller]
    fn check(type_name: &str, code: &str, member: &str, value: Value, expected: &[&str]) {
        let resource = json!({"resourceType": type_name, member: value});
        let param = search_param(type_name, code).unwrap();
        let shown: Vec<String> =
            extract_param(&resource, param).iter().map(|entry| show(&entry.value)).collect();
        assert_eq!(shown, expected, "{type_name}.{code} of {resource}");
        let of_all = extract(&resource).into_iter().filter(|entry| entry.param.id == param.id);
        assert_eq!(
            of_all.map(|entry| show(&entry.value)).collect::<Vec<_>>(),
            expected,
            "{code} through the tree"
        );
    }

    #[test]
    fn tokens() {
        let coding = json!({"system": "s", "code": "c", "display": "d"});
        check(
            "Observation",
            "code",
            "code",
            json!({"coding": [coding, {"code": "e"}], "text": "t"}),
            &["s|c|d", "|e|", "||t"],
        );
        check("Observation", "code", "code", json!({"coding": [{"userSelected": true}]}), &[]);
        check("Encounter", "class", "class", coding, &["s|c|d"]);
        let identifier = json!([{"system": "s", "value": "1", "type": {"coding": [{"system": "t", "code": "MR"}], "text": "x"}}, {"value": "2"}]);
        check("Patient", "identifier", "identifier", identifier, &["t|MR|1!", "s|1|x", "|2|"]);
        check("Patient", "gender", "gender", json!("female"), &["|female|"]);
        check("Patient", "active", "active", json!(false), &["|false|"]);
        check(
            "Patient",
            "phone",
            "telecom",
            json!([{"system": "email", "value": "a@b"}, {"system": "phone", "value": "1"}]),
            &["|1|"],
        );
        check("Patient", "_id", "id", json!("p"), &["|p|"]);
        check("Patient", "_tag", "meta", json!({"tag": [{"system": "s", "code": "c"}]}), &["s|c|"]);
    }

    #[test]
    fn presence_is_a_flag_also_where_there_is_nothing() {
        check("Patient", "deceased", "deceasedBoolean", json!(true), &["|true|"]);
        check("Patient", "deceased", "deceasedBoolean", json!(false), &["|false|"]);
        check("Patient", "deceased", "deceasedDateTime", json!("2020"), &["|true|"]);
        check("Patient", "deceased", "id", json!("1"), &["|false|"]);
    }

    #[test]
    fn strings() {
        let name = json!([{"family": "F", "given": ["A", "B"], "prefix": ["Dr"], "period": {"start": "2020"}}, {"text": "T"}]);
        check("Patient", "name", "name", name.clone(), &["F", "A", "B", "Dr", "T"]);
        check("Patient", "given", "name", name, &["A", "B"]);
        let address = json!([{"line": ["L1", null, "L2"], "city": "C", "postalCode": "1", "use": "home"}]);
        check("Patient", "address", "address", address.clone(), &["L1", "L2", "C", "1"]);
        check("Patient", "address-city", "address", address, &["C"]);
    }

    #[test]
    fn dates() {
        check("Patient", "birthdate", "birthDate", json!("1970-03"), &["1970-03-01..1970-04-01"]);
        check("Patient", "birthdate", "birthDate", json!("spring"), &[]);
        check("Encounter", "date", "period", json!({"start": "2020-01-05"}), &["2020-01-05.."]);
        check("Encounter", "date", "period", json!({"end": "2020-01-05"}), &["..2020-01-06"]);
        check(
            "Encounter",
            "date",
            "period",
            json!({"start": "2020-01-05", "end": "2020-02"}),
            &["2020-01-05..2020-03-01"],
        );
        check("Encounter", "date", "period", json!({}), &[]);
        check("Encounter", "date", "period", json!({"start": "2020-01-05", "end": "2020-99"}), &[]);
        let timing = json!({"event": ["2020-03-01", "2020-01-01"], "repeat": {"boundsPeriod": {"start": "2020-02", "end": "2020-04"}}});
        check("Observation", "date", "effectiveTiming", timing, &["2020-01-01..2020-05-01"]);
        check("Observation", "date", "effectiveTiming", json!({"repeat": {"frequency": 1}}), &[]);
    }

    #[test]
    fn numbers_and_quantities() {
        let number: Value = serde_json::from_str("0.80").unwrap();
        check(
            "RiskAssessment",
            "probability",
            "prediction",
            json!([{"probabilityDecimal": number}]),
            &["0.8 0.795 0.805"],
        );
        let quantity = json!({"value": 5.4, "unit": "u", "system": "s", "code": "c", "comparator": "<"});
        check("Observation", "value-quantity", "valueQuantity", quantity, &["5.4 s|c|u"]);
        check("Observation", "value-quantity", "valueQuantity", json!({"unit": "u"}), &[]);
        let range = json!({"low": {"value": 30, "unit": "a"}, "high": {"value": 40, "unit": "a"}});
        check("Condition", "onset-age", "onsetRange", range, &["30 ||a", "40 ||a"]);
        check(
            "ChargeItem",
            "price-override",
            "priceOverride",
            json!({"value": 9.5, "currency": "EUR"}),
            &["9.5 urn:iso:std:iso:4217|EUR|"],
        );
    }

    #[test]
    fn references() {
        let cases = [
            (json!({"reference": "Patient/1"}), vec!["Patient/1"]),
            (json!({"reference": "Patient/1/_history/2"}), vec!["Patient/1", "/Patient/1/_history/2"]),
            (json!({"reference": "http://x/Patient/1"}), vec!["/http://x/Patient/1"]),
            (json!({"reference": "#p"}), vec!["/"]),
            (json!({"display": "somebody"}), vec!["/"]),
            (json!({"type": "Patient", "identifier": {"system": "s", "value": "1"}}), vec!["Patient/ =s|1"]),
        ];
        for (reference, expected) in cases {
            check("Observation", "subject", "subject", reference, &expected);
        }
        let canonical = json!(["http://x/q|1.0"]);
        check(
            "CarePlan",
            "instantiates-canonical",
            "instantiatesCanonical",
            canonical,
            &["/http://x/q|1.0", "/http://x/q"],
        );
        check(
            "Bundle",
            "composition",
            "entry",
            json!([{"resource": {"resourceType": "Composition", "id": "c"}}]),
            &["Composition/c"],
        );
    }

    #[test]
    fn a_parameter_for_one_target_type_leaves_the_others_out() {
        let contained = json!([{"resourceType": "Patient", "id": "p"}]);
        let cases = [
            (json!({"reference": "Patient/1"}), true),
            (json!({"reference": "Group/1"}), false),
            (json!({"reference": "http://x.example/Patient/1"}), true),
            (json!({"reference": "http://x.example/Group/1"}), false),
            (json!({"reference": "#p"}), true),
            (json!({"reference": "#q"}), false),
            (json!({"reference": "urn:uuid:1", "type": "Patient"}), true),
            (json!({"reference": "urn:uuid:1"}), false),
            (json!({"type": "Patient", "identifier": {"value": "1"}}), true),
            (json!({"display": "somebody"}), false),
        ];
        let param = search_param("Observation", "patient").unwrap();
        for (subject, expected) in cases {
            let resource = json!({"resourceType": "Observation", "subject": subject, "contained": contained});
            assert_eq!(!extract_param(&resource, param).is_empty(), expected, "{resource}");
        }
    }

    #[test]
    fn uris_are_found_with_and_without_their_version() {
        check(
            "Patient",
            "_profile",
            "meta",
            json!({"profile": ["http://x/p|2"]}),
            &["http://x/p|2", "http://x/p"],
        );
        check("ValueSet", "url", "url", json!("http://x/v"), &["http://x/v"]);
    }

    #[test]
    fn a_composite_pairs_what_stands_in_one_element() {
        let coded = |code| json!({"coding": [{"code": code}]});
        let resource = json!({
            "resourceType": "Observation", "code": coded("bp"),
            "component": [
                {"code": coded("sys"), "valueQuantity": {"value": 120}},
                {"code": coded("dia"), "valueQuantity": {"value": 80}},
                {"code": coded("none")},
            ],
        });
        let param = search_param("Observation", "component-code-value-quantity").unwrap();
        let shown: Vec<String> =
            extract_param(&resource, param).iter().map(|entry| show(&entry.value)).collect();
        assert_eq!(shown, ["|sys| $ 120 ||", "|dia| $ 80 ||"]);
    }

    #[test]
    fn combinations_have_an_end() {
        let codings: Vec<Value> = (0..2_000).map(|code| json!({"code": code.to_string()})).collect();
        let many = json!({"coding": codings});
        let resource = json!({"resourceType": "Observation", "code": many, "valueCodeableConcept": many});
        let param = search_param("Observation", "code-value-concept").unwrap();
        assert_eq!(extract_param(&resource, param).len(), MOST_COMBINATIONS);
    }

    #[test]
    fn every_path_of_every_parameter_has_a_conversion() {
        let without = |kind, type_name: &str| match kind {
            ParamKind::Composite | ParamKind::Special => false,
            ParamKind::Quantity if type_name == "SampledData" => false,
            kind => converter(kind, type_name).is_none(),
        };
        for param in resource_types().flat_map(search_params).filter(|param| !is_presence(param)) {
            for path in &param.paths {
                assert!(
                    !without(param.kind, path.type_name),
                    "{}.{}: {}",
                    param.resource_type,
                    param.code,
                    path.type_name
                );
            }
            for component in &param.components {
                for path in &component.paths {
                    assert!(
                        !without(component.kind, path.type_name),
                        "{}.{} {}: {}",
                        param.resource_type,
                        param.code,
                        component.code,
                        path.type_name
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_resource_has_no_entries() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!({"resourceType": "Nothing"}),
            json!({"resourceType": 1}),
        ] {
            assert!(extract(&value).is_empty());
        }
    }
}
