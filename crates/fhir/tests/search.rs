//! Search against whole resources: what is extracted finds the resource again; odd input harms nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's helpers may fail as its tests do")]

use proptest::prelude::*;
use salus_fhir::json::{self, Value};
use salus_fhir::search::{IndexEntry, IndexValue, Query, extract, extract_param, matches, normalise};
use salus_fhir::temporal::{TimeRange, range_text, time_range};
use salus_fhir::{defs, reference::Reference};
use std::path::{Path, PathBuf};

/// Parameters that ask for exactly this entry. `None` where no parameter can: a reference to nowhere, a period.
fn question(entry: &IndexEntry) -> Option<(String, String)> {
    let (suffix, text) = match &entry.value {
        IndexValue::Token { code: None, system: None, text } => {
            (":text", escape(text.as_deref().filter(|text| !normalise(text).is_empty())?))
        }
        IndexValue::TypedIdentifier { system, code, value } => {
            (":of-type", format!("{}|{}|{}", escape(system.as_deref()?), escape(code), escape(value)))
        }
        IndexValue::Text(text) => (":exact", escape(text)),
        value => ("", plain(value)?),
    };
    (!text.is_empty()).then(|| (format!("{}{suffix}", entry.param.code), text))
}

fn plain(value: &IndexValue) -> Option<String> {
    Some(match value {
        IndexValue::Token { system, code, .. } => {
            let system = system.as_deref().map(|system| format!("{}|", escape(system))).unwrap_or_default();
            format!("{system}{}", code.as_deref().map(escape).unwrap_or_default())
        }
        IndexValue::Text(text) | IndexValue::Uri(text) => escape(text),
        IndexValue::Date(range) if time_range(&range_text(*range)) == Some(*range) => range_text(*range),
        IndexValue::Date(range) if range.start != i64::MIN => {
            format!("ge{}", range_text(TimeRange { start: range.start, end: range.start + 1 }))
        }
        IndexValue::Date(range) => {
            format!("lt{}", range_text(TimeRange { start: range.end, end: range.end + 1 }))
        }
        IndexValue::Number { value, .. } => value.to_string(),
        IndexValue::Quantity { value, system, code: Some(code), .. } => {
            format!("{value}|{}|{}", escape(system.as_deref().unwrap_or_default()), escape(code))
        }
        IndexValue::Quantity { value, unit: Some(unit), .. } => format!("{value}||{}", escape(unit)),
        IndexValue::Quantity { value, .. } => value.to_string(),
        IndexValue::Reference { type_name: Some(type_name), id: Some(id), .. } => format!("{type_name}/{id}"),
        IndexValue::Reference { url, .. } => escape(url.as_deref()?),
        IndexValue::Composite(values) => values.iter().map(plain).collect::<Option<Vec<_>>>()?.join("$"),
        IndexValue::TypedIdentifier { .. } => return None,
    })
}

fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|letter| ",|$\\".contains(letter).then_some('\\').into_iter().chain([letter]))
        .collect()
}

fn shared(folder: &str) -> Option<Vec<PathBuf>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("fhir").join(folder)) else {
        println!("skipped: no shared data");
        return None;
    };
    let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Some(files)
}

/// The resources of a file: those of a transaction, otherwise the one it is.
fn resources(file: &Path) -> Vec<Value> {
    let whole = json::parse(&std::fs::read(file).unwrap()).unwrap_or_else(|_| panic!("{}", file.display()));
    match whole["type"].as_str() {
        Some("transaction" | "collection") => {
            let entries = whole["entry"].as_array().cloned().unwrap_or_default();
            entries
                .into_iter()
                .map(|mut entry| entry["resource"].take())
                .filter(|resource| !resource.is_null())
                .collect()
        }
        _ => vec![whole],
    }
}

/// How many entries were asked for. Every resource must be found by each of its own entries, and lack none
/// through a single parameter that it has through all of them.
fn found_again(resource: &Value) -> usize {
    let entries = extract(resource);
    let type_name = resource["resourceType"].as_str().unwrap_or_default();
    assert!(!entries.is_empty() || resource.get("id").is_none(), "{type_name} has no entries");
    let by_param = defs::search_params(type_name).iter().map(|param| extract_param(resource, param).len());
    assert_eq!(by_param.sum::<usize>(), entries.len(), "{type_name}");
    let asked = entries.iter().filter_map(question);
    let asked = asked.map(|pair| {
        let query = Query::parse(type_name, std::slice::from_ref(&pair));
        let query = query.unwrap_or_else(|error| panic!("{type_name}?{}={}: {error}", pair.0, pair.1));
        assert!(matches(&query, resource), "{type_name}?{}={}", pair.0, pair.1);
        assert!(
            Query::parse(type_name, &query.to_pairs()).unwrap() == query,
            "{type_name}?{}={}",
            pair.0,
            pair.1
        );
    });
    asked.count()
}

#[test]
fn every_example_is_found_by_what_it_says() {
    let Some(files) = shared("examples") else { return };
    let asked: usize =
        files.iter().flat_map(|file| resources(file)).map(|resource| found_again(&resource)).sum();
    assert!(asked > 400, "only {asked} entries");
}

#[test]
fn every_synthetic_record_is_found_by_what_it_says() {
    let Some(mut files) = shared("synthea") else { return };
    files.sort_by_key(|file| std::fs::metadata(file).map(|metadata| metadata.len()).unwrap_or(0));
    let asked: usize =
        files[..6].iter().flat_map(|file| resources(file)).map(|resource| found_again(&resource)).sum();
    assert!(asked > 5_000, "only {asked} entries");
}

/// `cargo test -p salus-fhir --release --test search -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn microseconds_to_extract_one_resource() {
    let Some(files) = shared("synthea") else { return };
    let all: Vec<Value> = files.iter().flat_map(|file| resources(file)).collect();
    let entries: usize = all.iter().map(|resource| extract(resource).len()).sum();
    let mut least = u64::MAX;
    for _ in 0..10 {
        let start = nanoseconds();
        for resource in &all {
            std::hint::black_box(extract(resource));
        }
        least = least.min(nanoseconds() - start);
    }
    let (count, micros) = (all.len() as f64, least as f64 / 1e3);
    println!("{count} resources, {:.1} entries and {:.2} µs each", entries as f64 / count, micros / count);
}

/// How long this thread has had a core, where the system tells; it shares the machine with others.
fn nanoseconds() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let on_core = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_core = on_core.and_then(|text| text.split(' ').next()?.parse().ok());
    on_core.unwrap_or_else(|| START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64)
}

fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z:|$,\\\\/.#0-9eE+TZ-]{0,24}",
        "(eq|ne|gt|lt|ge|le|sa|eb|ap)?-?[0-9]{1,5}(\\.[0-9]{1,4})?(e-?[0-9]{1,3})?(\\|[a-z]{0,3}\\|[a-z]{1,3})?",
        "(eq|gt|sa)?[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,7})?)?(Z|[+-]0[0-9]:30)?)?)?)?",
        "(Patient|Group|Practitioner)/[A-Za-z0-9.-]{1,8}(/_history/[0-9])?",
        "Type:[a-z]{1,4}|\\*|Observation:subject(:Patient)?|true|none|text",
    ]
}

fn odd_name() -> impl Strategy<Value = String> {
    let codes: Vec<&str> = defs::search_params("Observation").iter().map(|param| param.code).collect();
    let special =
        ["_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude:iterate", "_has"];
    let suffix = [
        "",
        "",
        "",
        ":not",
        ":missing",
        ":exact",
        ":text",
        ":identifier",
        ":of-type",
        ":Patient",
        ":below",
        ":",
        ".a",
    ];
    let known = (proptest::sample::select(codes), proptest::sample::select(suffix.to_vec()));
    prop_oneof![
        6 => known.prop_map(|(code, suffix)| format!("{code}{suffix}")),
        2 => proptest::sample::select(special.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_query_is_refused_or_written_back_the_same(pairs in proptest::collection::vec((odd_name(), odd_text()), 1..4)) {
        if let Ok(query) = Query::parse("Observation", &pairs) {
            let written = query.to_pairs();
            let read = Query::parse("Observation", &written);
            prop_assert!(read.as_ref() == Ok(&query), "{pairs:?} became {written:?}: {read:?}");
            prop_assert_eq!(read.unwrap().to_pairs(), written);
        }
    }

    #[test]
    fn a_time_is_refused_or_written_back_the_same(text in odd_text()) {
        if let Some(range) = time_range(&text) {
            prop_assert!(range.start < range.end);
            prop_assert_eq!(time_range(&range_text(range)), Some(range));
        }
    }

    #[test]
    fn any_text_is_some_reference(text in odd_text()) {
        let _ = Reference::parse(&text).trailing();
    }

    #[test]
    fn a_normal_form_is_its_own(text in any::<String>()) {
        let normal = normalise(&text);
        prop_assert_eq!(normalise(&normal), normal);
    }

    #[test]
    fn a_resource_of_any_shape_is_extracted_without_harm(text in odd_text(), member in "[a-z]{1,3}") {
        let value = serde_json::json!([{ "coding": text, "reference": text, "value": [text], "start": text, member: text }, text, 1, null]);
        for name in ["Observation", "Patient", "Bundle", "Claim"] {
            let mut resource = serde_json::Map::new();
            resource.insert("resourceType".to_owned(), name.into());
            for element in &defs::type_def(name).unwrap().elements {
                for (json_name, _) in defs::type_def(name).unwrap().names_of(element.name) {
                    resource.insert(json_name.to_owned(), value.clone());
                }
            }
            let resource = Value::Object(resource);
            let by_param = defs::search_params(name).iter().map(|param| extract_param(&resource, param).len());
            prop_assert_eq!(by_param.sum::<usize>(), extract(&resource).len());
            let _ = salus_fhir::compartment::patients(&resource);
        }
    }
}
