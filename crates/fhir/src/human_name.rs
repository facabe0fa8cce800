//! What somebody is called.

use crate::json::Value;

/// A HumanName as it is said: its text, else the given names and the family name. None where it has neither.
pub fn human_name(name: &Value) -> Option<String> {
    let word =
        |value: &'static str| name.get(value).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    if let Some(text) = word("text") {
        return Some(text.to_owned());
    }
    let given = name.get("given").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let parts: Vec<&str> = given.chain(word("family")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_said_by_its_text_or_its_parts() {
        for (name, expect) in [
            (json!({ "text": "Maria L.", "given": ["Maria"], "family": "López" }), Some("Maria L.")),
            (json!({ "given": ["Maria", "Elisabet"], "family": "López" }), Some("Maria Elisabet López")),
            (json!({ "family": "López" }), Some("López")),
            (json!({ "given": ["Maria"] }), Some("Maria")),
            (json!({ "text": " ", "prefix": ["Dr."] }), None),
        ] {
            assert_eq!(human_name(&name).as_deref(), expect, "{name}");
        }
    }
}
