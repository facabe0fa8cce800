//! Restriction of processing (GDPR Article 18): a record, or a class of its data, is kept and shown to nobody but the
//! person.
//!
//! It is a FHIR Consent that denies at its root, so that whatever asks consents obeys it, whoever made it. The person's
//! own eyes are not concerned by a denial that names nobody.

use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_store::Stored;
use serde_json::json;

/// Marks a consent as a restriction, and holds why.
const EXTENSION: &str = "urn:salus:restriction";
const RESOURCE_TYPES: &str = "http://hl7.org/fhir/resource-types";
const CLASSES: &str = include_str!("tables/data_classes.tsv");

/// A class of data that can be restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataClass {
    /// The word for it in the API.
    pub(crate) code: &'static str,
    /// What it is called.
    pub(crate) title: &'static str,
    types: &'static str,
}

/// All classes, in the order of their words.
pub(crate) fn data_classes() -> impl Iterator<Item = DataClass> {
    CLASSES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(DataClass { code: columns.next()?, title: columns.next()?, types: columns.next()? })
    })
}

/// The class with this word.
pub(crate) fn data_class(code: &str) -> Option<DataClass> {
    data_classes().find(|class| class.code == code)
}

impl DataClass {
    fn has(self, type_name: &str) -> bool {
        self.types.split(' ').any(|name| name == type_name)
    }
}

/// The consent that restricts these classes of a person's data; none = all of it.
pub(crate) fn restriction(person: &str, classes: &[DataClass], reason: &str, now: Timestamp) -> Value {
    let types = classes.iter().flat_map(|class| class.types.split(' '));
    let types: Vec<Value> = types.map(|name| json!({ "system": RESOURCE_TYPES, "code": name })).collect();
    let mut provision = json!({ "type": "deny" });
    if !types.is_empty() {
        provision["class"] = Value::Array(types);
    }
    json!({
        "resourceType": "Consent",
        "extension": [{ "url": EXTENSION, "valueString": reason }],
        "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "59284-0" }] }],
        "patient": { "reference": format!("Patient/{person}") },
        "dateTime": now.to_string(),
        "policyRule": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTOUT" }] },
        "provision": provision,
    })
}

/// A restriction as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restriction {
    /// The id of the consent.
    pub(crate) id: String,
    /// Since when (RFC 3339).
    pub(crate) since: String,
    /// Why, in the words of whoever asked for it.
    pub(crate) reason: String,
    /// The classes of data; empty = everything.
    pub(crate) data_classes: Vec<String>,
    /// Whether it holds now.
    pub(crate) is_active: bool,
}

/// The restriction that a consent is; none for other consents.
pub(crate) fn read(stored: &Stored, consent: &Value) -> Option<Restriction> {
    let marked = consent["extension"].as_array()?.iter().find(|held| held["url"] == EXTENSION)?;
    Some(Restriction {
        id: stored.id.clone(),
        since: consent["dateTime"].as_str()?.to_owned(),
        reason: marked["valueString"].as_str().unwrap_or_default().to_owned(),
        data_classes: classes(&consent["provision"]).map(|class| class.code.to_owned()).collect(),
        is_active: consent["status"] == "active",
    })
}

/// The classes of data that a provision is about.
pub(crate) fn classes(provision: &Value) -> impl Iterator<Item = DataClass> {
    let codes: Vec<String> = provision["class"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|coding| coding["code"].as_str().map(str::to_owned))
        .collect();
    data_classes().filter(move |class| codes.iter().any(|code| class.has(code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_access::Purpose;
    use salus_access::consent::{Asker, said_by};

    fn denials(consent: &Value, reference: &str) -> usize {
        let references = [reference.to_owned()];
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        said_by(consent, &Asker { references: &references, purpose: Purpose::Treatment, now }).denials.len()
    }

    #[test]
    fn a_restriction_denies_everybody_but_the_person() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        for classes in [vec![], vec![data_class("medicines").unwrap()]] {
            let consent = restriction("p", &classes, "It is wrong.", now);
            let issues = salus_fhir::validate::validate(&consent);
            assert!(issues.is_empty(), "{:?}", issues.iter().map(|one| &one.diagnostics).collect::<Vec<_>>());
            assert_eq!(denials(&consent, "Practitioner/d"), 1);
            assert_eq!(denials(&consent, "Patient/p"), 0);
            let mut lifted = consent;
            lifted["status"] = "inactive".into();
            assert_eq!(denials(&lifted, "Practitioner/d"), 0);
        }
    }

    #[test]
    fn every_class_names_types_that_are_there() {
        for class in data_classes() {
            for name in class.types.split(' ') {
                assert!(salus_fhir::defs::is_resource_type(name), "{}: {name}", class.code);
            }
        }
        assert_eq!(data_class("medicines").map(|class| class.title), Some("Medicines"));
        assert_eq!(data_class("x"), None);
    }
}
