//! HL7's own test suite for R4: `shared/data/fhir/fhirpath/tests-fhir-r4.xml`.

use super::{Environment, Expression, Item, System};
use crate::defs;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// What the suite expects and we answer otherwise, knowingly.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "HighBoundaryDateTimeMillisecond1",
        "the last moment of hour 08 is 08:59:59.999, the suite has 08:00:59.999",
    ),
    ("HighBoundaryDateTimeMillisecond3", "the same"),
    (
        "testPrimitiveExtensions",
        "its input is not among the suite's files; see tests::extensions_stand_beside_primitives",
    ),
];

/// The least share of the tests that must pass.
const LEAST: f64 = 0.98;

#[test]
fn the_suite_of_r4_passes() {
    let Some(folder) = folder() else {
        println!("skipped: no shared data");
        return;
    };
    let text = std::fs::read_to_string(folder.join("tests-fhir-r4.xml")).unwrap();
    let suite = roxmltree::Document::parse(&text).unwrap();
    let (mut passed, mut failed) = (0, Vec::new());
    for test in suite.descendants().filter(|node| node.has_tag_name("test")) {
        let name = test.attribute("name").unwrap_or("(unnamed)");
        match run(&folder, test) {
            Ok(()) => passed += 1,
            Err(why) => failed.push((name, why)),
        }
    }
    for (name, why) in &failed {
        println!("{name}: {why}");
    }
    let total = passed + failed.len();
    println!("{passed} of {total} pass");
    assert!(passed as f64 >= LEAST * total as f64, "{passed} of {total} pass");
    let known = |name: &str| OTHERWISE.iter().any(|(other, _)| *other == name);
    let new: Vec<_> = failed.iter().filter(|(name, _)| !known(name)).collect();
    assert!(new.is_empty(), "failing, and not known to: {new:?}");
}

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("SALUS_SHARED_DATA").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    Some(shared.join("fhir/fhirpath")).filter(|folder| folder.is_dir())
}

fn run(folder: &Path, test: roxmltree::Node<'_, '_>) -> Result<(), String> {
    let input = match test.attribute("inputfile") {
        Some(file) => input(folder, file)?,
        None => Value::Object(Map::new()),
    };
    let expression = test.children().find(|node| node.has_tag_name("expression")).ok_or("no expression")?;
    let expected: Vec<_> = test.children().filter(|node| node.has_tag_name("output")).collect();
    let mut environment = Environment::at("2026-01-05T08:00:00Z".parse().unwrap());
    environment.strict = test.attribute("mode") == Some("strict");
    let invalid = expression.attribute("invalid").is_some();

    let parsed = match Expression::parse(expression.text().unwrap_or_default()) {
        Ok(parsed) => parsed,
        Err(_) if invalid => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let items = match parsed.evaluate(&input, &environment) {
        Ok(items) => items,
        Err(_) if invalid => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if invalid && expected.is_empty() {
        return Err("an error was expected".to_owned());
    }
    let mut found: Vec<(String, String)> = items.iter().map(told).collect();
    if test.attribute("predicate") == Some("true") {
        found = vec![("boolean".to_owned(), (!items.is_empty()).to_string())];
    }
    let matches = found.len() == expected.len() && {
        found.iter().zip(&expected).all(|(found, expected)| is_expected(found, *expected))
    };
    if matches { Ok(()) } else { Err(format!("found {found:?}")) }
}

/// An item's type and text, as the suite writes them.
fn told(item: &Item<'_>) -> (String, String) {
    let name = item.type_info().name.into_owned();
    let name = if matches!(item, Item::System(System::Quantity(_))) {
        name
    } else {
        name[..1].to_ascii_lowercase() + &name[1..]
    };
    let text = match item.system() {
        Some(System::Moment(moment)) => {
            let t = if moment.kind == super::MomentKind::Time { "T" } else { "" };
            format!("@{t}{moment}")
        }
        Some(value) => value.to_text().into_owned(),
        None => item.to_json().to_string(),
    };
    (name, text)
}

fn is_expected((name, text): &(String, String), expected: roxmltree::Node<'_, '_>) -> bool {
    let wanted = expected.text().unwrap_or_default();
    let same_number =
        || match (text.parse::<rust_decimal::Decimal>(), wanted.parse::<rust_decimal::Decimal>()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
    let same_type = expected.attribute("type").is_none_or(|wanted| wanted == name);
    same_type && (text == wanted || same_number())
}

/// The input as JSON. Where the suite has it in XML, that is what counts.
fn input(folder: &Path, file: &str) -> Result<Value, String> {
    let path = folder.join("input").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) if file.ends_with(".json") => serde_json::from_str(&text).map_err(|error| error.to_string()),
        Ok(text) => {
            let document = roxmltree::Document::parse(&text).map_err(|error| error.to_string())?;
            let root = document.root_element();
            let mut resource = object(root, root.tag_name().name());
            resource.insert("resourceType".to_owned(), root.tag_name().name().into());
            Ok(Value::Object(resource))
        }
        Err(_) => {
            let json = path.with_extension("json");
            let text = std::fs::read_to_string(json).map_err(|_| format!("no input {file}"))?;
            serde_json::from_str(&text).map_err(|error| error.to_string())
        }
    }
}

/// An element of FHIR's XML as the members of a JSON object.
fn object(element: roxmltree::Node<'_, '_>, type_name: &str) -> Map<String, Value> {
    let mut members = Map::new();
    for attribute in element.attributes().filter(|attribute| attribute.name() != "value") {
        members.insert(attribute.name().to_owned(), attribute.value().into());
    }
    for child in element.children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        let field = defs::type_def(type_name).and_then(|def| def.field(name));
        let (kind, is_list) = field.map_or(("", false), |field| (field.type_name, field.element.is_list()));
        let rest = object(child, kind);
        let (value, beside) = match child.attribute("value") {
            Some(text) => (scalar(text, kind), (!rest.is_empty()).then_some(Value::Object(rest))),
            None if name == "div" => ("<div>narrative</div>".into(), None),
            None => (Value::Object(rest), None),
        };
        if let Some(beside) = beside {
            members.insert(format!("_{name}"), beside);
        }
        match (is_list, members.get_mut(name)) {
            (true, Some(Value::Array(items))) => items.push(value),
            (true, _) => {
                members.insert(name.to_owned(), Value::Array(vec![value]));
            }
            _ => {
                members.insert(name.to_owned(), value);
            }
        }
    }
    members
}

fn scalar(text: &str, kind: &str) -> Value {
    match kind {
        "boolean" | "integer" | "positiveInt" | "unsignedInt" | "decimal" => {
            serde_json::from_str(text).unwrap_or(Value::Null)
        }
        _ => text.into(),
    }
}
