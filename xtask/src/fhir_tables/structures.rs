//! `types.tsv`: every type and its own elements.

use super::{list, tail, text};
use serde_json::Value;
use std::collections::BTreeSet;

const COLUMNS: &str = "A line `= kind name base pattern` opens a type (kind `abstract` is never instantiated). An element's line: \
     name, cardinality, types with reference targets, flags (s summary, m modifier), required value set";

/// The type definitions, each after its base: abstract resources, data types, resources.
pub(super) fn in_order<'a>(types: &'a [Value], resources: &'a [Value]) -> Vec<&'a Value> {
    let is_type = |value: &&Value| {
        value["resourceType"] == "StructureDefinition" && value["derivation"] != "constraint"
    };
    let (roots, rest): (Vec<&Value>, Vec<&Value>) =
        resources.iter().filter(is_type).partition(|value| value["abstract"] == true);
    let (mut roots, mut rest) = (roots, rest);
    roots.sort_by_key(|value| value["type"] != "Resource");
    rest.sort_by_key(|value| text(value, "type").to_owned());
    let mut types: Vec<&Value> = types.iter().filter(is_type).collect();
    types.sort_by_key(|value| depth(value));
    types.into_iter().chain(roots).chain(rest).collect()
}

/// How far a data type stands from `Element`: a base must come before what is derived from it.
fn depth(value: &Value) -> usize {
    match tail(text(value, "baseDefinition")) {
        "" => 0,
        "Element" => 1,
        "BackboneElement" | "Quantity" | "integer" | "string" | "uri" => 2,
        _ => 3,
    }
}

/// The value sets that some element binds as required.
pub(super) fn required_bindings(structures: &[&Value]) -> BTreeSet<String> {
    structures
        .iter()
        .flat_map(|structure| list(&structure["snapshot"], "element"))
        .filter_map(required_binding)
        .map(str::to_owned)
        .collect()
}

/// The rows of `types.tsv`.
pub(super) fn table(structures: &[&Value]) -> (&'static str, Vec<String>) {
    (COLUMNS, structures.iter().flat_map(|structure| type_rows(structure)).collect())
}

fn type_rows(structure: &Value) -> Vec<String> {
    let name = text(structure, "type");
    let elements = list(&structure["snapshot"], "element");
    let kind = match text(structure, "kind") {
        _ if structure["abstract"] == true => "abstract",
        "primitive-type" => "primitive",
        "complex-type" => "complex",
        kind => kind,
    };
    let base = tail(text(structure, "baseDefinition"));
    let mut rows = vec![format!("=\t{kind}\t{name}\t{base}\t{}", pattern(name, elements))];
    if kind != "primitive" {
        rows.extend(element_rows(name, elements));
        for backbone in elements.iter().filter(|element| is_backbone(name, element)) {
            let path = text(backbone, "path");
            let base = text(&backbone["type"][0], "code");
            rows.push(format!("=\tbackbone\t{path}\t{base}"));
            rows.extend(element_rows(path, elements));
        }
    }
    rows
}

/// The elements that `parent` itself defines, not those of its base.
fn element_rows(parent: &str, elements: &[Value]) -> Vec<String> {
    let own = elements.iter().filter_map(|element| {
        let path = text(element, "path");
        let (before, name) = path.rsplit_once('.')?;
        (before == parent && text(&element["base"], "path") == path).then_some((name, element))
    });
    own.map(|(name, element)| {
        let binding = required_binding(element).unwrap_or_default();
        let cardinality = format!("{}..{}", element["min"], text(element, "max"));
        format!("{name}\t{cardinality}\t{}\t{}\t{binding}", types(element), flags(element))
    })
    .collect()
}

fn is_backbone(type_name: &str, element: &Value) -> bool {
    let types = list(element, "type");
    text(element, "path") != type_name
        && types.len() == 1
        && matches!(text(&types[0], "code"), "BackboneElement" | "Element")
}

fn types(element: &Value) -> String {
    if let Some(reference) = element["contentReference"].as_str() {
        return reference.trim_start_matches('#').to_owned();
    }
    if let [only] = list(element, "type")
        && matches!(text(only, "code"), "BackboneElement" | "Element")
    {
        return text(element, "path").to_owned();
    }
    list(element, "type").iter().map(|kind| type_with_targets(element, kind)).collect::<Vec<_>>().join(" ")
}

fn type_with_targets(element: &Value, kind: &Value) -> String {
    let code = type_code(element, kind);
    let targets: Vec<&str> = list(kind, "targetProfile")
        .iter()
        .filter_map(Value::as_str)
        .map(tail)
        .filter(|target| *target != "Resource")
        .collect();
    if targets.is_empty() { code.to_owned() } else { format!("{code}({})", targets.join("|")) }
}

/// The FHIR type, where the definition names the FHIRPath type of the XML attribute.
fn type_code<'a>(element: &Value, kind: &'a Value) -> &'a str {
    match text(&element["base"], "path") {
        "Resource.id" => "id",
        "Element.id" => "string",
        "Extension.url" => "uri",
        _ => text(kind, "code"),
    }
}

fn flags(element: &Value) -> String {
    let flag = |key: &str, letter: &'static str| if element[key] == true { letter } else { "" };
    [flag("isSummary", "s"), flag("isModifier", "m")].concat()
}

fn required_binding(element: &Value) -> Option<&str> {
    let binding = &element["binding"];
    let url = binding["valueSet"].as_str().filter(|_| binding["strength"] == "required")?;
    url.split('|').next()
}

/// The regular expression of a primitive's text.
fn pattern(name: &str, elements: &[Value]) -> String {
    let value = elements.iter().find(|element| text(element, "path") == format!("{name}.value"));
    let extensions = value.map(|element| list(&element["type"][0], "extension")).unwrap_or_default();
    let regex = extensions.iter().find(|extension| text(extension, "url").ends_with("/regex"));
    regex.map(|extension| text(extension, "valueString").to_owned()).unwrap_or_default()
}
