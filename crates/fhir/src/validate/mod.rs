//! Is a resource valid R4?
//!
//! [`validate`] is what every write goes through: it walks the JSON beside the definitions. [`validate_fully`]
//! also asks the definitions' FHIRPath invariants and the rules of a Bundle; it serves `$validate`.
//! Neither knows profiles, nor code systems that cannot be listed (SNOMED CT, LOINC, UCUM).
//!
//! Start reading at `walk`.

mod bundle;
mod coded;
mod invariants;
mod narrative;
mod place;
mod primitive;
mod references;
mod walk;

use crate::json::Value;
use crate::outcome::Issue;
use salus_core::Timestamp;

/// What is wrong with the structure of a resource: unknown or missing elements, cardinality, types, formats,
/// required codes, reference targets, contained resources, extensions. Empty: nothing.
pub fn validate(resource: &Value) -> Vec<Issue> {
    walk::Walk::over(resource)
}

/// As [`validate`]; if the structure is sound, also what breaks an invariant or a rule of bundles.
/// `now` is what the invariants' `now()` and `today()` see.
pub fn validate_fully(resource: &Value, now: Timestamp) -> Vec<Issue> {
    let mut issues = validate(resource);
    if issues.iter().any(Issue::is_error) {
        return issues;
    }
    issues.extend(bundle::check(resource));
    issues.extend(invariants::check(resource, now));
    issues
}

#[cfg(test)]
mod tests;
