//! Synthetic records → one line a resource, in two ways of writing, and questions about them.

use super::lines;
use crate::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const NAMES: &str = include_str!("names.tsv");
const TEMPLATES: &str = include_str!("templates.tsv");
/// A question that more entries than this answer is left out: it asks for a list.
const MOST_RELEVANT: usize = 3;
/// Questions a person.
const QUESTIONS: usize = 60;

/// One resource as a reader sees it.
struct Entry {
    id: String,
    kind: &'static str,
    name: String,
    /// 2014-03-02
    day: String,
    value: String,
    /// Reason, dose, status.
    more: String,
}

pub(super) fn write(folder: &Path, to: &Path) -> Result {
    let mut files: Vec<_> = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut corpus: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut queries: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (number, path) in files.iter().enumerate() {
        let bundle: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let person = format!("p{number}");
        let part = if number.is_multiple_of(2) { "dev" } else { "test" };
        let entries = entries(&bundle);
        for entry in &entries {
            for (way, text) in [("prose", entry.prose()), ("fields", entry.fields())] {
                corpus
                    .entry(way)
                    .or_default()
                    .push(json!({ "id": format!("{person}-{}", entry.id), "group": person, "text": text }));
            }
        }
        let asked = questions(&entries, part);
        for (at, (question, relevant)) in spread(asked).into_iter().enumerate() {
            let relevant: Vec<String> = relevant.iter().map(|id| format!("{person}-{id}")).collect();
            queries.entry(part).or_default().push(json!({ "id": format!("{person}-{at}"), "group": person, "text": question, "relevant": relevant }));
        }
    }
    for (way, corpus) in corpus {
        lines(&to.join(format!("record.{way}.corpus.jsonl")), &corpus)?;
    }
    for (part, queries) in queries {
        lines(&to.join(format!("record.{part}.jsonl")), &queries)?;
    }
    Ok(())
}

/// At most so many questions a person, evenly over the kinds.
fn spread(mut asked: BTreeMap<&'static str, Vec<(String, Vec<String>)>>) -> Vec<(String, Vec<String>)> {
    let mut chosen: Vec<(String, Vec<String>)> = Vec::new();
    let mut step = 0_usize;
    while chosen.len() < QUESTIONS && asked.values().any(|list| !list.is_empty()) {
        for list in asked.values_mut().filter(|list| !list.is_empty()) {
            step += 7;
            let one = list.remove(step % list.len());
            if chosen.iter().all(|(question, _)| *question != one.0) {
                chosen.push(one);
            }
        }
    }
    chosen
}

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| match name.parse::<usize>() {
        Ok(number) => &value[number],
        Err(_) => &value[name],
    })
}

fn string(value: &Value, path: &str) -> String {
    at(value, path).as_str().unwrap_or_default().to_owned()
}

fn concept(value: &Value) -> String {
    let named = [string(value, "text"), string(value, "coding.0.display")];
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

fn entries(bundle: &Value) -> Vec<Entry> {
    let resources: Vec<&Value> =
        bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]).collect();
    let names: BTreeMap<String, String> =
        resources.iter().map(|resource| (string(resource, "id"), concept(&resource["code"]))).collect();
    let named = |reference: &Value| {
        reference
            .as_str()
            .and_then(|reference| names.get(reference.rsplit([':', '/']).next()?).cloned())
            .unwrap_or_default()
    };
    let mut entries = Vec::new();
    for resource in &resources {
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let id = string(resource, "id");
        let day = |path: &str| string(resource, path).chars().take(10).collect::<String>();
        let quantity = |value: &Value| {
            let number = value["value"]
                .as_f64()
                .map(|number| format!("{}", (number * 100.0).round() / 100.0))
                .unwrap_or_default();
            format!("{number} {}", string(value, "unit"))
        };
        let (kind, name, day, value, more) = match kind {
            "Observation" => {
                let value = match at(resource, "component") {
                    Value::Array(parts) => parts
                        .iter()
                        .map(|part| {
                            format!("{} {}", concept(&part["code"]), quantity(&part["valueQuantity"]))
                        })
                        .collect::<Vec<_>>()
                        .join(", "),
                    _ if resource["valueQuantity"].is_object() => quantity(&resource["valueQuantity"]),
                    _ => concept(&resource["valueCodeableConcept"]),
                };
                (
                    "Observation",
                    concept(&resource["code"]),
                    day("effectiveDateTime"),
                    value,
                    string(resource, "category.0.coding.0.display"),
                )
            }
            "Condition" => (
                "Condition",
                concept(&resource["code"]),
                day("onsetDateTime"),
                String::new(),
                string(resource, "clinicalStatus.coding.0.code"),
            ),
            "MedicationRequest" => (
                "MedicationRequest",
                concept(&resource["medicationCodeableConcept"]),
                day("authoredOn"),
                String::new(),
                named(&resource["reasonReference"][0]["reference"]),
            ),
            "Immunization" => (
                "Immunization",
                concept(&resource["vaccineCode"]),
                day("occurrenceDateTime"),
                String::new(),
                String::new(),
            ),
            "Procedure" => (
                "Procedure",
                concept(&resource["code"]),
                day("performedPeriod.start"),
                String::new(),
                named(&resource["reasonReference"][0]["reference"]),
            ),
            "Encounter" => (
                "Encounter",
                concept(&resource["type"][0]),
                day("period.start"),
                String::new(),
                concept(&resource["reasonCode"][0]),
            ),
            "AllergyIntolerance" => (
                "AllergyIntolerance",
                concept(&resource["code"]),
                day("recordedDate"),
                String::new(),
                string(resource, "criticality"),
            ),
            "CarePlan" => (
                "CarePlan",
                concept(&resource["category"][0]),
                day("period.start"),
                String::new(),
                named(&resource["addresses"][0]["reference"]),
            ),
            "DiagnosticReport" => (
                "DiagnosticReport",
                concept(&resource["code"]),
                day("effectiveDateTime"),
                String::new(),
                String::new(),
            ),
            "ExplanationOfBenefit" => {
                let total = at(resource, "payment.amount.value")
                    .as_f64()
                    .map(|value| format!("{value:.2} USD"))
                    .unwrap_or_default();
                (
                    "ExplanationOfBenefit",
                    "bill".to_owned(),
                    day("billablePeriod.start"),
                    total,
                    concept(&resource["type"]),
                )
            }
            _ => continue,
        };
        if !name.is_empty() && day.len() == 10 {
            entries.push(Entry { id, kind, name: name.replace('\u{200b}', ""), day, value, more });
        }
    }
    entries
}

impl Entry {
    fn prose(&self) -> String {
        let Entry { name, day, value, more, .. } = self;
        let because = if more.is_empty() { String::new() } else { format!(" for {more}") };
        match self.kind {
            "Observation" => format!("{name} was {value} on {day}."),
            "Condition" => format!("Diagnosed with {name} on {day} ({more})."),
            "MedicationRequest" => format!("{name} prescribed on {day}{because}."),
            "Immunization" => format!("Vaccinated on {day}: {name}."),
            "Procedure" => format!("{name} performed on {day}{because}."),
            "Encounter" => format!("{name} on {day}{because}."),
            "AllergyIntolerance" => format!("{name}, recorded on {day}, criticality {more}."),
            "CarePlan" => format!("Care plan: {name}, started on {day}{because}."),
            "DiagnosticReport" => format!("Report of {day}: {name}."),
            _ => format!("A visit on {day} was billed; {value} was paid."),
        }
    }

    fn fields(&self) -> String {
        let Entry { kind, name, day, value, more, .. } = self;
        let mut line = format!("resourceType: {kind}; code: {name}; date: {day}");
        for (label, value) in [("value", value), ("detail", more)] {
            if !value.is_empty() {
                line.push_str(&format!("; {label}: {value}"));
            }
        }
        line
    }
}

/// Questions about the entries, by template, each with the entries that answer it.
fn questions(entries: &[Entry], part: &str) -> BTreeMap<&'static str, Vec<(String, Vec<String>)>> {
    let mut asked: BTreeMap<&'static str, Vec<(String, Vec<String>)>> = BTreeMap::new();
    for (number, row) in TEMPLATES.lines().skip(2).enumerate() {
        let cells: Vec<&str> = row.split('\t').collect();
        let &[of, kind, template] = cells.as_slice() else { continue };
        if of != part {
            continue;
        }
        let mine: Vec<&Entry> = entries.iter().filter(|entry| entry.kind == kind).collect();
        for (at, entry) in mine.iter().enumerate() {
            let Some(name) = everyday(&entry.name, part, number + at) else { continue };
            let about = if entry.more.is_empty() { None } else { everyday(&entry.more, part, number + at) };
            if template.contains("{reason}") && about.is_none() {
                continue;
            }
            let mut question =
                template.replace("{name}", &name).replace("{reason}", &about.unwrap_or_default());
            let same = |other: &Entry| !template.contains("{name}") || other.name == entry.name;
            let reason = |other: &Entry| !template.contains("{reason}") || other.more == entry.more;
            let mut length = 0;
            for (mark, shown, taken) in moments(&entry.day) {
                if question.contains(mark) {
                    question = question.replace(mark, &shown);
                    length = taken;
                }
            }
            let fits =
                |other: &&&Entry| same(other) && reason(other) && other.day[..length] == entry.day[..length];
            let mut relevant: Vec<&Entry> = mine.iter().filter(fits).copied().collect();
            if question.contains("{latest}") {
                question = question.replace("{latest}", "");
                let newest = relevant.iter().map(|entry| entry.day.clone()).max();
                relevant.retain(|entry| Some(&entry.day) == newest.as_ref());
            }
            if question.contains("{first}") {
                question = question.replace("{first}", "");
                let oldest = relevant.iter().map(|entry| entry.day.clone()).min();
                relevant.retain(|entry| Some(&entry.day) == oldest.as_ref());
            }
            if !relevant.is_empty() && relevant.len() <= MOST_RELEVANT {
                let list = asked.entry(TEMPLATES.lines().nth(number + 2).unwrap_or_default()).or_default();
                if list.iter().all(|(known, _)| *known != question) {
                    list.push((question, relevant.iter().map(|entry| entry.id.clone()).collect()));
                }
            }
        }
    }
    asked
}

/// The ways to name a day, and how much of it they tell.
fn moments(day: &str) -> [(&'static str, String, usize); 4] {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, date) = (&day[..4], &day[5..7], day[8..].trim_start_matches('0'));
    let month =
        month.parse::<usize>().ok().and_then(|month| MONTHS.get(month - 1)).copied().unwrap_or_default();
    [
        ("{day}", format!("{date} {month} {year}"), 10),
        ("{us-day}", format!("{month} {date}, {year}"), 10),
        ("{month}", format!("{month} {year}"), 7),
        ("{year}", year.to_owned(), 4),
    ]
}

/// What people call it: an everyday name of this part, else the name as it is recorded without its ornaments.
fn everyday(recorded: &str, part: &str, nth: usize) -> Option<String> {
    for row in NAMES.lines().skip(2) {
        let cells: Vec<&str> = row.split('\t').collect();
        let &[name, dev, test] = cells.as_slice() else { continue };
        if recorded.starts_with(name) {
            let list: Vec<&str> = if part == "dev" { dev } else { test }.split('|').collect();
            return list.get(nth % list.len()).map(|name| (*name).to_owned());
        }
    }
    let plain = recorded.split([',', '[', '(', '/']).next()?.trim().to_lowercase();
    let words: Vec<&str> =
        plain.split_whitespace().take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit())).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
