//! The tables of this reader: what an OID, a template, a section, a code stands for.

use std::collections::HashMap;
use std::sync::OnceLock;

const CODE_SYSTEMS: &str = include_str!("tables/code_systems.tsv");
const IDENTIFIER_SYSTEMS: &str = include_str!("tables/identifier_systems.tsv");
const TEMPLATES: &str = include_str!("tables/templates.tsv");
const SECTIONS: &str = include_str!("tables/sections.tsv");
const MAPS: &str = include_str!("tables/maps.tsv");

type Table = HashMap<&'static str, &'static str>;

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn pairs(cell: &'static OnceLock<Table>, text: &'static str) -> &'static Table {
    cell.get_or_init(|| rows(text).filter_map(|row| Some((*row.first()?, *row.get(1)?))).collect())
}

/// The URI of a code system.
pub(super) fn code_system(oid: &str) -> Option<&'static str> {
    static CELL: OnceLock<Table> = OnceLock::new();
    pairs(&CELL, CODE_SYSTEMS).get(oid).copied()
}

/// The URI of a system of identifiers.
pub(super) fn identifier_system(oid: &str) -> Option<&'static str> {
    static CELL: OnceLock<Table> = OnceLock::new();
    pairs(&CELL, IDENTIFIER_SYSTEMS).get(oid).copied()
}

/// What an entry of a template is read as.
pub(super) fn template(oid: &str) -> Option<&'static str> {
    static CELL: OnceLock<Table> = OnceLock::new();
    let short = oid.strip_prefix("2.16.840.1.113883.10.")?;
    pairs(&CELL, TEMPLATES).get(short).copied()
}

/// What the entries of a section are about.
pub(super) fn section(loinc: &str) -> Option<&'static str> {
    static CELL: OnceLock<Table> = OnceLock::new();
    pairs(&CELL, SECTIONS).get(loinc).copied()
}

/// What a code becomes by the map of this name; by its row for any other code, where it has one.
pub(super) fn mapped(map: &str, code: &str) -> Option<&'static str> {
    row(map, code).or_else(|| row(map, "*")).map(|(value, _)| value)
}

/// What a code becomes, and what that means in words.
pub(super) fn meant(map: &str, code: &str) -> Option<(&'static str, &'static str)> {
    row(map, code)
}

fn row(map: &str, code: &str) -> Option<(&'static str, &'static str)> {
    type Maps = HashMap<(&'static str, &'static str), (&'static str, &'static str)>;
    static CELL: OnceLock<Maps> = OnceLock::new();
    let maps = CELL.get_or_init(|| {
        let rows = rows(MAPS).filter_map(|row| {
            let meaning = row.get(3).copied().unwrap_or_default();
            Some(((*row.first()?, *row.get(1)?), (*row.get(2)?, meaning)))
        });
        rows.collect()
    });
    maps.get(&(map, code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_table_says_two_things_of_one_key() {
        for (text, width) in
            [(CODE_SYSTEMS, 1), (IDENTIFIER_SYSTEMS, 1), (TEMPLATES, 1), (SECTIONS, 1), (MAPS, 2)]
        {
            let mut seen = HashSet::new();
            for row in rows(text) {
                assert!(row.len() > width, "{row:?} is too short");
                assert!(row.iter().all(|cell| !cell.is_empty() && cell.trim() == *cell), "{row:?}");
                assert!(seen.insert(row[..width].to_vec()), "{:?} is there twice", &row[..width]);
            }
        }
    }

    #[test]
    fn a_map_may_speak_of_any_other_code() {
        for (map, code, expect) in [
            ("observation-status", "completed", Some("final")),
            ("observation-status", "", Some("unknown")),
            ("severity", "24484000", Some("severe")),
            ("severity", "1", None),
        ] {
            assert_eq!(mapped(map, code), expect, "{map} {code}");
        }
    }
}
