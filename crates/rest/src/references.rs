//! References to this server.

use salus_fhir::json::Value;
use salus_fhir::links::{Link, change_links};
use salus_fhir::reference::Reference;

/// Turns references to this server's own URLs into relative ones: whose record a resource belongs to is read from
/// relative references only.
pub(crate) fn make_relative(resource: &mut Value, base: &str) {
    change_links(resource, &mut |link, text| relative(link, text, base));
}

/// The relative form of a reference below `base`.
pub(crate) fn relative(link: Link, text: &str, base: &str) -> Option<String> {
    let rest = text.strip_prefix(base)?.strip_prefix('/')?;
    let is_local = matches!(Reference::parse(rest), Reference::Local { .. } | Reference::Conditional { .. });
    (link == Link::Reference && is_local).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_to_this_server_become_relative() {
        let base = "https://salus.example/fhir/r4";
        let table = [
            ("https://salus.example/fhir/r4/Patient/1", "Patient/1"),
            ("https://salus.example/fhir/r4/Patient/1/_history/2", "Patient/1/_history/2"),
            ("https://salus.example/fhir/r4x/Patient/1", "https://salus.example/fhir/r4x/Patient/1"),
            ("https://salus.example/fhir/r4/metadata", "https://salus.example/fhir/r4/metadata"),
            ("https://else.example/fhir/r4/Patient/1", "https://else.example/fhir/r4/Patient/1"),
        ];
        for (text, expected) in table {
            let mut resource = json!({"resourceType": "Observation", "subject": {"reference": text}});
            make_relative(&mut resource, base);
            assert_eq!(resource["subject"]["reference"], expected, "{text}");
        }
    }
}
