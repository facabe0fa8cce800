//! A share as a FHIR Consent, and back.
//!
//! Written so that any FHIR server reads it alike: one provision that permits, the actor as the recipient of information
//! (`IRCP`), the kinds of data as `class`, the days as `period`.

use crate::classes::{ALWAYS, Class, classes_of};
use jiff::civil::Date;
use salus_core::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const RESOURCE_TYPES: &str = "http://hl7.org/fhir/resource-types";
const ROLE: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// Something shared with somebody.
pub(crate) struct Share<'a> {
    /// Whose record.
    pub(crate) patient: &'a str,
    /// The FHIR reference of whoever may look.
    pub(crate) with: String,
    /// Their name, to be shown.
    pub(crate) name: &'a str,
    /// What; empty = everything.
    pub(crate) classes: Vec<&'static Class>,
    /// The last day; none = until it is taken back.
    pub(crate) until: Option<Date>,
    /// The FHIR reference of whoever shares it.
    pub(crate) by: String,
}

impl Share<'_> {
    pub(crate) fn consent(&self, now: Timestamp) -> Value {
        let mut provision = json!({
            "type": "permit",
            "period": { "start": now.to_string() },
            "actor": [{
                "role": { "coding": [{ "system": ROLE, "code": "IRCP", "display": "information recipient" }] },
                "reference": { "reference": self.with, "display": self.name },
            }],
        });
        if let Some(until) = self.until {
            provision["period"]["end"] = until.to_string().into();
        }
        if !self.classes.is_empty() {
            let types = self.classes.iter().flat_map(|class| &class.types).copied();
            let types: BTreeSet<&str> = types.chain([ALWAYS]).collect();
            provision["class"] =
                types.into_iter().map(|code| json!({ "system": RESOURCE_TYPES, "code": code })).collect();
        }
        json!({
            "resourceType": "Consent",
            "status": "active",
            "scope": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                "code": "patient-privacy", "display": "Privacy Consent",
            }] },
            "category": [{ "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "INFA", "display": "information access",
            }] }],
            "patient": { "reference": format!("Patient/{}", self.patient) },
            "dateTime": now.to_string(),
            "performer": [{ "reference": self.by }],
            "policyRule": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "OPTIN", "display": "opt-in",
            }] },
            "provision": provision,
        })
    }
}

/// What a consent shares, in plain words; none where it is none of the shape that is written here.
pub(crate) fn shown(consent: &Value) -> Option<Shown<'_>> {
    let provision = &consent["provision"];
    let is_plain = provision["type"] == "permit"
        && ["provision", "code", "data", "securityLabel", "purpose", "action", "dataPeriod"]
            .iter()
            .all(|field| provision[field].is_null());
    let [actor] = provision["actor"].as_array()?.as_slice() else { return None };
    let types = provision["class"]
        .as_array()
        .map(|classes| classes.iter().filter_map(|class| class["code"].as_str()).collect::<BTreeSet<&str>>());
    let classes = match &types {
        None => Vec::new(),
        Some(types) => classes_of(types)?,
    };
    is_plain.then_some(Shown {
        with: actor["reference"]["reference"].as_str()?,
        name: actor["reference"]["display"].as_str(),
        is_everything: types.is_none(),
        classes,
        since: provision["period"]["start"].as_str().or_else(|| consent["dateTime"].as_str()),
        until: provision["period"]["end"].as_str(),
    })
}

/// A consent of the shape that is written here.
pub(crate) struct Shown<'a> {
    pub(crate) with: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) is_everything: bool,
    pub(crate) classes: Vec<&'static Class>,
    pub(crate) since: Option<&'a str>,
    pub(crate) until: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::class;

    fn share(codes: &[&str], until: Option<&str>) -> Value {
        let share = Share {
            patient: "ann",
            with: "Practitioner/dr-x".to_owned(),
            name: "Dr. X",
            classes: codes.iter().map(|code| class(code).unwrap()).collect(),
            until: until.map(|day| day.parse().unwrap()),
            by: "Patient/ann".to_owned(),
        };
        share.consent("2026-01-05T08:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_share_is_a_valid_consent_and_reads_back_as_itself() {
        for (codes, until) in [(&[][..], None), (&["medicines", "allergies"][..], Some("2026-06-30"))] {
            let consent = share(codes, until);
            let issues = salus_fhir::validate::validate(&consent);
            assert!(
                issues.is_empty(),
                "{:?}",
                issues.iter().map(|issue| &issue.diagnostics).collect::<Vec<_>>()
            );
            let shown = shown(&consent).unwrap();
            assert_eq!((shown.with, shown.name), ("Practitioner/dr-x", Some("Dr. X")));
            assert_eq!(shown.is_everything, codes.is_empty());
            assert_eq!(shown.until, until);
            assert_eq!(shown.classes.len(), codes.len());
        }
    }

    #[test]
    fn a_consent_that_says_more_is_not_told_as_a_share() {
        let plain = share(&[], None);
        for (field, value) in [
            ("type", json!("deny")),
            ("purpose", json!([{ "code": "TREAT" }])),
            ("provision", json!([{ "type": "deny" }])),
            ("class", json!([{ "code": "Observation" }])),
            ("actor", json!([])),
        ] {
            let mut consent = plain.clone();
            consent["provision"][field] = value;
            assert!(shown(&consent).is_none(), "{field}");
        }
    }
}
