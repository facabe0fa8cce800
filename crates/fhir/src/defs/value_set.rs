//! The value sets that some element is bound to as required, and that can be listed.

use super::table;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A listed value set.
#[derive(Debug)]
pub struct ValueSet {
    /// Its canonical URL.
    pub url: &'static str,
    systems: Vec<(&'static str, Vec<&'static str>)>,
}

impl ValueSet {
    /// Does it hold this code, of whatever system?
    pub fn has_code(&self, code: &str) -> bool {
        self.systems.iter().any(|(_, codes)| codes.binary_search(&code).is_ok())
    }

    /// Does it hold this code of this system?
    pub fn has_coding(&self, system: &str, code: &str) -> bool {
        self.systems.iter().any(|(url, codes)| *url == system && codes.binary_search(&code).is_ok())
    }

    /// Its codes, as many as a sentence bears; `…` stands for the others.
    pub fn summary(&self) -> String {
        const SHOWN: usize = 12;
        let mut codes: Vec<&str> = self.systems.iter().flat_map(|(_, codes)| codes).copied().collect();
        let is_cut = codes.len() > SHOWN;
        codes.truncate(SHOWN);
        if is_cut {
            codes.push("…");
        }
        codes.join(", ")
    }
}

/// The value set with this URL; `None` also where it is known but cannot be listed (MIME types, UCUM, languages).
pub fn value_set(url: &str) -> Option<&'static ValueSet> {
    static SETS: OnceLock<HashMap<&'static str, ValueSet>> = OnceLock::new();
    let sets = SETS.get_or_init(|| {
        let tables =
            [include_str!("../tables/value_sets.tsv"), include_str!("../tables/salus_value_sets.tsv")];
        tables.into_iter().flat_map(table::rows).map(read).collect()
    });
    sets.get(url)
}

fn read(row: table::Row) -> (&'static str, ValueSet) {
    let (url, systems) = row.split_first();
    let systems = systems.split('\t').map(|column| {
        let (system, codes) = column.split_once(' ').unwrap_or((column, ""));
        let mut codes: Vec<&str> = codes.split(' ').collect();
        codes.sort_unstable();
        (system, codes)
    });
    (url, ValueSet { url, systems: systems.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_with_and_without_their_system() {
        let set = value_set("http://hl7.org/fhir/ValueSet/condition-clinical").unwrap();
        let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        assert!(set.has_code("active") && set.has_coding(system, "active"));
        assert!(!set.has_code("Active") && !set.has_coding("http://snomed.info/sct", "active"));
        assert_eq!(set.summary(), "active, inactive, recurrence, relapse, remission, resolved");
    }

    #[test]
    fn grammars_are_not_lists() {
        assert!(value_set("http://hl7.org/fhir/ValueSet/mimetypes").is_none());
        assert!(value_set("http://hl7.org/fhir/ValueSet/ucum-units").is_none());
    }
}
