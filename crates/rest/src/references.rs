//! References to this server.

use salus_fhir::defs::{ParamKind, SearchParam, search_param};
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

/// Does the same to what a search of a type looks for, so that it finds what was stored.
pub(crate) fn make_searched_relative(type_name: &str, pairs: &mut [(String, String)], base: &str) {
    for (name, text) in pairs {
        let (code, modifier) = name.split_once(':').unwrap_or((name, ""));
        let Some(param) = search_param(type_name, code).filter(|_| modifier != "identifier") else {
            continue;
        };
        match param.kind {
            ParamKind::Reference => *text = searched(text, base, holds_canonicals(param)),
            ParamKind::Composite if param.components.iter().any(|part| part.kind == ParamKind::Reference) => {
                *text = searched(text, base, false);
            }
            _ => {}
        }
    }
}

/// Canonical URLs are stored as they are, this server's own too.
fn holds_canonicals(param: &SearchParam) -> bool {
    param.paths.iter().any(|path| path.type_name == "canonical")
}

/// The values of a parameter, between the commas and dollar signs that no backslash stands before.
fn searched(text: &str, base: &str, keeps_absolute: bool) -> String {
    let mut relative_text = String::with_capacity(text.len());
    let mut is_escaped = false;
    for piece in text.split_inclusive([',', '$']) {
        let value = piece.trim_end_matches([',', '$']);
        match relative(Link::Reference, value, base).filter(|_| !is_escaped) {
            Some(local) if keeps_absolute => relative_text.extend([local.as_str(), ",", piece]),
            Some(local) => relative_text.extend([local.as_str(), &piece[value.len()..]]),
            None => relative_text.push_str(piece),
        }
        is_escaped = value.ends_with('\\');
    }
    relative_text
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
    #[test]
    fn what_is_searched_becomes_relative_where_references_are() {
        let base = "https://salus.example/fhir/r4";
        let own = "https://salus.example/fhir/r4/Patient/1";
        let table = [
            ("Condition", "subject", own.to_owned(), "Patient/1".to_owned()),
            ("Condition", "subject:Patient", own.to_owned(), "Patient/1".to_owned()),
            ("Condition", "patient", format!("2,{own},{own}"), "2,Patient/1,Patient/1".to_owned()),
            ("Condition", "patient", format!("a\\,{own}"), format!("a\\,{own}")),
            ("Condition", "subject:identifier", own.to_owned(), own.to_owned()),
            (
                "Condition",
                "subject",
                "https://x.example/Patient/1".into(),
                "https://x.example/Patient/1".into(),
            ),
            ("Condition", "code", own.to_owned(), own.to_owned()),
            ("Condition", "shoe-size", own.to_owned(), own.to_owned()),
            ("ValueSet", "url", own.to_owned(), own.to_owned()),
            ("QuestionnaireResponse", "questionnaire", own.to_owned(), format!("Patient/1,{own}")),
            ("DocumentReference", "relationship", format!("{own}$replaces"), "Patient/1$replaces".to_owned()),
        ];
        for (type_name, name, text, expected) in table {
            let mut pairs = [(name.to_owned(), text.clone())];
            make_searched_relative(type_name, &mut pairs, base);
            assert_eq!(pairs[0].1, expected, "{type_name}?{name}={text}");
        }
    }
}
