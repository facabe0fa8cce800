//! From resources to the lines of the card.

use super::medicines::marks;
use super::{CardLine, CardSource};
use crate::record::Record;
use crate::words::{LOINC, all, concept, date, has_code, status, text, value};
use salus_fhir::json::Value;

const SNOMED: &str = "http://snomed.info/sct";
/// The code system in which IPS says that something is absent or not known.
pub(crate) const ABSENT: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";

/// Codes that say that there is none (SNOMED CT: no known allergy, no known drug allergy, not on any medication; IPS).
const NO_ALLERGIES: [(&str, &str); 4] = [
    (SNOMED, "716186003"),
    (SNOMED, "409137002"),
    (ABSENT, "no-known-allergies"),
    (ABSENT, "no-known-medication-allergies"),
];
const NO_MEDICINES: [(&str, &str); 2] = [(SNOMED, "787481004"), (ABSENT, "no-known-medications")];
const NO_CONDITIONS: [(&str, &str); 2] = [(SNOMED, "160245001"), (ABSENT, "no-known-problems")];

/// Allergies and intolerances that hold, the dangerous ones first.
pub(crate) fn allergies(record: &Record) -> Vec<CardLine> {
    let held = record.all("AllergyIntolerance").filter(|one| holds_as_allergy(one));
    let mut lines: Vec<CardLine> = held
        .filter_map(|allergy| {
            let reactions: Vec<&str> = all(allergy, "reaction")
                .iter()
                .flat_map(|reaction| all(reaction, "manifestation"))
                .filter_map(concept)
                .collect();
            Some(CardLine {
                detail: (!reactions.is_empty()).then(|| reactions.join(", ")),
                is_critical: text(allergy, "criticality") == Some("high"),
                ..line(allergy, concept(allergy.get("code")?)?)
            })
        })
        .collect();
    lines.sort_by_key(|line| !line.is_critical);
    lines
}

/// Whether the resource tells of an allergy that stands.
pub(crate) fn holds_as_allergy(allergy: &Value) -> bool {
    stands(allergy) && !is_one_of(&allergy["code"], &NO_ALLERGIES)
}

/// Whether somebody recorded that there are no allergies.
pub(crate) fn says_no_allergies(record: &Record) -> bool {
    record.all("AllergyIntolerance").any(|one| stands(one) && is_one_of(&one["code"], &NO_ALLERGIES))
}

/// Medicines in use, each once by its name; those that change what helpers do first.
pub(crate) fn medicines(record: &Record) -> Vec<CardLine> {
    let mut lines: Vec<CardLine> = Vec::new();
    for medicine in in_use(record) {
        let code = medicine_concept(record, medicine);
        let named = code.and_then(concept).or_else(|| medicine["medicationReference"]["display"].as_str());
        let Some(name) = named else { continue };
        if code.is_some_and(|code| is_one_of(code, &NO_MEDICINES))
            || lines.iter().any(|line| line.title.eq_ignore_ascii_case(name))
        {
            continue;
        }
        let marks = marks(name, code.unwrap_or(&Value::Null));
        lines.push(CardLine { detail: dosage(medicine), marks, ..line(medicine, name) });
    }
    lines.sort_by_key(|line| line.marks.is_empty());
    lines
}

/// What is taken at present: prescriptions and what people say they take.
pub(crate) fn in_use(record: &Record) -> impl Iterator<Item = &Value> {
    let is_taken = |medicine: &&Value| {
        matches!(text(medicine, "status"), Some("active" | "intended"))
            && medicine["doNotPerform"] != true
            && !matches!(text(medicine, "intent"), Some("proposal" | "plan" | "option"))
    };
    record.all("MedicationRequest").chain(record.all("MedicationStatement")).filter(is_taken)
}

/// What a prescription calls the medicine: in itself, in a Medication it contains, or in one that was read with it.
pub(crate) fn medicine_concept<'a>(record: &'a Record, medicine: &'a Value) -> Option<&'a Value> {
    if let Some(code) = medicine.get("medicationCodeableConcept") {
        return Some(code);
    }
    let reference = text(medicine.get("medicationReference")?, "reference")?;
    let found = match reference.strip_prefix('#') {
        Some(id) => all(medicine, "contained").iter().find(|inner| text(inner, "id") == Some(id)),
        None => record.find(reference),
    };
    found?.get("code")
}

pub(crate) fn says_no_medicines(record: &Record) -> bool {
    let concepts = in_use(record).filter_map(|medicine| medicine_concept(record, medicine));
    concepts.into_iter().any(|code| is_one_of(code, &NO_MEDICINES))
}

/// Conditions that hold, each once by its name.
pub(crate) fn conditions(record: &Record) -> Vec<CardLine> {
    let mut lines: Vec<CardLine> = Vec::new();
    for condition in record.all("Condition").filter(|one| holds_as_condition(one)) {
        let Some(name) = condition.get("code").and_then(concept) else { continue };
        if lines.iter().all(|line| !line.title.eq_ignore_ascii_case(name)) {
            let notes = all(condition, "note").iter().filter_map(|note| text(note, "text"));
            lines.push(CardLine { detail: notes.map(str::to_owned).next(), ..line(condition, name) });
        }
    }
    lines
}

/// Whether the resource tells of a condition that stands.
pub(crate) fn holds_as_condition(condition: &Value) -> bool {
    stands(condition) && !is_one_of(&condition["code"], &NO_CONDITIONS)
}

pub(crate) fn says_no_conditions(record: &Record) -> bool {
    record.all("Condition").any(|one| stands(one) && is_one_of(&one["code"], &NO_CONDITIONS))
}

/// Implants, and devices in use.
pub(crate) fn devices(record: &Record) -> Vec<CardLine> {
    record
        .all("DeviceUseStatement")
        .filter(|one| is_used(one))
        .filter_map(|used| device(record, used))
        .collect()
}

/// Whether a device is in use, or in the body.
pub(crate) fn is_used(statement: &Value) -> bool {
    matches!(text(statement, "status"), Some("active" | "completed" | "on-hold"))
}

fn device(record: &Record, used: &Value) -> Option<CardLine> {
    let reference = used.get("device")?;
    let device = text(reference, "reference").and_then(|reference| record.find(reference));
    let name = device.and_then(|device| {
        let named = all(device, "deviceName").iter().find_map(|name| text(name, "name"));
        device.get("type").and_then(concept).or(named)
    });
    let name = name.or_else(|| text(reference, "display"))?;
    let place = used.get("bodySite").and_then(concept);
    let notes = all(used, "note").iter().filter_map(|note| text(note, "text"));
    let details: Vec<&str> = place.into_iter().chain(notes).collect();
    Some(CardLine { detail: (!details.is_empty()).then(|| details.join(". ")), ..line(used, name) })
}

/// The newest blood group of each kind: both in one, ABO, Rh.
pub(crate) fn blood_group(record: &Record) -> Vec<CardLine> {
    let newest = |code: &str| {
        let of_code = |one: &&Value| has_code(&one["code"], LOINC, code) && is_final(one);
        let found = record.all("Observation").find(of_code)?;
        Some(line(found, &value(found)?))
    };
    match newest("882-1") {
        Some(both) => vec![both],
        None => [newest("883-9"), newest("10331-7")].into_iter().flatten().collect(),
    }
}

/// Whether a measurement counts.
pub(crate) fn is_final(observation: &Value) -> bool {
    matches!(text(observation, "status"), Some("final" | "amended" | "corrected"))
}

/// Advance directives.
pub(crate) fn wishes(record: &Record) -> Vec<CardLine> {
    record
        .all("Consent")
        .filter_map(|consent| {
            let said: Vec<&str> = all(&consent["provision"], "code").iter().filter_map(concept).collect();
            let category = all(consent, "category").iter().find_map(concept);
            let title = if said.is_empty() { category?.to_owned() } else { said.join("; ") };
            let attached = consent.get("sourceAttachment").and_then(|source| text(source, "title"));
            Some(CardLine { detail: attached.map(str::to_owned), ..line(consent, &title) })
        })
        .collect()
}

/// The directions of a medicine, in one line.
pub(crate) fn dosage(medicine: &Value) -> Option<String> {
    let instructions = all(medicine, "dosageInstruction").iter().chain(all(medicine, "dosage"));
    let words: Vec<&str> = instructions.filter_map(|dosage| text(dosage, "text")).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn line(resource: &Value, title: &str) -> CardLine {
    CardLine {
        title: title.to_owned(),
        detail: None,
        date: date(resource).map(str::to_owned),
        is_critical: false,
        marks: Vec::new(),
        source: CardSource::of(resource),
    }
}

/// Not refuted, not taken back, not over.
fn stands(resource: &Value) -> bool {
    let is_true = !matches!(status(resource, "verificationStatus"), Some("refuted" | "entered-in-error"));
    let is_over = matches!(status(resource, "clinicalStatus"), Some("inactive" | "resolved" | "remission"));
    is_true && !is_over
}

fn is_one_of(code: &Value, codes: &[(&str, &str)]) -> bool {
    codes.iter().any(|(system, known)| has_code(code, system, known))
}
