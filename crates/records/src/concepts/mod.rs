//! What people ask for by name: analytes, vaccines, medicines and their classes, allergens, conditions.
//!
//! The tables of `../tables` are read once. A concept knows its codes and all its names; finding one in a
//! question forgives plural forms and slips of spelling.

mod find;
mod load;
mod matching;

pub(crate) use find::Mention;

use crate::tables;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// The kind of thing a concept is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Domain {
    Analyte,
    Panel,
    Vaccine,
    Ingredient,
    DrugClass,
    Allergen,
    Condition,
}

/// One row of a table.
pub(crate) struct Concept {
    pub(crate) key: &'static str,
    pub(crate) domain: Domain,
    /// What it is called in an answer.
    pub(crate) label: &'static str,
    /// The medical term or a second plain name.
    pub(crate) medical: &'static str,
    /// LOINC, CVX, RxNorm or SNOMED CT codes, by the domain.
    pub(crate) codes: Vec<&'static str>,
    /// ICD-10 prefixes of a condition.
    pub(crate) icd10: Vec<&'static str>,
    /// Keys of a panel's analytes, or names of a class's ingredients.
    pub(crate) members: Vec<&'static str>,
    /// Names as stems.
    pub(crate) phrases: Vec<Vec<String>>,
    /// Names of one word, as they are written: what slips of spelling are compared with.
    pub(crate) spelled: Vec<String>,
    /// An allergy to one member of this class is a warning for the others.
    pub(crate) is_family: bool,
    /// Place in the overview; analytes only.
    pub(crate) main: Option<u8>,
}

/// All concepts, and ways to find them.
pub(crate) struct Concepts {
    all: Vec<Concept>,
    by_first_stem: HashMap<String, Vec<(usize, usize)>>,
    by_code: HashMap<(Domain, &'static str), Vec<usize>>,
    /// Single-word names, for spelling.
    single_words: Vec<(String, usize)>,
    /// All words of names of several words.
    name_words: BTreeSet<String>,
    /// Ingredient name → index.
    ingredients: HashMap<&'static str, usize>,
}

/// The tables, read on first use.
pub(crate) fn concepts() -> &'static Concepts {
    static ALL: LazyLock<Concepts> = LazyLock::new(load::load);
    &ALL
}

impl Concepts {
    pub(crate) fn get(&self, domain: Domain, key: &str) -> Option<&Concept> {
        self.all.iter().find(|concept| concept.domain == domain && concept.key == key)
    }

    pub(crate) fn all(&self) -> &[Concept] {
        &self.all
    }

    /// The concepts a code stands for.
    pub(crate) fn of_code(&self, domain: Domain, code: &str) -> Vec<&Concept> {
        let indexes = self.by_code.get(&(domain, code)).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().filter_map(|index| self.all.get(*index)).collect()
    }

    /// The analytes of a panel, in its order.
    pub(crate) fn panel(&self, panel: &Concept) -> Vec<&Concept> {
        panel.members.iter().filter_map(|key| self.get(Domain::Analyte, key)).collect()
    }

    /// The analytes of the overview, in its order.
    pub(crate) fn main_analytes(&self) -> Vec<&Concept> {
        let mut main: Vec<&Concept> = self.all.iter().filter(|concept| concept.main.is_some()).collect();
        main.sort_by_key(|concept| concept.main);
        main
    }

    /// The class of medicines that treats a condition, or lowers what an analyte measures.
    pub(crate) fn treatment(&self, of: &Concept) -> Option<&Concept> {
        let row = tables::rows(tables::TREATMENTS).find(|row| row.first() == Some(&of.key))?;
        self.get(Domain::DrugClass, row.get(1)?)
    }

    /// The names (as stems) of an ingredient, brands included.
    pub(crate) fn ingredient_phrases(&self, name: &str) -> Vec<Vec<String>> {
        match self.ingredients.get(name).and_then(|index| self.all.get(*index)) {
            Some(concept) => concept.phrases.clone(),
            None => vec![crate::words::stems(name)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_and_every_panel_member_exists() {
        let all = concepts();
        for domain in [
            Domain::Analyte,
            Domain::Panel,
            Domain::Vaccine,
            Domain::Ingredient,
            Domain::DrugClass,
            Domain::Allergen,
            Domain::Condition,
        ] {
            assert!(all.all().iter().filter(|c| c.domain == domain).count() >= 8, "{domain:?}");
        }
        for panel in all.all().iter().filter(|c| c.domain == Domain::Panel) {
            assert_eq!(all.panel(panel).len(), panel.members.len(), "{}", panel.key);
        }
    }

    #[test]
    fn every_treatment_leads_from_a_concept_to_a_class() {
        let all = concepts();
        for row in tables::rows(tables::TREATMENTS) {
            assert!(all.all().iter().any(|concept| concept.key == row[0]), "{row:?}");
            assert!(all.get(Domain::DrugClass, row[1]).is_some(), "{row:?}");
        }
    }

    #[test]
    fn codes_lead_to_concepts() {
        let all = concepts();
        let key = |domain, code| all.of_code(domain, code).first().map(|concept| concept.key);
        assert_eq!(key(Domain::Analyte, "4548-4"), Some("hba1c"));
        assert_eq!(key(Domain::Analyte, "55284-4"), Some("blood-pressure"));
        assert_eq!(key(Domain::Condition, "38341003"), Some("hypertension"));
        assert!(all.of_code(Domain::Vaccine, "115").iter().any(|vaccine| vaccine.key == "tetanus"));
        assert_eq!(key(Domain::Analyte, "0-0"), None);
    }
}
