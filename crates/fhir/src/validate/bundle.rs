//! The rules of a Bundle that its invariants do not state (R4, bundle.html, "Resource URL & Uniqueness rules").

use crate::json::Value;
use crate::outcome::{Issue, IssueCode, Severity};
use crate::reference::Reference;
use std::collections::{BTreeSet, HashSet};

/// What breaks a rule of bundles; nothing where the resource is none.
pub(super) fn check(resource: &Value) -> Vec<Issue> {
    if resource["resourceType"] != "Bundle" {
        return Vec::new();
    }
    let entries = resource["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    let urls: HashSet<&str> = entries.iter().filter_map(|entry| entry["fullUrl"].as_str()).collect();
    // A document or message is whole, and what is written needs its references; other bundles may be a part.
    let is_whole = matches!(resource["type"].as_str(), Some("document" | "message" | "transaction"));
    let lost_severity = if is_whole { Severity::Error } else { Severity::Warning };
    let mut issues = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("Bundle.entry[{index}]");
        if let Some(why) = entry["fullUrl"].as_str().and_then(|url| wrong_url(url, &entry["resource"])) {
            issues.push(Issue::error(IssueCode::Invalid, why).at(format!("{place}.fullUrl")));
        }
        let mut names = BTreeSet::new();
        collect_names(&entry["resource"], &mut names);
        for name in names.into_iter().filter(|name| !urls.contains(name)) {
            let text = format!("It refers to {name}, but no entry of the bundle has that fullUrl.");
            let issue = Issue { severity: lost_severity, ..Issue::error(IssueCode::Invalid, text) };
            issues.push(issue.at(format!("{place}.resource")));
        }
    }
    issues
}

/// A fullUrl is absolute, of no version, and says the type and id that the resource says.
fn wrong_url(url: &str, resource: &Value) -> Option<String> {
    if !url.contains(':') {
        return Some(format!(
            "The fullUrl '{url}' must be absolute: begin it with http:, https: or urn:uuid:."
        ));
    }
    if url.contains("/_history/") {
        return Some("A fullUrl must not name a version.".to_owned());
    }
    let (type_name, id) = Reference::Absolute(url).trailing()?;
    let (own_type, own_id) = (resource["resourceType"].as_str()?, resource["id"].as_str()?);
    (crate::defs::is_resource_type(type_name) && (type_name, id) != (own_type, own_id))
        .then(|| format!("The fullUrl says {type_name}/{id}, but the resource is {own_type}/{own_id}."))
}

/// The names that have a meaning only within the bundle: references by UUID or OID.
fn collect_names<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(members) => {
            if let Some(Reference::Uuid(name)) =
                members.get("reference").and_then(Value::as_str).map(Reference::parse)
            {
                names.insert(name);
            }
            members.values().for_each(|member| collect_names(member, names));
        }
        _ => {}
    }
}
