//! Synthetic people of our own making, for the demo, the tests and the benchmarks.
//!
//! Nobody here exists. [`people`] tells a dozen invented lives as FHIR R4 resources and PDF documents, each from a
//! story in `people/` and letters in `documents/`, dated back from the day it is told. [`population`] makes
//! people by the thousand, for measuring. Everything is a pure function: no files, no clock, no randomness but a
//! seed. This crate must never hold data of a real person.
//!
//! Start reading at `people/maria-lindqvist.txt`, then [`people`].

mod accounts;
mod chart;
mod documents;
mod pdf;
mod population;
mod resources;
mod shared;
mod when;

pub use accounts::{DemoAccount, accounts};
pub use jiff::civil::Date;
pub use population::population;

use chart::{Chart, Row};
use serde_json::Value;
use std::collections::BTreeSet;

/// An invented person with all there is of them.
pub struct Person {
    /// The id of the Patient: `maria-lindqvist`.
    pub id: String,
    /// The person's resources, the Patient first. Practitioners and organizations come with the first person
    /// who meets them.
    pub resources: Vec<Value>,
    /// The person's documents. What they say agrees with the resources, and goes beyond them.
    pub documents: Vec<Document>,
}

/// A document as a hospital or insurer would send it.
pub struct Document {
    /// `lab-report.pdf`
    pub file_name: String,
    /// What it is, in words.
    pub title: String,
    /// The day on it.
    pub date: Date,
    /// The file.
    pub pdf: Vec<u8>,
}

const STORIES: [(&str, &str); 12] = [
    ("maria-lindqvist", include_str!("people/maria-lindqvist.txt")),
    ("ingrid-lindqvist", include_str!("people/ingrid-lindqvist.txt")),
    ("hanna-lindqvist", include_str!("people/hanna-lindqvist.txt")),
    ("noah-lindqvist", include_str!("people/noah-lindqvist.txt")),
    ("samuel-okafor", include_str!("people/samuel-okafor.txt")),
    ("priya-raman", include_str!("people/priya-raman.txt")),
    ("daniel-whitcombe", include_str!("people/daniel-whitcombe.txt")),
    ("george-papadakis", include_str!("people/george-papadakis.txt")),
    ("amina-yusuf", include_str!("people/amina-yusuf.txt")),
    ("tomasz-kowalczyk", include_str!("people/tomasz-kowalczyk.txt")),
    ("lucia-fernandez", include_str!("people/lucia-fernandez.txt")),
    ("bo-jensen", include_str!("people/bo-jensen.txt")),
];

/// The invented people as they stand on `today`.
pub fn people(today: Date) -> Vec<Person> {
    let mut known = BTreeSet::new();
    STORIES.iter().filter_map(|(id, story)| person(id, story, today, &mut known)).collect()
}

fn person(id: &str, story: &str, today: Date, known: &mut BTreeSet<String>) -> Option<Person> {
    let mut chart = Chart::of(id, today, story)?;
    let mut resources = vec![resources::patient(&chart)];
    let mut documents = Vec::new();
    for row in Row::all(story).skip(1) {
        if row.kind() == "document" {
            documents.extend(documents::write(&chart, &row, story));
        } else {
            resources.extend(resources::read(&mut chart, &row));
        }
    }
    let met = shared::met_by(&resources, known);
    resources.extend(met);
    Some(Person { id: id.to_owned(), resources, documents })
}

#[cfg(test)]
mod tests;
