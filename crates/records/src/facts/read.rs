//! Reading values out of FHIR JSON by short paths.

use super::{Code, System};
use crate::when::When;
use salus_fhir::json::Value;

/// The value at a path such as `code.coding.display`. Of an array the first element is taken.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut here = first(value);
    for step in path.split('.') {
        here = first(here.get(step)?);
    }
    Some(here)
}

fn first(value: &Value) -> &Value {
    match value {
        Value::Array(items) => items.first().unwrap_or(value),
        other => other,
    }
}

/// The text at a path, if it is not empty.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// All elements of the array at a path.
pub(crate) fn all<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    let (parent, name) =
        path.rsplit_once('.').map_or((Some(value), path), |(up, name)| (at(value, up), name));
    parent
        .and_then(|parent| parent.get(name))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The first date among the paths.
pub(crate) fn date(value: &Value, paths: &[&str]) -> Option<When> {
    paths.iter().find_map(|path| When::parse(text(value, path)?))
}

/// The words of a CodeableConcept: its text, else the first display, else the first code.
pub(crate) fn concept_text(concept: &Value) -> Option<&str> {
    let coded = |field: &str| all(concept, "coding").iter().find_map(|coding| text(coding, field));
    text(concept, "text").or_else(|| coded("display")).or_else(|| coded("code"))
}

/// The words of the CodeableConcept at a path.
pub(crate) fn named<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    concept_text(at(value, path)?)
}

/// All names of a CodeableConcept.
pub(crate) fn names(concept: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = text(concept, "text").into_iter().collect();
    for display in all(concept, "coding").iter().filter_map(|coding| text(coding, "display")) {
        if !names.contains(&display) {
            names.push(display);
        }
    }
    names
}

/// The codes of a CodeableConcept.
pub(crate) fn codes(concept: &Value) -> Vec<Code> {
    all(concept, "coding")
        .iter()
        .filter_map(|coding| {
            let system = system(text(coding, "system").unwrap_or_default());
            Some(Code { system, code: text(coding, "code")?.to_owned() })
        })
        .collect()
}

fn system(url: &str) -> System {
    match url {
        "http://loinc.org" => System::Loinc,
        "http://snomed.info/sct" => System::Snomed,
        "http://www.nlm.nih.gov/research/umls/rxnorm" => System::RxNorm,
        "http://hl7.org/fhir/sid/cvx" => System::Cvx,
        _ if url.contains("icd-10") || url.contains("icd10") => System::Icd10,
        _ => System::Other,
    }
}

/// Whether the CodeableConcept at a path has a coding with this code.
pub(crate) fn has_code(value: &Value, path: &str, code: &str) -> bool {
    at(value, path)
        .is_some_and(|concept| all(concept, "coding").iter().any(|coding| text(coding, "code") == Some(code)))
}

/// The name a reference gives: its display.
pub(crate) fn display<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    text(value, &format!("{path}.display"))
}
