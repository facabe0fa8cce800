//! Reading what an emergency needs of a record, through somebody's door, in one order for one state of the record.

use crate::words;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use salus_http::ApiError;
use salus_store::{Records, Stored};
use std::collections::BTreeMap;

/// How much of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What a stranger must know to help.
    Card,
    /// Also what explains it: vaccinations, procedures, results.
    Summary,
}

/// The part of a record that was read.
pub(crate) struct Record {
    pub(crate) patient: Value,
    /// When the newest of it was written.
    pub(crate) as_of: Timestamp,
    resources: Vec<Value>,
    by_reference: BTreeMap<String, usize>,
}

type Search = (&'static str, &'static [(&'static str, &'static str)]);

/// Blood groups (LOINC 882-1 ABO and Rh, 883-9 ABO, 10331-7 Rh), and what a summary adds to the card.
const CARD: &[Search] = &[
    ("AllergyIntolerance", &[]),
    ("Condition", &[]),
    ("MedicationRequest", &[("status", "active"), ("_include", "MedicationRequest:medication")]),
    ("MedicationStatement", &[("status", "active,intended"), ("_include", "MedicationStatement:medication")]),
    ("DeviceUseStatement", &[("_include", "DeviceUseStatement:device")]),
    ("Observation", &[("code", "http://loinc.org|882-1,http://loinc.org|883-9,http://loinc.org|10331-7")]),
    ("Consent", &[("status", "active"), ("category", "http://loinc.org|42348-3")]),
    ("RelatedPerson", &[]),
];
const SUMMARY: &[Search] = &[
    ("Immunization", &[]),
    ("Procedure", &[]),
    ("Observation", &[("category", "vital-signs,laboratory,social-history")]),
    ("Observation", &[("code", "http://loinc.org|82810-3,http://loinc.org|72166-2")]),
];

impl Record {
    /// Reads it; none where there is no such person for this reader.
    pub(crate) async fn read(
        records: &Records,
        patient: &str,
        extent: Extent,
    ) -> Result<Option<Self>, ApiError> {
        let Some(stored) = records.read("Patient", patient).await? else { return Ok(None) };
        let mut found = vec![];
        let searches = CARD.iter().chain(if extent == Extent::Summary { SUMMARY } else { &[] });
        for (type_name, pairs) in searches {
            found.extend(search(records, patient, type_name, pairs).await?);
        }
        Self::of(&stored, &found).map(Some)
    }

    fn of(patient: &Stored, found: &[Stored]) -> Result<Self, ApiError> {
        let as_of = found.iter().map(|stored| stored.last_updated).max();
        let mut record = Self {
            patient: patient.json()?,
            as_of: as_of.map_or(patient.last_updated, |newest| newest.max(patient.last_updated)),
            resources: Vec::with_capacity(found.len()),
            by_reference: BTreeMap::new(),
        };
        let mut parsed: Vec<(String, Value)> = Vec::with_capacity(found.len());
        for stored in found {
            parsed.push((format!("{}/{}", stored.type_name, stored.id), stored.json()?));
        }
        parsed.sort_by(|(name, one), (other_name, other)| {
            words::date(other).cmp(&words::date(one)).then_with(|| name.cmp(other_name))
        });
        for (name, resource) in parsed {
            if !record.by_reference.contains_key(&name) {
                record.by_reference.insert(name, record.resources.len());
                record.resources.push(resource);
            }
        }
        Ok(record)
    }

    /// The resources of a type, newest first.
    pub(crate) fn all<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.resources.iter().filter(move |resource| resource["resourceType"] == type_name)
    }

    /// The resource that a reference means, where it was read.
    pub(crate) fn find(&self, reference: &str) -> Option<&Value> {
        let bare = reference.split("/_history/").next().unwrap_or(reference);
        self.resources.get(*self.by_reference.get(bare)?)
    }
}

async fn search(
    records: &Records,
    patient: &str,
    type_name: &str,
    pairs: &[(&str, &str)],
) -> Result<Vec<Stored>, ApiError> {
    let mut all = vec![("patient".to_owned(), format!("Patient/{patient}"))];
    all.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let query = Query::parse(type_name, &all).map_err(|error| ApiError::internal(error.to_string()))?;
    let mut found = records.search_all(&query).await?;
    found.matches.append(&mut found.included);
    Ok(found.matches)
}
