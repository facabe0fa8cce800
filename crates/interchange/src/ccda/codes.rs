//! CD, CE, CV, CO and II: codes and identifiers.

use super::context::Context;
use super::fields::Fields;
use super::tables::{code_system, identifier_system};
use super::tree::Element;
use serde_json::{Value, json};

const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";

impl Context<'_> {
    /// A code with its translations and the words it stands for. None where it says nothing.
    pub(super) fn concept(&self, element: &Element) -> Option<Value> {
        let mut concept = Fields::default();
        let main = std::iter::once(element).chain(element.all("translation"));
        main.filter_map(coding).for_each(|coding| concept.push("coding", coding));
        let qualified = element.all("qualifier").filter_map(qualifier).collect::<Vec<_>>().join(", ");
        let words = element.child("originalText").and_then(|text| self.words(text));
        let words = words.or_else(|| {
            let is_needed = !concept.has("coding") || !qualified.is_empty();
            element.attr("displayName").filter(|_| is_needed).map(squeeze)
        });
        let words = match words {
            Some(words) if !qualified.is_empty() => Some(format!("{words} ({qualified})")),
            words => words,
        };
        concept.with("text", words).value()
    }

    /// A child's code.
    pub(super) fn concept_of(&self, element: &Element, child: &str) -> Option<Value> {
        self.concept(element.child(child)?)
    }

    /// Codes of all children of a name.
    pub(super) fn concepts_of(&self, element: &Element, child: &str) -> Vec<Value> {
        element.all(child).filter_map(|child| self.concept(child)).collect()
    }

    /// A code where FHIR demands one: a code that says why there is none, if there is none.
    pub(super) fn demanded(&self, element: Option<&Element>) -> Value {
        element.and_then(|element| self.concept(element)).unwrap_or_else(|| unknown(element))
    }
}

/// What a negated entry denies.
#[derive(PartialEq, Eq)]
pub(super) enum Denied {
    /// Something that has a code, or that is said to have none.
    Named,
    /// Nothing in particular: that there is any.
    Nothing,
    /// It does not say what.
    Unnamed,
    /// Words without a code: "latex", or "no known allergies". Only a reader can tell.
    Unclear,
}

/// What is denied by a negated entry about this, whose code is absent for this reason.
pub(super) fn denied(named: Option<&Value>, null_flavor: Option<&str>) -> Denied {
    match (named, null_flavor) {
        (Some(concept), _) if concept.get("coding").is_some() => Denied::Named,
        (_, Some("NA")) => Denied::Nothing,
        (Some(_), Some("OTH")) => Denied::Named,
        (Some(_), _) => Denied::Unclear,
        (None, _) => Denied::Unnamed,
    }
}

/// The code that says that there is no code.
pub(super) fn unknown(element: Option<&Element>) -> Value {
    let why = element.and_then(Element::null).filter(|why| {
        matches!(
            *why,
            "NI" | "INV"
                | "OTH"
                | "NINF"
                | "PINF"
                | "UNC"
                | "DER"
                | "UNK"
                | "ASKU"
                | "NAV"
                | "NASK"
                | "QS"
                | "TRC"
                | "MSK"
                | "NA"
        )
    });
    json!({ "coding": [{ "system": NULL_FLAVOR, "code": why.unwrap_or("UNK") }] })
}

/// The code itself, without translations.
pub(super) fn coding(element: &Element) -> Option<Value> {
    let code = squeeze(element.attr("code")?);
    let coding = Fields::default()
        .with("system", element.attr("codeSystem").and_then(system_uri))
        .with("version", element.attr("codeSystemVersion"))
        .with("code", Some(code));
    coding.with("display", element.attr("displayName").map(squeeze)).value()
}

fn qualifier(element: &Element) -> Option<String> {
    let value = element.of("value", "displayName").or_else(|| element.of("value", "code"))?;
    Some(match element.of("name", "displayName") {
        Some(name) => format!("{}: {}", squeeze(name), squeeze(value)),
        None => squeeze(value),
    })
}

fn system_uri(system: &str) -> Option<String> {
    if let Some(uri) = code_system(system) {
        return Some(uri.to_owned());
    }
    root_uri(system)
}

/// An OID or UUID as a URI; none of anything else.
fn root_uri(root: &str) -> Option<String> {
    if is_oid(root) {
        return Some(format!("urn:oid:{root}"));
    }
    if is_uuid(root) {
        return Some(format!("urn:uuid:{}", root.to_ascii_lowercase()));
    }
    let is_uri = ["urn:", "http://", "https://"].iter().any(|scheme| root.starts_with(scheme));
    (is_uri && !root.contains(char::is_whitespace)).then(|| root.to_owned())
}

fn is_oid(text: &str) -> bool {
    let mut arcs = text.split('.');
    matches!(arcs.next(), Some("0" | "1" | "2"))
        && text.contains('.')
        && arcs.all(|arc| {
            arc.bytes().all(|byte| byte.is_ascii_digit())
                && !arc.is_empty()
                && (arc == "0" || !arc.starts_with('0'))
        })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| {
            if matches!(place, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// II as an Identifier.
pub(super) fn identifier(id: &Element) -> Option<Value> {
    let root = id.attr("root").filter(|_| id.null().is_none())?;
    let uri = identifier_system(root).map(str::to_owned).or_else(|| root_uri(root));
    match id.attr("extension") {
        Some(value) => Fields::default().with("system", uri).with("value", Some(value)).value(),
        // The root of a known system names the system, not anybody in it.
        None if identifier_system(root).is_some() => None,
        None => Fields::default().with("system", Some("urn:ietf:rfc:3986")).with("value", Some(uri?)).value(),
    }
}

/// All identifiers of an element.
pub(super) fn identifiers(element: &Element) -> Vec<Value> {
    element.all("id").filter_map(identifier).collect()
}

/// With single spaces and none at the ends, as FHIR wants codes.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccda::tests::element;

    #[track_caller]
    fn check(xml: &str, expect: Option<Value>) {
        let root =
            crate::ccda::tests::document(&format!("<text><td ID=\"a\">Broken  leg</td></text><a>{xml}</a>"));
        let context = Context::of(&root);
        let code = root.at(&["a", "code"]).unwrap();
        assert_eq!(context.concept(code), expect, "{xml}");
    }

    #[test]
    fn a_code_keeps_its_translations_and_its_words() {
        let flu = json!({ "system": "http://snomed.info/sct", "code": "6142004", "display": "Influenza" });
        check(
            r#"<code code="6142004" codeSystem="2.16.840.1.113883.6.96" displayName=" Influenza "/>"#,
            Some(json!({ "coding": [flu] })),
        );
        check(
            r##"<code code="6142004" codeSystem="2.16.840.1.113883.6.96" displayName="Influenza">
                <originalText><reference value="#a"/></originalText>
                <translation code="J11" codeSystem="2.16.840.1.113883.6.90"/><translation nullFlavor="NI"/></code>"##,
            Some(json!({ "coding": [flu, { "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J11" }],
                         "text": "Broken leg" })),
        );
        check(
            r#"<code nullFlavor="OTH"><originalText>Flu</originalText><translation code="X" codeSystem="1.2.3"/></code>"#,
            Some(json!({ "coding": [{ "system": "urn:oid:1.2.3", "code": "X" }], "text": "Flu" })),
        );
        check(r#"<code nullFlavor="UNK"/>"#, None);
        check(
            r##"<code nullFlavor="UNK"><originalText><reference value="#none"/></originalText></code>"##,
            None,
        );
        check(r#"<code displayName="Flu"/>"#, Some(json!({ "text": "Flu" })));
        check(r#"<code code="a  b" codeSystem="local"/>"#, Some(json!({ "coding": [{ "code": "a b" }] })));
        check(
            r#"<code code="1" codeSystem="2.16.840.1.113883.6.96" displayName="Leg"><qualifier>
               <name code="272741003" displayName="Laterality"/><value code="7771000" displayName="Left"/></qualifier></code>"#,
            Some(json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "1", "display": "Leg" }],
                         "text": "Leg (Laterality: Left)" })),
        );
    }

    #[test]
    fn an_identifier_names_its_system() {
        for (xml, expect) in [
            (
                r#"<id root="2.16.840.1.113883.4.6" extension="5"/>"#,
                Some(json!({ "system": "http://hl7.org/fhir/sid/us-npi", "value": "5" })),
            ),
            (r#"<id root="2.16.840.1.113883.4.6"/>"#, None),
            (
                r#"<id root="1.2.3" extension=" a "/>"#,
                Some(json!({ "system": "urn:oid:1.2.3", "value": "a" })),
            ),
            (
                r#"<id root="631F0E95-F055-4FA2-AF10-3AE036CAD2EC"/>"#,
                Some(
                    json!({ "system": "urn:ietf:rfc:3986", "value": "urn:uuid:631f0e95-f055-4fa2-af10-3ae036cad2ec" }),
                ),
            ),
            (r#"<id root="1.02.3" extension="a"/>"#, Some(json!({ "value": "a" }))),
            (r#"<id nullFlavor="NI"/>"#, None),
            (r#"<id root="some text"/>"#, None),
        ] {
            assert_eq!(identifier(&element(xml)), expect, "{xml}");
        }
    }
}
