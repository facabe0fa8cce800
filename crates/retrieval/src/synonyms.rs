//! Names and abbreviations of the same thing.

use crate::words::stems;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The table, by the first word of each name.
pub(crate) struct Synonyms {
    /// Names of one thing each.
    groups: Vec<Vec<Vec<String>>>,
    /// First stem → names that begin with it, and the group they stand in.
    beginnings: HashMap<String, Vec<(Vec<String>, usize)>>,
}

/// The table that is compiled in.
pub(crate) fn synonyms() -> &'static Synonyms {
    static TABLE: LazyLock<Synonyms> = LazyLock::new(|| Synonyms::read(include_str!("tables/synonyms.tsv")));
    &TABLE
}

impl Synonyms {
    fn read(table: &str) -> Self {
        let mut read = Self { groups: Vec::new(), beginnings: HashMap::new() };
        for line in table.lines().skip(2) {
            let mut names: Vec<Vec<String>> = Vec::new();
            for name in line.split('|').map(stems) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            for name in &names {
                if let Some(first) = name.first() {
                    let known = read.beginnings.entry(first.clone()).or_default();
                    known.push((name.clone(), read.groups.len()));
                }
            }
            read.groups.push(names);
        }
        read
    }

    /// How many of the words that begin here are a name (the longest there is), and the other names of what it names.
    pub(crate) fn others(&self, words: &[String]) -> Option<(usize, Vec<&[String]>)> {
        let begin: Vec<&(Vec<String>, usize)> =
            self.beginnings.get(words.first()?)?.iter().filter(|(name, _)| words.starts_with(name)).collect();
        let length = begin.iter().map(|(name, _)| name.len()).max()?;
        let mut others: Vec<&[String]> = Vec::new();
        for (_, group) in begin.iter().filter(|(name, _)| name.len() == length) {
            for name in &self.groups[*group] {
                if *name != words[..length] && !others.contains(&name.as_slice()) {
                    others.push(name);
                }
            }
        }
        Some((length, others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_counts_and_brings_the_others() {
        for (text, length, other) in [
            ("bp yesterday", 1, Some("blood pressure")),
            ("high blood pressure", 3, Some("hypertension")),
            ("heart attacks", 2, Some("myocardial infarction")),
            ("flu", 1, Some("influenza")),
            ("window", 0, None),
        ] {
            let words = stems(text);
            let found = synonyms().others(&words);
            assert_eq!(found.as_ref().map_or(0, |(length, _)| *length), length, "{text}");
            if let Some(other) = other {
                assert!(found.is_some_and(|(_, others)| others.contains(&stems(other).as_slice())), "{text}");
            }
        }
    }

    #[test]
    fn the_table_names_its_source_and_each_row_has_two_names() {
        let table = include_str!("tables/synonyms.tsv");
        assert!(table.starts_with("# ") && table.lines().count() > 100);
        for line in table.lines().skip(2) {
            let names: Vec<&str> = line.split('|').collect();
            assert!(names.len() > 1 && names.iter().all(|name| !stems(name).is_empty()), "{line}");
            assert!(names.iter().all(|name| name.trim() == *name && name.to_lowercase() == *name), "{line}");
        }
    }
}
