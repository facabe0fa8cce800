//! People by the thousand, for measuring: plausible in shape and size, not in medicine.
//!
//! Each person is made from the seed and the person's number alone, so any part can be made again.

mod records;

use crate::chart::Row;
use crate::resources::{Analyte, all_analytes};
use jiff::civil::{Date, date};
use salus_core::SeededRng;
use serde_json::{Value, json};

const WORDS: &str = include_str!("../tables/population.txt");
/// The day on which every population ends.
const LAST_DAY: Date = date(2026, 1, 1);
const DAYS: usize = 3650;
const PRACTITIONERS: usize = 40;
const ORGANIZATIONS: usize = 8;

/// The records of `people` invented persons, one at a time: a few hundred resources each, the Patient first.
/// Practitioners and organizations come with the first person. The same seed gives the same bytes.
pub fn population(seed: u64, people: usize) -> impl Iterator<Item = Vec<Value>> {
    let words = Words::read();
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
    seed: u64,
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
        Self { words, seed, rng, id: format!("pop-{seed:x}-{index}"), next: 0 }
    }

    fn person(&mut self) -> Vec<Value> {
        let mut out = vec![self.patient()];
        for _ in 0..self.between(4, 9) {
            out.push(self.problem());
        }
        for _ in 0..self.between(0, 3) {
            out.push(self.allergy());
        }
        for _ in 0..self.between(12, 28) {
            let day = self.day();
            self.visit(day, &mut out);
        }
        for _ in 0..self.between(6, 16) {
            out.push(self.vaccine());
        }
        out
    }

    /// A visit with what came of it: vital signs, laboratory values, prescriptions, a procedure, a bill.
    fn visit(&mut self, day: Date, out: &mut Vec<Value>) {
        let (encounter, resource) = self.encounter(day);
        out.push(resource);
        out.push(self.pressure(day, &encounter));
        let mut results = Vec::new();
        for _ in 0..self.between(3, 12) {
            let observation = self.observation(day, &encounter);
            let id = observation["id"].as_str().unwrap_or_default();
            results.push(json!({"reference": format!("Observation/{id}")}));
            out.push(observation);
        }
        out.push(self.report(day, &encounter, results));
        for _ in 0..self.between(0, 2) {
            out.push(self.prescription(day, &encounter));
        }
        if self.below(3) == 0 {
            out.push(self.procedure(day, &encounter));
        }
        if self.below(2) == 0 {
            out.push(self.bill(day, &encounter));
        }
    }

    fn subject(&self) -> Value {
        json!({"reference": format!("Patient/{}", self.id)})
    }

    fn practitioner(&self) -> Value {
        let id = self.staff_id("practitioner", self.below(PRACTITIONERS));
        json!({"reference": format!("Practitioner/{id}")})
    }

    fn organization(&self) -> Value {
        let id = self.staff_id("organization", self.below(ORGANIZATIONS));
        json!({"reference": format!("Organization/{id}")})
    }

    fn staff_id(&self, sort: &str, index: usize) -> String {
        format!("pop-{:x}-{sort}-{index}", self.seed)
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
