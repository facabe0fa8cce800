//! Required bindings: codes that must come from one value set.

use crate::defs::{ValueSet, value_set};
use crate::json::Value;

/// Is this value of the type allowed where `binding` is required? If not, why.
/// A value set that cannot be listed allows everything.
pub(super) fn check(type_name: &str, value: &Value, binding: &str) -> Result<(), String> {
    let Some(set) = value_set(binding) else { return Ok(()) };
    match (type_name, value) {
        ("code" | "string" | "uri" | "canonical", Value::String(code)) => {
            if set.has_code(code) {
                Ok(())
            } else {
                Err(refusal(&format!("'{code}'"), set))
            }
        }
        ("Coding" | "Quantity", coding) => check_coding(coding, set),
        ("CodeableConcept", concept) => check_concept(concept, set),
        _ => Ok(()),
    }
}

fn check_concept(concept: &Value, set: &ValueSet) -> Result<(), String> {
    let codings = concept["coding"].as_array().map(Vec::as_slice).unwrap_or_default();
    if concept.get("extension").is_some() && codings.is_empty() {
        return Ok(());
    }
    let mut refusals = codings.iter().map(|coding| check_coding(coding, set));
    match refusals.next() {
        None => {
            Err(format!("A code is required here, not only a text: one of {} ({}).", set.summary(), set.url))
        }
        Some(Err(refusal)) if !refusals.any(|other| other.is_ok()) => Err(refusal),
        Some(_) => Ok(()),
    }
}

fn check_coding(coding: &Value, set: &ValueSet) -> Result<(), String> {
    let text = |key: &str| coding[key].as_str().unwrap_or_default();
    let (system, code) = (text("system"), text("code"));
    if code.is_empty() && coding.get("extension").is_some() || set.has_coding(system, code) {
        return Ok(());
    }
    Err(refusal(&format!("'{code}' of the code system '{system}'"), set))
}

fn refusal(code: &str, set: &ValueSet) -> String {
    format!("{code} is not allowed here. Use one of {} (value set {}).", set.summary(), set.url)
}
