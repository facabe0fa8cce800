//! Which medicines change what helpers do.

use crate::words::{all, text};
use salus_fhir::json::Value;
use serde::Serialize;
use utoipa::ToSchema;

/// A word beside a medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Mark {
    /// `anticoagulant`, `antiplatelet`, `insulin`, `steroid`, `opioid`.
    pub(crate) kind: &'static str,
    /// In plain words.
    pub(crate) label: &'static str,
}

/// The system of ATC codes in FHIR.
const ATC: &str = "http://www.whocc.no/atc";

/// The marks of a medicine with this name and these codes (a CodeableConcept).
pub(crate) fn marks(name: &str, concept: &Value) -> Vec<Mark> {
    let mut words = name.to_lowercase();
    for display in all(concept, "coding").iter().filter_map(|coding| text(coding, "display")) {
        words.push(' ');
        words.push_str(&display.to_lowercase());
    }
    let codes: Vec<&str> = all(concept, "coding")
        .iter()
        .filter(|coding| text(coding, "system") == Some(ATC))
        .filter_map(|coding| text(coding, "code"))
        .collect();
    rows().filter(|row| row.concerns(&words, &codes)).map(|row| row.mark).collect()
}

struct Row {
    mark: Mark,
    groups: &'static str,
    ingredients: &'static str,
    unless: &'static str,
}

impl Row {
    fn concerns(&self, words: &str, codes: &[&str]) -> bool {
        let is_coded = codes.iter().any(|code| list(self.groups).any(|group| code.starts_with(group)));
        let is_named = list(self.ingredients).any(|ingredient| has_word(words, ingredient));
        is_coded || (is_named && !list(self.unless).any(|word| words.contains(word)))
    }
}

fn rows() -> impl Iterator<Item = Row> {
    let table = include_str!("../tables/marked_medicines.tsv");
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let mark = Mark { kind: cells.next()?, label: cells.next()? };
        let (groups, ingredients) = (cells.next()?, cells.next()?);
        Some(Row { mark, groups, ingredients, unless: cells.next().unwrap_or_default() })
    })
}

fn list(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(',').filter(|word| !word.is_empty())
}

/// Whether the ingredient stands in the words, not as a part of a longer word.
fn has_word(words: &str, ingredient: &str) -> bool {
    words.match_indices(ingredient).any(|(at, found)| {
        let before = words[..at].chars().next_back();
        let after = words[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_five_groups_are_marked_and_no_others() {
        for (name, expect) in [
            ("apixaban 2.5 MG Oral Tablet", "anticoagulant"),
            ("Warfarin Sodium 5 MG", "anticoagulant"),
            ("heparin sodium 10 UNT/ML flush", ""),
            ("clopidogrel 75 MG Oral Tablet", "antiplatelet"),
            ("aspirin 81 MG Delayed Release Oral Tablet", "antiplatelet"),
            ("aspirin 500 MG Oral Tablet", ""),
            ("insulin glargine 100 UNT/ML Pen Injector", "insulin"),
            ("3 ML Lantus", "insulin"),
            ("prednisone 5 MG Oral Tablet", "steroid"),
            ("hydrocortisone 10 MG/ML Topical Cream", ""),
            ("fluticasone propionate 0.044 MG Inhaler", ""),
            ("acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet", "opioid"),
            ("fentanyl 0.025 MG/HR Transdermal System", "opioid"),
            ("loperamide 2 MG", ""),
            ("metformin hydrochloride 1000 MG Oral Tablet", ""),
            ("", ""),
        ] {
            let kinds: Vec<&str> = marks(name, &Value::Null).iter().map(|mark| mark.kind).collect();
            assert_eq!(kinds.join(" "), expect, "{name}");
        }
    }

    #[test]
    fn an_atc_code_is_enough() {
        let concept = json!({"coding": [{"system": ATC, "code": "B01AF02"}]});
        assert_eq!(marks("Eliquis", &concept)[0].kind, "anticoagulant");
        let elsewhere = json!({"coding": [{"system": "urn:x", "code": "B01AF02"}]});
        assert!(marks("Eliquis", &elsewhere).is_empty());
    }

    #[test]
    fn every_row_is_whole() {
        assert_eq!(rows().count(), 5);
        for row in rows() {
            assert!(!row.groups.is_empty() && !row.ingredients.is_empty(), "{}", row.mark.kind);
        }
    }
}
