//! Rows to resources. A row's kind names the function that reads it; the cells are told at each function.

mod care;
mod emergency;
mod insurance;
mod measurements;
mod medicines;
mod person;
mod problems;

pub(crate) use measurements::{Analyte, all_analytes, analyte};
pub(crate) use person::patient;

use crate::chart::{Chart, Row};
use serde_json::{Map, Value, json};

pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub(crate) const ICD10: &str = "http://hl7.org/fhir/sid/icd-10-cm";
pub(crate) const CVX: &str = "http://hl7.org/fhir/sid/cvx";
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// The resources that a row tells of; none if its kind is not known.
pub(crate) fn read(chart: &mut Chart<'_>, row: &Row<'_>) -> Vec<Value> {
    match row.kind() {
        "related" => vec![person::related(chart, row)],
        "family" => vec![person::family(chart, row)],
        "problem" => vec![problems::problem(chart, row)],
        "allergy" => vec![problems::allergy(chart, row)],
        "medicine" => vec![medicines::prescription(chart, row)],
        "otc" => vec![medicines::statement(chart, row)],
        "vaccine" => vec![medicines::vaccine(chart, row)],
        "blood" => vec![emergency::blood_group(chart, row)],
        "device" => emergency::device(chart, row),
        "wish" => vec![emergency::wish(chart, row)],
        "visit" => vec![care::visit(chart, row)],
        "procedure" => vec![care::procedure(chart, row)],
        "plan" => vec![care::plan(chart, row)],
        "vitals" => measurements::vitals(chart, row),
        "labs" => measurements::labs(chart, row),
        "smoking" => vec![measurements::smoking(chart, row)],
        "coverage" => vec![insurance::coverage(chart, row)],
        "claim" => vec![insurance::claim(chart, row)],
        _ => Vec::new(),
    }
}

/// A concept with one code.
pub(crate) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [coding(system, code, display)], "text": display})
}

/// A code of one of HL7's own systems.
pub(crate) fn hl7(system: &str, code: &str, display: &str) -> Value {
    concept(&format!("http://terminology.hl7.org/CodeSystem/{system}"), code, display)
}

/// One coding.
pub(crate) fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({"system": system, "code": code, "display": display})
}

/// A number with the digits it is written with.
pub(crate) fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// The object without the members that are null, an empty text or an empty list: what a story leaves out.
pub(crate) fn present(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let kept: Map<String, Value> = members
        .into_iter()
        .filter(|(_, value)| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        })
        .collect();
    Value::Object(kept)
}
