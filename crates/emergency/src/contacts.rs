//! Those whom a person named for emergencies: `Patient.contact` with the role "emergency contact".

use crate::words::{all, concept, has_code, text};
use salus_fhir::human_name;
use salus_fhir::json::Value;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// HL7 table 0131, contact role; `C` is the emergency contact.
pub(crate) const CONTACT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";

/// Somebody to call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NamedContact {
    /// 1 to 100 characters.
    pub(crate) name: String,
    /// What they are to the person, in words: sister, neighbour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) relationship: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    /// Where they are written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// Whether they are told, by e-mail or else by SMS, when somebody opens the record in an emergency. Whoever is named
    /// is, unless the person says otherwise.
    #[serde(default = "yes")]
    #[schema(required = false)]
    pub(crate) is_told: bool,
}

fn yes() -> bool {
    true
}

/// On a contact whom the person chose to be told. Contacts that came from elsewhere have no such word, and are not.
const IS_TOLD: &str = "urn:salus:told-of-emergencies";

/// The emergency contacts of a Patient.
pub(crate) fn named(patient: &Value) -> Vec<NamedContact> {
    all(patient, "contact").iter().filter(|contact| is_named(contact)).filter_map(read).collect()
}

/// The Patient with these emergency contacts in the place of those it had; its other contacts stay.
pub(crate) fn with(mut patient: Value, contacts: &[NamedContact]) -> Value {
    let others = all(&patient, "contact").iter().filter(|contact| !is_named(contact)).cloned();
    let all: Vec<Value> = contacts.iter().map(write).chain(others).collect();
    if let Some(members) = patient.as_object_mut() {
        match all.is_empty() {
            true => members.remove("contact"),
            false => members.insert("contact".to_owned(), all.into()),
        };
    }
    patient
}

fn is_named(contact: &Value) -> bool {
    all(contact, "relationship").iter().any(is_role)
}

fn is_role(relationship: &Value) -> bool {
    has_code(relationship, CONTACT_ROLE, "C")
}

fn read(contact: &Value) -> Option<NamedContact> {
    let by = |system: &str| {
        let found = all(contact, "telecom").iter().find(|one| text(one, "system") == Some(system))?;
        text(found, "value").map(str::to_owned)
    };
    let relationship = all(contact, "relationship").iter().find(|one| !is_role(one)).and_then(concept);
    Some(NamedContact {
        name: human_name(contact.get("name")?)?,
        relationship: relationship.map(str::to_owned),
        phone: by("phone"),
        email: by("email"),
        is_told: all(contact, "extension")
            .iter()
            .any(|one| one["url"] == IS_TOLD && one["valueBoolean"] == true),
    })
}

fn write(contact: &NamedContact) -> Value {
    let role = json!({ "coding": [{ "system": CONTACT_ROLE, "code": "C", "display": "Emergency Contact" }] });
    let words = contact.relationship.iter().map(|words| json!({ "text": words }));
    let telecom = [("phone", &contact.phone), ("email", &contact.email)];
    let telecom: Vec<Value> = telecom
        .into_iter()
        .filter_map(|(system, value)| Some(json!({ "system": system, "value": value.as_ref()? })))
        .collect();
    let mut written = json!({
        "relationship": std::iter::once(role).chain(words).collect::<Vec<_>>(),
        "name": { "text": contact.name },
    });
    if !telecom.is_empty() {
        written["telecom"] = telecom.into();
    }
    if contact.is_told {
        written["extension"] = json!([{ "url": IS_TOLD, "valueBoolean": true }]);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naming_contacts_replaces_those_named_before_and_no_others() {
        let hanna = NamedContact {
            name: "Hanna".to_owned(),
            relationship: Some("sister".to_owned()),
            phone: Some("+1 555 0203".to_owned()),
            email: None,
            is_told: true,
        };
        let employer = json!({
            "relationship": [{ "coding": [{ "system": CONTACT_ROLE, "code": "E" }] }], "name": { "text": "Mill" },
        });
        let patient = json!({ "resourceType": "Patient", "id": "p", "contact": [employer] });
        let named_one = with(patient.clone(), std::slice::from_ref(&hanna));
        assert!(named(&named_one) == vec![hanna.clone()]);
        assert!(salus_fhir::validate(&named_one).is_empty());
        let silent = NamedContact { is_told: false, ..hanna };
        assert!(named(&with(patient.clone(), std::slice::from_ref(&silent))) == vec![silent]);
        let named_none = with(named_one, &[]);
        assert_eq!(named_none, patient);
        assert!(named(&named_none).is_empty());
    }
}
