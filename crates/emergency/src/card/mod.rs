//! The emergency card: what a stranger must know to help, each line with its date and its source.
//!
//! That nothing is recorded is never told as "there is none": see [`Known`].

pub(crate) mod lines;
pub(crate) mod medicines;

use crate::record::Record;
use crate::words::{all, concept, text};
use medicines::Mark;
use salus_access::Relationship;
use salus_core::Timestamp;
use salus_fhir::human_name;
use salus_fhir::json::Value;
use salus_http::people::summary;
use serde::Serialize;
use utoipa::ToSchema;

/// The card of one person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmergencyCard {
    pub(crate) who: CardPerson,
    pub(crate) allergies: Part,
    pub(crate) medicines: Part,
    pub(crate) conditions: Part,
    /// Implants, and devices in use.
    pub(crate) devices: Vec<CardLine>,
    /// Blood group and Rh factor, where they are recorded.
    pub(crate) blood_group: Vec<CardLine>,
    pub(crate) contacts: Vec<CardContact>,
    /// What the person wishes for a time when they cannot say it.
    pub(crate) wishes: Vec<CardLine>,
    /// When the newest of this was written.
    pub(crate) as_of: String,
}

/// Who it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardPerson {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<String>,
    /// In full years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sex: Option<String>,
    /// The languages they speak, the preferred one first.
    pub(crate) languages: Vec<String>,
}

/// A part of the card that must be there, with how much its lines say.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    pub(crate) known: Known,
    pub(crate) lines: Vec<CardLine>,
}

/// What an empty list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Known {
    /// The lines are what is recorded.
    Listed,
    /// Somebody recorded that there is none.
    None,
    /// The record says nothing: there may be some.
    NotRecorded,
}

/// One line.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardLine {
    pub(crate) title: String,
    /// Reaction, dose, place on the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// A FHIR date, as precise as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<String>,
    /// Whether it may be life-threatening.
    pub(crate) is_critical: bool,
    pub(crate) marks: Vec<Mark>,
    pub(crate) source: CardSource,
}

/// The version of the resource that a line stands on.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct CardSource {
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) id: String,
    pub(crate) version: u64,
}

/// Somebody to call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardContact {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relationship: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    /// Whether the person named them for emergencies.
    pub(crate) is_named: bool,
}

impl EmergencyCard {
    /// The card that a record gives.
    pub(crate) fn of(record: &Record, now: Timestamp) -> Self {
        Self {
            who: CardPerson::of(&record.patient, now),
            allergies: Part::of(lines::allergies(record), lines::says_no_allergies(record)),
            medicines: Part::of(lines::medicines(record), lines::says_no_medicines(record)),
            conditions: Part::of(lines::conditions(record), lines::says_no_conditions(record)),
            devices: lines::devices(record),
            blood_group: lines::blood_group(record),
            contacts: contacts(record),
            wishes: lines::wishes(record),
            as_of: record.as_of.to_string(),
        }
    }
}

impl CardPerson {
    fn of(patient: &Value, now: Timestamp) -> Self {
        let id = text(patient, "id").unwrap_or_default();
        let line = summary(id, patient, Relationship::Oneself, now);
        let mut spoken: Vec<&Value> = all(patient, "communication").iter().collect();
        spoken.sort_by_key(|one| one["preferred"] != true);
        let languages = spoken.iter().filter_map(|one| one.get("language").and_then(concept));
        Self {
            id: line.id,
            name: line.name,
            birth_date: line.birth_date,
            age: line.age,
            sex: line.sex,
            languages: languages.map(str::to_owned).collect(),
        }
    }
}

impl Part {
    fn of(lines: Vec<CardLine>, says_none: bool) -> Self {
        let known = match (lines.is_empty(), says_none) {
            (false, _) => Known::Listed,
            (true, true) => Known::None,
            (true, false) => Known::NotRecorded,
        };
        Self { known, lines }
    }
}

impl CardSource {
    pub(crate) fn of(resource: &Value) -> Self {
        let version = resource.pointer("/meta/versionId").and_then(Value::as_str);
        Self {
            type_name: text(resource, "resourceType").unwrap_or_default().to_owned(),
            id: text(resource, "id").unwrap_or_default().to_owned(),
            version: version.and_then(|version| version.parse().ok()).unwrap_or(1),
        }
    }
}

/// Those the person named for emergencies first, then relatives with a telephone.
fn contacts(record: &Record) -> Vec<CardContact> {
    let mut contacts: Vec<CardContact> =
        all(&record.patient, "contact").iter().filter_map(|one| contact(one, true)).collect();
    for related in record.all("RelatedPerson").filter(|related| related["active"] != false) {
        let Some(found) = contact(related, false) else { continue };
        let is_new = contacts.iter().all(|known| known.name != found.name && known.phone != found.phone);
        if found.phone.is_some() && is_new {
            contacts.push(found);
        }
    }
    contacts
}

fn contact(value: &Value, is_named: bool) -> Option<CardContact> {
    let name = match value.get("name")? {
        Value::Array(names) => names.first().and_then(human_name),
        name => human_name(name),
    };
    let phone = all(value, "telecom").iter().find(|one| text(one, "system") == Some("phone"));
    let relationship = all(value, "relationship").iter().filter(|kind| !is_contact_code(kind));
    Some(CardContact {
        name: name?,
        relationship: relationship.filter_map(concept).next().map(str::to_owned),
        phone: phone.and_then(|one| text(one, "value")).map(str::to_owned),
        is_named,
    })
}

/// The code that says only that somebody is a contact for emergencies (HL7 table 0131, `C`).
fn is_contact_code(kind: &Value) -> bool {
    crate::words::has_code(kind, crate::contacts::CONTACT_ROLE, "C")
}
