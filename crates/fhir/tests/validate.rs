//! Validation against whole resources: published examples pass, foreign verdicts are met, odd input harms nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's helpers may fail as its tests do")]

use proptest::prelude::*;
use salus_core::Timestamp;
use salus_fhir::json::{self, Value};
use salus_fhir::{Issue, IssueCode, defs, validate, validate_fully};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a folder of FHIR test data, by name; nothing where the data is not at hand.
fn shared(folder: &str) -> BTreeMap<String, PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("fhir").join(folder)) else {
        println!("skipped: no shared data");
        return BTreeMap::new();
    };
    let paths = files.map(|file| file.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

fn errors(issues: &[Issue]) -> Vec<String> {
    let errors = issues.iter().filter(|issue| issue.is_error());
    errors
        .map(|issue| format!("{}: {}", issue.expression.as_deref().unwrap_or_default(), issue.diagnostics))
        .collect()
}

/// The texts of all numbers, in order.
fn numbers(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| numbers(item, found)),
        Value::Object(members) => members.values().for_each(|member| numbers(member, found)),
        _ => {}
    }
}

/// Examples that contradict the definitions of 4.0.1, a metric whose parent is a DeviceDefinition: they may be
/// stored, and full validation tells the contradiction.
const CONTRADICTORY: [&str; 1] = ["devicemetric-example.json"];

#[test]
fn the_examples_of_r4_are_valid_and_lose_nothing() {
    for (name, path) in shared("examples") {
        let resource = json::parse(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(errors(&validate(&resource)), Vec::<String>::new(), "{name}");
        let found = errors(&validate_fully(&resource, Timestamp::UNIX_EPOCH));
        assert_eq!(found.len(), usize::from(CONTRADICTORY.contains(&name.as_str())), "{name}: {found:?}");
        let again = json::parse(resource.to_string().as_bytes()).unwrap();
        assert_eq!(resource, again, "{name}");
        let (mut before, mut after) = (Vec::new(), Vec::new());
        numbers(&resource, &mut before);
        numbers(&again, &mut after);
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn synthea_bundles_are_valid() {
    for (name, path) in shared("synthea") {
        let bundle = json::parse(&std::fs::read(path).unwrap()).unwrap();
        let issues = validate_fully(&bundle, Timestamp::UNIX_EPOCH);
        assert_eq!(errors(&issues), Vec::<String>::new(), "{name}");
        let unchecked = issues.iter().find(|issue| issue.code == IssueCode::NotSupported);
        assert!(unchecked.is_none(), "{name}: {unchecked:?}");
    }
}

/// The reference validator also knows profiles, and terminologies that we cannot list; where its verdict comes
/// from those, ours differs. The rate is held, and the differences are printed.
#[test]
fn verdicts_of_the_reference_validator_are_met() {
    let files = shared("validator");
    let Some(expected) = files.get("expected.json") else { return };
    let expected = json::parse(&std::fs::read(expected).unwrap()).unwrap();
    let cases = expected.as_array().unwrap();
    let (mut met, mut total) = (0, 0);
    for case in cases {
        let is_error = |issue: &&Value| matches!(issue["severity"].as_str(), Some("error" | "fatal"));
        let theirs: Vec<&Value> = match &case["expected"] {
            Value::Array(issues) => issues.iter().filter(is_error).collect(),
            Value::Object(summary) => {
                summary.get("errorCount").filter(|count| **count != 0).into_iter().collect()
            }
            _ => continue,
        };
        let path = &files[case["file"].as_str().unwrap()];
        let ours = match json::parse(&std::fs::read(path).unwrap()) {
            Ok(resource) => errors(&validate_fully(&resource, Timestamp::UNIX_EPOCH)),
            Err(error) => vec![error.to_string()],
        };
        total += 1;
        if ours.is_empty() == theirs.is_empty() {
            met += 1;
        } else {
            println!("{}\n  theirs: {theirs:?}\n  ours: {ours:?}", case["name"]);
        }
    }
    println!("{met} of {total} verdicts met");
    assert!(met * 100 >= total * 90, "{met} of {total} verdicts met");
}

/// JSON whose member names and texts are FHIR's own, so that it gets past the first look.
fn fhir_like() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("resourceType"),
        Just("id"),
        Just("name"),
        Just("_birthDate"),
        Just("birthDate"),
        Just("contained"),
        Just("extension"),
        Just("url"),
        Just("valueReference"),
        Just("reference"),
        Just("given"),
        Just("_given"),
        Just("text"),
        Just("div"),
        Just("entry"),
        Just("resource"),
        Just("code"),
        Just("coding"),
        Just("value"),
    ];
    let texts = prop_oneof![
        defs::resource_types().collect::<Vec<_>>().prop_map_into_select(),
        "[ -~é😀]{0,12}".boxed(),
        Just("2024-02-30".to_owned()).boxed(),
        Just("<div xmlns=\"http://www.w3.org/1999/xhtml\">&x;</div>".to_owned()).boxed(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// A choice among names, as a strategy.
trait Select {
    fn prop_map_into_select(self) -> BoxedStrategy<String>;
}

impl Select for Vec<&'static str> {
    fn prop_map_into_select(self) -> BoxedStrategy<String> {
        proptest::sample::select(self).prop_map(str::to_owned).boxed()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_gets_an_answer(value in fhir_like(), name in "Patient|Bundle|Observation|Parameters") {
        let _ = validate(&value);
        let mut resource = value;
        if let Value::Object(members) = &mut resource {
            members.insert("resourceType".to_owned(), json!(name));
        }
        let _ = validate_fully(&resource, Timestamp::UNIX_EPOCH);
    }
}
