//! The sections of the summary. Read [`TABLE`]: it is the whole of it.

use super::{Contents, absent, narrative};
use crate::card::lines::{self, dosage, is_final, is_used};
use crate::record::Record;
use crate::words::{LOINC, all, concept, date, has_code, text, value};
use salus_fhir::json::Value;
use serde_json::json;
use std::collections::BTreeSet;

/// One section.
pub(super) struct Section {
    /// LOINC.
    code: &'static str,
    display: &'static str,
    title: &'static str,
    /// Whether an emergency card has it as well.
    pub(super) is_vital: bool,
    /// What belongs in it, newest first.
    entries: for<'a> fn(&'a Record) -> Vec<&'a Value>,
    /// What stands in it when there is nothing; none = then there is no such section.
    absent: Option<fn(&Value) -> Value>,
}

/// All of them, in the order of the IPS: required, recommended, optional.
#[rustfmt::skip]
pub(super) static TABLE: &[Section] = &[
    Section { code: "10160-0", display: "History of Medication use Narrative", title: "Medicines", is_vital: true, entries: medicines, absent: Some(absent::medicines) },
    Section { code: "48765-2", display: "Allergies and adverse reactions Document", title: "Allergies and intolerances", is_vital: true, entries: allergies, absent: Some(absent::allergies) },
    Section { code: "11450-4", display: "Problem list - Reported", title: "Active problems", is_vital: true, entries: problems, absent: Some(absent::problems) },
    Section { code: "11369-6", display: "History of Immunization Narrative", title: "Vaccinations", is_vital: false, entries: immunizations, absent: None },
    Section { code: "30954-2", display: "Relevant diagnostic tests/laboratory data Narrative", title: "Results", is_vital: true, entries: results, absent: None },
    Section { code: "47519-4", display: "History of Procedures Document", title: "Procedures", is_vital: false, entries: procedures, absent: None },
    Section { code: "46264-8", display: "History of medical device use", title: "Implants and devices", is_vital: true, entries: devices, absent: None },
    Section { code: "42348-3", display: "Advance directives", title: "Wishes for the time when the person cannot say them", is_vital: true, entries: directives, absent: None },
    Section { code: "11348-0", display: "History of Past illness Narrative", title: "Past problems", is_vital: false, entries: past_problems, absent: None },
    Section { code: "8716-3", display: "Vital signs", title: "Vital signs", is_vital: false, entries: vital_signs, absent: None },
    Section { code: "10162-6", display: "History of pregnancies Narrative", title: "Pregnancy", is_vital: false, entries: pregnancy, absent: None },
    Section { code: "29762-2", display: "Social history Narrative", title: "Way of life", is_vital: false, entries: social_history, absent: None },
];

impl Section {
    /// The section of the Composition, its entries taken into the document.
    pub(super) fn write(&self, record: &Record, contents: &mut Contents) -> Option<Value> {
        let found = (self.entries)(record);
        let (names, told): (Vec<String>, Vec<String>) = match (found.is_empty(), self.absent) {
            (false, _) => {
                let each =
                    found.iter().map(|resource| (contents.take(record, resource), told(record, resource)));
                each.unzip()
            }
            (true, Some(absent)) => {
                let unknown = absent(&record.patient);
                let words = told(record, &unknown);
                (vec![contents.take(record, &unknown)], vec![words])
            }
            (true, None) => return None,
        };
        let entries: Vec<Value> = names.into_iter().map(|name| json!({ "reference": name })).collect();
        Some(json!({
            "title": self.title,
            "code": { "coding": [{ "system": LOINC, "code": self.code, "display": self.display }] },
            "text": narrative::lines(&told),
            "entry": entries,
        }))
    }
}

/// An entry in one line: what, how much of it, when.
fn told(record: &Record, resource: &Value) -> String {
    let named =
        ["code", "vaccineCode", "medicationCodeableConcept"].iter().find_map(|name| resource.get(*name));
    let name = named.or_else(|| lines::medicine_concept(record, resource)).and_then(concept);
    let shown =
        ["medicationReference", "device"].iter().find_map(|name| text(resource.get(*name)?, "display"));
    let said = all(&resource["provision"], "code").iter().find_map(concept);
    let category = all(resource, "category").iter().find_map(concept);
    let name = name.or(shown).or(said).or(category).unwrap_or("(no name)");
    let detail = value(resource).or_else(|| dosage(resource));
    let day = date(resource).map(|date| date.split('T').next().unwrap_or(date).to_owned());
    [Some(name.to_owned()), detail, day].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn medicines(record: &Record) -> Vec<&Value> {
    lines::in_use(record).collect()
}

/// Also what says that there are none.
fn allergies(record: &Record) -> Vec<&Value> {
    let held: Vec<&Value> =
        record.all("AllergyIntolerance").filter(|one| lines::holds_as_allergy(one)).collect();
    if held.is_empty() && lines::says_no_allergies(record) {
        return record.all("AllergyIntolerance").collect();
    }
    held
}

fn problems(record: &Record) -> Vec<&Value> {
    let held: Vec<&Value> = record.all("Condition").filter(|one| lines::holds_as_condition(one)).collect();
    if held.is_empty() && lines::says_no_conditions(record) {
        return record.all("Condition").collect();
    }
    held
}

fn past_problems(record: &Record) -> Vec<&Value> {
    let is_past = |condition: &&Value| {
        let is_over = crate::words::status(condition, "clinicalStatus");
        matches!(is_over, Some("inactive" | "remission" | "resolved"))
            && crate::words::status(condition, "verificationStatus") != Some("entered-in-error")
    };
    record.all("Condition").filter(is_past).collect()
}

fn immunizations(record: &Record) -> Vec<&Value> {
    record.all("Immunization").filter(|one| text(one, "status") == Some("completed")).collect()
}

fn procedures(record: &Record) -> Vec<&Value> {
    record.all("Procedure").filter(|one| text(one, "status") == Some("completed")).collect()
}

fn devices(record: &Record) -> Vec<&Value> {
    record.all("DeviceUseStatement").filter(|one| is_used(one)).collect()
}

fn directives(record: &Record) -> Vec<&Value> {
    record.all("Consent").collect()
}

fn results(record: &Record) -> Vec<&Value> {
    let blood_group =
        |one: &Value| ["882-1", "883-9", "10331-7"].iter().any(|code| has_code(&one["code"], LOINC, code));
    newest_of_each(record, |one| in_category(one, "laboratory") || blood_group(one))
}

fn vital_signs(record: &Record) -> Vec<&Value> {
    newest_of_each(record, |one| in_category(one, "vital-signs"))
}

fn pregnancy(record: &Record) -> Vec<&Value> {
    newest_of_each(record, |one| has_code(&one["code"], LOINC, "82810-3"))
}

fn social_history(record: &Record) -> Vec<&Value> {
    let is_pregnancy = |one: &Value| has_code(&one["code"], LOINC, "82810-3");
    newest_of_each(record, |one| in_category(one, "social-history") && !is_pregnancy(one))
}

/// The newest measurement of each thing.
fn newest_of_each(record: &Record, is_meant: impl Fn(&Value) -> bool) -> Vec<&Value> {
    let mut seen = BTreeSet::new();
    record
        .all("Observation")
        .filter(|one| is_final(one) && is_meant(one))
        .filter(|one| concept(&one["code"]).is_some_and(|name| seen.insert(name.to_owned())))
        .collect()
}

fn in_category(observation: &Value, code: &str) -> bool {
    let codings = all(observation, "category").iter().flat_map(|category| all(category, "coding"));
    codings.into_iter().any(|coding| text(coding, "code") == Some(code))
}
