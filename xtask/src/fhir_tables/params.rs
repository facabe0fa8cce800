//! `search_params.tsv` and `patient_compartment.tsv`.

use super::{Result, list, tail, text};
use serde_json::Value;
use std::collections::HashMap;

const COLUMNS: &str = "resource type (`Resource`: every type), code, kind, url, expression, reference targets, \
     components of a composite as code:kind:expression;…";

/// The rows of `search_params.tsv`: each parameter that is read from the resource, once for each type it applies to, sorted by type and code,
/// its expression cut down to what concerns that type.
pub(super) fn table(params: &[Value]) -> Result<(&'static str, Vec<String>)> {
    let by_url: HashMap<&str, &Value> = params.iter().map(|param| (text(param, "url"), param)).collect();
    let mut rows = Vec::new();
    for param in params {
        for base in list(param, "base").iter().filter_map(Value::as_str) {
            let expressions: Vec<String> = alternatives(text(param, "expression"))
                .into_iter()
                .map(|alternative| with_type(base, alternative))
                .filter(|alternative| head(alternative) == base)
                .collect();
            if expressions.is_empty() {
                continue;
            }
            let components = components(param, &by_url)?;
            let targets = targets(param);
            let fields = [
                base,
                text(param, "code"),
                text(param, "type"),
                text(param, "url"),
                &expressions.join(" | "),
                &targets.join(" "),
                &components.join(";"),
            ];
            rows.push(fields.join("\t"));
        }
    }
    rows.sort();
    Ok((COLUMNS, rows))
}

/// The rows of `patient_compartment.tsv`.
pub(super) fn compartment_table(compartment: &Value) -> (&'static str, Vec<String>) {
    let rows = list(compartment, "resource").iter().filter_map(|resource| {
        let params: Vec<&str> = list(resource, "param").iter().filter_map(Value::as_str).collect();
        (!params.is_empty()).then(|| format!("{}\t{}", text(resource, "code"), params.join(" ")))
    });
    ("resource type, search parameters that make it belong to a patient", rows.collect())
}

fn components(param: &Value, by_url: &HashMap<&str, &Value>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for component in list(param, "component") {
        // Erratum of R4: the two definitions of DocumentReference's `relationship` are swapped.
        let url = match (text(param, "url"), text(component, "expression")) {
            (url, "code") if tail(url) == "DocumentReference-relationship" => url.replace("ship", ""),
            (url, "target") if tail(url) == "DocumentReference-relationship" => {
                url.replace("ionship", "esto")
            }
            _ => text(component, "definition").to_owned(),
        };
        let definition = by_url.get(url.as_str()).ok_or(format!("no search parameter {url}"))?;
        let expression = alternatives(text(component, "expression")).join(" | ");
        found.push(format!("{}:{}:{expression}", text(definition, "code"), text(definition, "type")));
    }
    Ok(found)
}

/// The types a reference may point to; none where the definition lists (nearly) all there are.
fn targets(param: &Value) -> Vec<&str> {
    let targets = list(param, "target");
    let named = if targets.len() > 140 { &[] } else { targets };
    named.iter().filter_map(Value::as_str).collect()
}

/// Erratum of R4: InsurancePlan's `name` does not say of which type it is a path.
fn with_type(base: &str, alternative: String) -> String {
    if alternative.contains('.') || alternative.starts_with(char::is_uppercase) {
        return alternative;
    }
    format!("{base}.{alternative}")
}

/// The alternatives of a union, each in the one spelling that the tables use:
/// `(A.b as C)` becomes `A.b.as(C)`, and the slip `DateTime` becomes `dateTime`.
fn alternatives(expression: &str) -> Vec<String> {
    let parts = expression.split(" | ").flat_map(|part| part.split(" |")).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(plain).collect()
}

fn plain(part: &str) -> String {
    let part = match part.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((inside, after)) => match inside.split_once(" as ") {
            Some((path, type_name)) => format!("{}.as({}){after}", path.trim(), type_name.trim()),
            None => format!("{inside}{after}"),
        },
        None => part.to_owned(),
    };
    part.replace("as(DateTime)", "as(dateTime)")
}

fn head(expression: &str) -> &str {
    expression.split(['.', ' ']).next().unwrap_or(expression)
}
