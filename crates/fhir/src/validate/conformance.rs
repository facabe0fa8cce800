//! Resources about resources: what they name must exist in the definitions they build on.

use crate::defs::{TypeDef, resource_types, search_params, type_def};
use crate::json::Value;
use crate::outcome::{Issue, IssueCode};

const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// What a conformance resource names wrongly; nothing where the resource is none.
pub(super) fn check(resource: &Value) -> Vec<Issue> {
    match resource["resourceType"].as_str() {
        Some("StructureDefinition") => check_structure(resource),
        Some("CapabilityStatement") => check_capabilities(resource),
        _ => Vec::new(),
    }
}

/// A profile on a type of R4 constrains elements that the type has.
fn check_structure(resource: &Value) -> Vec<Issue> {
    let base = resource["baseDefinition"].as_str().and_then(|url| url.strip_prefix(CORE));
    let own_type = resource["type"].as_str().and_then(type_def);
    let (Some(_), Some(definition), "constraint") = (base, own_type, text(resource, "derivation")) else {
        return Vec::new();
    };
    let mut issues = Vec::new();
    for part in ["snapshot", "differential"] {
        for (index, element) in list(&resource[part], "element").iter().enumerate() {
            let path = text(element, "path");
            if !exists(definition, path) {
                let place = format!("StructureDefinition.{part}.element[{index}].path");
                let why = format!("There is no element {path} in R4.");
                issues.push(Issue::error(IssueCode::Invalid, why).at(place));
            }
        }
    }
    issues
}

fn exists(definition: &'static TypeDef, path: &str) -> bool {
    let mut words = path.split('.');
    if words.next() != Some(definition.name) {
        return false;
    }
    let mut types = vec![definition];
    for word in words {
        let name = word.trim_end_matches("[x]");
        types = types.into_iter().flat_map(|definition| types_of(definition, name)).collect();
        if types.is_empty() {
            return false;
        }
    }
    true
}

/// The types an element may have: all of a choice by its own name, one by its JSON name.
fn types_of(definition: &'static TypeDef, name: &str) -> Vec<&'static TypeDef> {
    let names = match definition.field(name) {
        Some(field) => vec![field.type_name],
        None => definition.names_of(name).into_iter().map(|(_, type_name)| type_name).collect(),
    };
    names.into_iter().filter_map(type_def).collect()
}

/// A search parameter that is claimed by its URL has the type that its definition gives it.
fn check_capabilities(resource: &Value) -> Vec<Issue> {
    let mut issues = Vec::new();
    for (rest, server) in list(resource, "rest").iter().enumerate() {
        for (number, claimed) in list(server, "resource").iter().enumerate() {
            for (index, param) in list(claimed, "searchParam").iter().enumerate() {
                let (url, kind) = (text(param, "definition"), text(param, "type"));
                let known = resource_types().flat_map(search_params).find(|known| known.url == url);
                if let Some(known) = known.filter(|known| known.kind.code() != kind) {
                    let why =
                        format!("The search parameter {url} is of type {}, not {kind}.", known.kind.code());
                    let place = format!(
                        "CapabilityStatement.rest[{rest}].resource[{number}].searchParam[{index}].type"
                    );
                    issues.push(Issue::error(IssueCode::Invalid, why).at(place));
                }
            }
        }
    }
    issues
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}
