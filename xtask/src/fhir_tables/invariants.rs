//! `invariants.tsv`: the FHIRPath constraints of each type and element.

use super::{list, one_line, text};
use serde_json::Value;

const COLUMNS: &str = "path of the element, key, severity, FHIRPath expression, meaning";

/// Kept by the structural rules already: an element has content; an extension has a value or extensions; a
/// narrative is of the allowed elements and not empty (those two need a function that only HTML checks have).
const STRUCTURAL: [&str; 4] = ["ele-1", "ext-1", "txt-1", "txt-2"];

/// The rows of `invariants.tsv`.
pub(super) fn table(structures: &[&Value]) -> (&'static str, Vec<String>) {
    (COLUMNS, structures.iter().flat_map(|structure| rows(structure)).collect())
}

fn rows(structure: &Value) -> Vec<String> {
    let url = text(structure, "url");
    let mut rows = Vec::new();
    for element in list(&structure["snapshot"], "element") {
        let path = text(element, "path");
        let is_root = path == text(structure, "type");
        if !is_root && text(&element["base"], "path") != path {
            continue;
        }
        for constraint in list(element, "constraint") {
            let key = text(constraint, "key");
            // A constraint inherited from a base type is listed there, and tested on every derived type.
            let is_inherited = constraint["source"].as_str().is_some_and(|source| source != url);
            if is_inherited || STRUCTURAL.contains(&key) {
                continue;
            }
            // Erratum of R4, put right in R4B: `as` takes one value, and dom-3 gives it many.
            let expression = one_line(text(constraint, "expression"))
                .replace("descendants().as(", "descendants().ofType(");
            let human = one_line(text(constraint, "human"));
            let path = path.trim_end_matches("[x]");
            rows.push(format!("{path}\t{key}\t{}\t{expression}\t{human}", text(constraint, "severity")));
        }
    }
    rows
}
