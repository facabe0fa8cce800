//! Snippets of entries, and exactly what becomes of them.

mod findings;
mod header;
mod medicines;
mod plans;
mod problems;

use super::wrapped;
use crate::Converted;
use crate::ccda::read;
use salus_fhir::json::Value;
use salus_fhir::{validate, validate_fully};
use serde_json::json;

const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// A section with one entry, and a narrative that it can quote.
fn section(loinc: &str, entry: &str) -> Converted {
    let text = wrapped(&format!(
        "<id root=\"1.2.3\"/><recordTarget><patientRole><id root=\"1.2.4\" extension=\"p\"/></patientRole></recordTarget>\
         <component><structuredBody><component><section><code code=\"{loinc}\" codeSystem=\"2.16.840.1.113883.6.1\"/>\
         <title>Section</title><text><table><tbody><tr><td ID=\"name\">Sore  throat</td><td ID=\"sig\">One at night</td></tr>\
         </tbody></table></text><entry>{entry}</entry></section></component></structuredBody></component>"
    ));
    let converted = read(text.as_bytes()).unwrap().to_fhir();
    for resource in converted.resources.iter().chain(&converted.mentioned) {
        let mut issues = validate(resource);
        issues.extend(validate_fully(resource, salus_core::Timestamp::UNIX_EPOCH));
        let errors: Vec<_> = issues.iter().filter(|issue| issue.is_error()).collect();
        assert!(errors.is_empty(), "{resource:#} {errors:?}");
    }
    converted
}

/// The resources of a type.
fn of_type<'c>(converted: &'c Converted, type_name: &str) -> Vec<&'c Value> {
    converted.resources.iter().filter(|one| one["resourceType"] == type_name).collect()
}

/// The one resource of a type.
#[track_caller]
fn only<'c>(converted: &'c Converted, type_name: &str) -> &'c Value {
    let found = of_type(converted, type_name);
    assert_eq!(found.len(), 1, "{type_name}");
    found[0]
}

/// What was left out of the entry, without the place.
fn reasons(converted: &Converted) -> Vec<&str> {
    let of_entry = converted.left_out.iter().filter(|one| one.place.contains("entry"));
    of_entry.map(|one| one.reason.as_str()).collect()
}

/// Each member of `expect` is in the resource as it stands here; `null` says that it is not there.
#[track_caller]
fn assert_has(resource: &Value, expect: Value) {
    for (key, value) in expect.as_object().unwrap() {
        assert_eq!(resource.get(key).unwrap_or(&Value::Null), value, "{key} of {resource:#}");
    }
}

fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}
