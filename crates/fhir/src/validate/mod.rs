//! Is a resource valid R4?
//!
//! [`validate`] is what every write goes through: it walks the JSON beside the definitions. [`validate_fully`]
//! also asks the definitions' FHIRPath invariants and the rules of a Bundle; it serves `$validate`.
//! Neither knows profiles, nor code systems that cannot be listed (SNOMED CT, LOINC, UCUM).
//!
//! Start reading at `walk`.

mod bundle;
mod coded;
mod conformance;
mod invariants;
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
    walk::Walk::over(resource, Strictness::Write)
}

/// As [`validate`], more strictly; if the structure is sound, also what breaks an invariant, a rule of bundles, or
/// a definition that a conformance resource builds on.
/// `now` is what the invariants' `now()` and `today()` see.
pub fn validate_fully(resource: &Value, now: Timestamp) -> Vec<Issue> {
    let mut issues = walk::Walk::over(resource, Strictness::Full);
    if issues.iter().any(Issue::is_error) {
        return issues;
    }
    issues.extend(bundle::check(resource));
    issues.extend(conformance::check(resource));
    issues.extend(invariants::check(resource, now));
    issues
}

/// How much is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// What a resource must keep to be stored.
    Write,
    /// Also what can be wrong in data that is still of use: a required code that is told to be absent, a code
    /// system that is named by a local word, a reference to a type that is not foreseen.
    Full,
}

#[cfg(test)]
mod tests;
