//! The links inside a resource: found by the definitions, and changed in place.

use crate::defs::{TypeDef, type_def};
use crate::json::Value;

/// What a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// `Reference.reference`.
    Reference,
    /// An element of type uri, url, oid, uuid or canonical, or a link in the narrative.
    Uri,
}

/// Shows every link of a resource to `change`, which gives the text to put there instead.
pub fn change_links(resource: &mut Value, change: &mut dyn FnMut(Link, &str) -> Option<String>) {
    let definition = resource.get("resourceType").and_then(Value::as_str).and_then(type_def);
    if let Some(definition) = definition {
        change_in(resource, definition, change);
    }
}

fn change_in(
    value: &mut Value,
    definition: &'static TypeDef,
    change: &mut dyn FnMut(Link, &str) -> Option<String>,
) {
    let Value::Object(object) = value else { return };
    for (name, member) in object.iter_mut() {
        let Some(field) = definition.field(name) else { continue };
        let is_reference = definition.name == "Reference" && name == "reference";
        match member {
            Value::Array(items) => {
                items.iter_mut().for_each(|item| change_member(item, field.type_name, is_reference, change));
            }
            one => change_member(one, field.type_name, is_reference, change),
        }
    }
}

fn change_member(
    member: &mut Value,
    type_name: &'static str,
    is_reference: bool,
    change: &mut dyn FnMut(Link, &str) -> Option<String>,
) {
    match (member, type_name) {
        (Value::String(text), _) if is_reference => replace(text, change(Link::Reference, text)),
        (Value::String(text), "uri" | "url" | "oid" | "uuid" | "canonical") => {
            replace(text, change(Link::Uri, text));
        }
        (Value::String(text), "xhtml") => replace(text, change_narrative(text, change)),
        (resource @ Value::Object(_), "Resource") => change_links(resource, change),
        (object @ Value::Object(_), _) => {
            if let Some(definition) = type_def(type_name) {
                change_in(object, definition, change);
            }
        }
        _ => {}
    }
}

fn replace(text: &mut String, changed: Option<String>) {
    if let Some(changed) = changed {
        *text = changed;
    }
}

/// The links of a narrative: `href` of an anchor, `src` of an image.
fn change_narrative(div: &str, change: &mut dyn FnMut(Link, &str) -> Option<String>) -> Option<String> {
    let mut changed = String::new();
    let mut rest = div;
    while let Some(at) =
        [" href=", " src="].iter().filter_map(|name| Some(rest.find(name)? + name.len())).min()
    {
        let (before, value) = rest.split_at(at);
        changed.push_str(before);
        rest = value;
        let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { continue };
        let Some(end) = value[1..].find(quote) else { break };
        let link = &value[1..=end];
        changed.push(quote);
        changed.push_str(change(Link::Uri, link).as_deref().unwrap_or(link));
        rest = &value[1 + end..];
    }
    changed.push_str(rest);
    (changed != div).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_link_is_found_and_nothing_else() {
        let old = "urn:uuid:1";
        let resource = |link: &str| {
            json!({
                "resourceType": "DiagnosticReport",
                "text": {"div": format!("<div><a class='x' href=\"{link}\">{old}</a><img src='{link}'/></div>")},
                "identifier": [{"system": "urn:ietf:rfc:3986", "value": old}],
                "extension": [{"url": "http://x", "valueUri": link}, {"url": "http://y", "valueString": old}],
                "subject": {"reference": link, "display": old},
                "result": [{"reference": link}, {"reference": "Observation/2"}],
                "contained": [{"resourceType": "Observation", "subject": {"reference": link}}],
                "presentedForm": [{"url": link}],
            })
        };
        let mut changed = resource(old);
        change_links(&mut changed, &mut |_, text| (text == old).then(|| "Patient/9".to_owned()));
        assert_eq!(changed, resource("Patient/9"));
    }

    #[test]
    fn a_torn_narrative_stays_as_it_is() {
        for div in ["<a href=", "<a href=\"x", "<a href=x>", " src= href=", "", "<a href=\"é\">"] {
            assert_eq!(change_narrative(div, &mut |_, _| None), None, "{div}");
        }
    }
}
