//! People by the thousand, for measuring: plausible in shape and size, not in medicine.
//!
//! Each person is made from the seed and the person's number alone, so any part of a population can be made again.

use crate::chart::Row;
use crate::resources::{
    Analyte, CVX, ICD10, LOINC, RXNORM, SNOMED, UCUM, all_analytes, coding, concept, hl7, number,
};
use jiff::civil::{Date, date};
use salus_core::SeededRng;
use serde_json::{Value, json};
use std::sync::Arc;

const WORDS: &str = include_str!("tables/population.txt");
/// The day on which every population ends.
const LAST_DAY: Date = date(2026, 1, 1);
const DAYS: usize = 3650;
const PRACTITIONERS: usize = 40;
const ORGANIZATIONS: usize = 8;

/// The records of `people` invented persons, one at a time: a few hundred resources each, the Patient first.
/// Practitioners and organizations come with the first person. The same seed gives the same bytes.
pub fn population(seed: u64, people: usize) -> impl Iterator<Item = Vec<Value>> {
    let words = Arc::new(Words::read());
    (0..people).map(move |index| {
        let mut maker = Maker::new(seed, index, &words);
        let mut resources = maker.person();
        if index == 0 {
            resources.extend(maker.staff());
        }
        resources
    })
}

/// What records are made of.
struct Words {
    given: Vec<&'static str>,
    family: Vec<&'static str>,
    streets: Vec<&'static str>,
    cities: Vec<&'static str>,
    phrases: Vec<&'static str>,
    problems: Vec<Row<'static>>,
    medicines: Vec<Row<'static>>,
    vaccines: Vec<Row<'static>>,
    procedures: Vec<Row<'static>>,
    allergies: Vec<Row<'static>>,
    analytes: Vec<Analyte>,
}

impl Words {
    fn read() -> Self {
        let list = |kind: &str| {
            let row = Row::all(WORDS).find(|row| row.kind() == kind);
            row.map(|row| row.cell(1).split(',').map(str::trim).collect()).unwrap_or_default()
        };
        let rows = |kind: &'static str| Row::all(WORDS).filter(move |row| row.kind() == kind).collect();
        Self {
            given: list("given"),
            family: list("family"),
            streets: list("streets"),
            cities: list("cities"),
            phrases: list("phrases"),
            problems: rows("problem"),
            medicines: rows("medicine"),
            vaccines: rows("vaccine"),
            procedures: rows("procedure"),
            allergies: rows("allergy"),
            analytes: all_analytes(),
        }
    }
}

/// Makes one person.
struct Maker<'w> {
    words: &'w Words,
    rng: SeededRng,
    id: String,
    next: usize,
}

impl<'w> Maker<'w> {
    fn new(seed: u64, index: usize, words: &'w Words) -> Self {
        let index = index as u64;
        let rng = SeededRng::new(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ index.wrapping_mul(0xD1B5_4A32_D192_ED03),
        );
        Self { words, rng, id: format!("pop-{seed:x}-{index}"), next: 0 }
    }

    fn person(&mut self) -> Vec<Value> {
        let mut out = vec![self.patient()];
        for _ in 0..self.between(4, 9) {
            let problem = self.problem();
            out.push(problem);
        }
        for _ in 0..self.between(0, 3) {
            let allergy = self.allergy();
            out.push(allergy);
        }
        for _ in 0..self.between(12, 28) {
            let day = self.day();
            self.visit(day, &mut out);
        }
        for _ in 0..self.between(6, 16) {
            let vaccine = self.vaccine();
            out.push(vaccine);
        }
        out
    }

    /// A visit with what came of it: vital signs, laboratory values, prescriptions, a procedure, a bill.
    fn visit(&mut self, day: Date, out: &mut Vec<Value>) {
        let encounter = self.id_for("e");
        let reason = self.phrase();
        out.push(json!({
            "resourceType": "Encounter",
            "id": encounter,
            "text": narrative(&reason),
            "status": "finished",
            "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory"),
            "type": [concept(SNOMED, "185349003", "Encounter for check up")],
            "subject": self.subject(),
            "participant": [{"individual": self.practitioner()}],
            "period": {"start": day.to_string(), "end": day.to_string()},
            "reasonCode": [{"text": reason}],
            "serviceProvider": self.organization(),
        }));
        let pressure = self.pressure(day, &encounter);
        out.push(pressure);
        let mut results = Vec::new();
        for _ in 0..self.between(3, 12) {
            let observation = self.observation(day, &encounter);
            results.push(json!({"reference": format!("Observation/{}", observation["id"].as_str().unwrap_or_default())}));
            out.push(observation);
        }
        let report = self.report(day, &encounter, results);
        out.push(report);
        for _ in 0..self.between(0, 2) {
            let prescription = self.prescription(day, &encounter);
            out.push(prescription);
        }
        if self.below(3) == 0 {
            let procedure = self.procedure(day, &encounter);
            out.push(procedure);
        }
    }

    fn patient(&mut self) -> Value {
        let gender = self.pick(&["female", "male"]);
        let born = LAST_DAY
            .saturating_sub(jiff::Span::new().days(i64::try_from(self.between(400, 33_000)).unwrap_or(0)));
        json!({
            "resourceType": "Patient",
            "id": self.id,
            "identifier": [{"system": "urn:oid:2.16.840.1.113883.19.6", "value": self.id.to_uppercase()}],
            "active": true,
            "name": [{"use": "official", "given": [self.pick(&self.words.given)], "family": self.pick(&self.words.family)}],
            "telecom": [{"system": "phone", "value": format!("+1 555 {:04}", self.below(10_000))}],
            "gender": gender,
            "birthDate": born.to_string(),
            "address": [{
                "line": [format!("{} {}", 1 + self.below(200), self.pick(&self.words.streets))],
                "city": self.pick(&self.words.cities),
                "postalCode": format!("{:05}", 10_000 + self.below(80_000)),
                "country": "US",
            }],
            "generalPractitioner": [self.practitioner()],
            "managingOrganization": self.organization(),
        })
    }

    fn problem(&mut self) -> Value {
        let row = self.row(&self.words.problems);
        let (day, text) = (self.day().to_string(), self.phrase());
        json!({
            "resourceType": "Condition",
            "id": self.id_for("c"),
            "text": narrative(&text),
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                "code": self.pick(&["active", "active", "resolved"]),
            }]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed",
            }]},
            "category": [hl7("condition-category", "problem-list-item", "Problem List Item")],
            "code": {
                "coding": [coding(SNOMED, row.cell(1), row.cell(2)), coding(ICD10, row.cell(3), row.cell(4))],
                "text": row.cell(2),
            },
            "subject": self.subject(),
            "onsetDateTime": day,
            "recordedDate": day,
            "recorder": self.practitioner(),
            "note": [{"text": text}],
        })
    }

    fn allergy(&mut self) -> Value {
        let row = self.row(&self.words.allergies);
        json!({
            "resourceType": "AllergyIntolerance",
            "id": self.id_for("a"),
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active",
            }]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed",
            }]},
            "category": [row.cell(3)],
            "criticality": self.pick(&["low", "high"]),
            "code": concept(SNOMED, row.cell(1), row.cell(2)),
            "patient": self.subject(),
            "recordedDate": self.day().to_string(),
            "note": [{"text": self.phrase()}],
        })
    }

    fn observation(&mut self, day: Date, encounter: &str) -> Value {
        let analyte = &self.words.analytes[self.below(self.words.analytes.len())];
        let limit = |text: &str, other: f64| text.parse::<f64>().unwrap_or(other);
        let (low, high) = (limit(analyte.low, 20.0), limit(analyte.high, 180.0));
        let spread = (high - low).abs().max(1.0);
        let value = (low + spread * (self.below(1600) as f64 / 1000.0 - 0.3)).max(0.1);
        let value = if spread < 20.0 { format!("{value:.1}") } else { format!("{value:.0}") };
        let quantity = |value: &str| json!({"value": number(value), "unit": analyte.unit, "system": UCUM, "code": analyte.ucum});
        let text = format!("{}: {value} {}", analyte.name, analyte.unit);
        let mut observation = json!({
            "resourceType": "Observation",
            "id": self.id_for("o"),
            "text": narrative(&text),
            "status": "final",
            "category": [hl7("observation-category", "laboratory", "Laboratory")],
            "code": {"coding": [coding(LOINC, analyte.code, analyte.display)], "text": analyte.name},
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": format!("{day}T{:02}:{:02}:00Z", 7 + self.below(11), self.below(60)),
            "issued": format!("{day}T18:{:02}:{:02}.000Z", self.below(60), self.below(60)),
            "performer": [self.organization()],
            "valueQuantity": quantity(&value),
        });
        if let Some((code, display)) = analyte.flag(&value) {
            let mut range = json!({"text": analyte.range()});
            for (name, limit) in [("low", analyte.low), ("high", analyte.high)] {
                if !limit.is_empty() {
                    range[name] = quantity(limit);
                }
            }
            observation["interpretation"] = json!([hl7("v3-ObservationInterpretation", code, display)]);
            observation["referenceRange"] = json!([range]);
        }
        observation
    }

    fn pressure(&mut self, day: Date, encounter: &str) -> Value {
        let (systolic, diastolic) = (self.between(98, 172), self.between(58, 104));
        let component = |code: &str, display: &str, value: usize| {
            json!({
                "code": concept(LOINC, code, display),
                "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
            })
        };
        json!({
            "resourceType": "Observation",
            "id": self.id_for("o"),
            "text": narrative(&format!("Blood pressure {systolic}/{diastolic} mmHg")),
            "status": "final",
            "category": [hl7("observation-category", "vital-signs", "Vital Signs")],
            "code": concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": format!("{day}T{:02}:{:02}:00Z", 7 + self.below(11), self.below(60)),
            "performer": [self.practitioner()],
            "component": [
                component("8480-6", "Systolic blood pressure", systolic),
                component("8462-4", "Diastolic blood pressure", diastolic),
            ],
        })
    }

    fn report(&mut self, day: Date, encounter: &str, results: Vec<Value>) -> Value {
        let text = self.phrase();
        json!({
            "resourceType": "DiagnosticReport",
            "id": self.id_for("r"),
            "text": narrative(&text),
            "status": "final",
            "category": [hl7("v2-0074", "LAB", "Laboratory")],
            "code": concept(LOINC, "11502-2", "Laboratory report"),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": day.to_string(),
            "issued": format!("{day}T19:00:00Z"),
            "performer": [self.organization()],
            "result": results,
            "conclusion": text,
        })
    }

    fn prescription(&mut self, day: Date, encounter: &str) -> Value {
        let row = self.row(&self.words.medicines);
        json!({
            "resourceType": "MedicationRequest",
            "id": self.id_for("m"),
            "text": narrative(row.cell(2)),
            "status": self.pick(&["active", "completed", "completed", "stopped"]),
            "intent": "order",
            "medicationCodeableConcept": concept(RXNORM, row.cell(1), row.cell(2)),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "authoredOn": day.to_string(),
            "requester": self.practitioner(),
            "dosageInstruction": [{
                "text": format!("Take one by mouth {} times a day. {}", 1 + self.below(3), self.phrase()),
                "timing": {"repeat": {"frequency": 1 + self.below(3), "period": 1, "periodUnit": "d"}},
            }],
            "dispenseRequest": {"numberOfRepeatsAllowed": self.below(5)},
        })
    }

    fn vaccine(&mut self) -> Value {
        let row = self.row(&self.words.vaccines);
        json!({
            "resourceType": "Immunization",
            "id": self.id_for("i"),
            "text": narrative(row.cell(2)),
            "status": "completed",
            "vaccineCode": concept(CVX, row.cell(1), row.cell(2)),
            "patient": self.subject(),
            "occurrenceDateTime": self.day().to_string(),
            "primarySource": true,
            "lotNumber": format!("{:06X}", self.below(0xFF_FFFF)),
            "performer": [{"actor": self.practitioner()}],
            "note": [{"text": self.phrase()}],
        })
    }

    fn procedure(&mut self, day: Date, encounter: &str) -> Value {
        let row = self.row(&self.words.procedures);
        let text = self.phrase();
        json!({
            "resourceType": "Procedure",
            "id": self.id_for("x"),
            "text": narrative(&text),
            "status": "completed",
            "code": concept(SNOMED, row.cell(1), row.cell(2)),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "performedDateTime": day.to_string(),
            "performer": [{"actor": self.practitioner()}],
            "note": [{"text": text}],
        })
    }

    /// Those whom every person of the population refers to.
    fn staff(&mut self) -> Vec<Value> {
        let practitioner = |index: usize| {
            json!({
                "resourceType": "Practitioner",
                "id": format!("pop-practitioner-{index}"),
                "active": true,
                "name": [{"given": [self.pick(&self.words.given)], "family": self.pick(&self.words.family), "prefix": ["Dr."]}],
            })
        };
        let organization = |index: usize| {
            json!({
                "resourceType": "Organization",
                "id": format!("pop-organization-{index}"),
                "active": true,
                "name": format!("{} Clinic", self.pick(&self.words.cities)),
            })
        };
        (0..PRACTITIONERS).map(practitioner).chain((0..ORGANIZATIONS).map(organization)).collect()
    }

    fn subject(&self) -> Value {
        json!({"reference": format!("Patient/{}", self.id)})
    }

    fn practitioner(&self) -> Value {
        json!({"reference": format!("Practitioner/pop-practitioner-{}", self.below(PRACTITIONERS))})
    }

    fn organization(&self) -> Value {
        json!({"reference": format!("Organization/pop-organization-{}", self.below(ORGANIZATIONS))})
    }

    fn id_for(&mut self, sort: &str) -> String {
        self.next += 1;
        format!("{}-{sort}{}", self.id, self.next)
    }

    fn day(&self) -> Date {
        let back = i64::try_from(self.below(DAYS)).unwrap_or(0);
        LAST_DAY.saturating_sub(jiff::Span::new().days(back))
    }

    /// Two to five phrases in a row.
    fn phrase(&self) -> String {
        let count = self.between(2, 5);
        (0..count).map(|_| self.pick(&self.words.phrases)).collect::<Vec<_>>().join(". ") + "."
    }

    fn row(&self, rows: &'w [Row<'static>]) -> Row<'static> {
        rows[self.below(rows.len())].clone()
    }

    fn pick(&self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    fn between(&self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    fn below(&self, limit: usize) -> usize {
        usize::try_from(self.rng.next_u64() % limit.max(1) as u64).unwrap_or(0)
    }
}

fn narrative(text: &str) -> Value {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    json!({
        "status": "generated",
        "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{text}</p></div>"),
    })
}
