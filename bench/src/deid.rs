//! `salus bench deid`: how fast texts and resources lose what identifies people.

use crate::Failure;
use crate::measure::rate;
use crate::report::Report;
use salus_deid::{Deidentifier, Key, Mode, Plan, generate, recognise};
use salus_fhir::json;
use std::hint::black_box;
use std::time::Instant;

/// The seed of the notes and people.
const SEED: u64 = 11;

/// Reads `notes` generated notes, then the records of `people` synthetic people.
pub fn run(notes: usize, people: usize, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    said("the recognisers");
    let notes = generate::notes(notes, SEED);
    let bytes: usize = notes.iter().map(|note| note.text.len()).sum();
    // The tables and expressions are made at the first use.
    black_box(recognise(&notes.first().ok_or("there is no note to read")?.text));
    let start = Instant::now();
    let lower: usize = notes.iter().map(|note| black_box(note.text.to_lowercase()).len()).sum();
    let baseline = rate(lower, start.elapsed());
    let start = Instant::now();
    let found: usize = notes.iter().map(|note| recognise(&note.text).len()).sum();
    let speed = rate(bytes, start.elapsed());
    report.baseline("text.bytes", bytes as f64 / 1e6, "MB");
    report.baseline("text.lower_case", baseline / 1e6, "MB/s");
    report.baseline("text.recognise", speed / 1e6, "MB/s");
    report.baseline("text.found", found as f64, "findings");

    said("the resources");
    let records: Vec<Vec<Vec<u8>>> = salus_demo::population(SEED, people)
        .map(|record| record.iter().map(|resource| resource.to_string().into_bytes()).collect())
        .collect();
    let count: usize = records.iter().map(Vec::len).sum();
    let parse =
        |record: &[Vec<u8>]| record.iter().map(|bytes| json::parse(bytes)).collect::<Result<Vec<_>, _>>();
    let start = Instant::now();
    for record in &records {
        for resource in parse(record)? {
            black_box(resource.to_string());
        }
    }
    let baseline = rate(count, start.elapsed());
    let today = jiff::civil::date(2026, 1, 1);
    let plan = Plan::new(Mode::SafeHarbor, Key::from_bytes(&[5; 32]), today);
    let start = Instant::now();
    for (number, record) in records.iter().enumerate() {
        let record = parse(record)?;
        let mut deidentifier = Deidentifier::new(&plan, &number.to_string(), &record);
        for resource in &record {
            black_box(deidentifier.resource(resource).map(|plain| plain.to_string()));
        }
    }
    report.baseline("resources", count as f64, "");
    report.baseline("resources.read_and_write", baseline, "/s");
    report.baseline("resources.deidentify", rate(count, start.elapsed()), "/s");
    Ok(report)
}
