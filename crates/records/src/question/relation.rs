//! Relatives in a question or an entry: "my mother's mother", "maternal grandmother", `MGRMTH`.

use crate::tables;
use crate::words::tokens;
use std::sync::LazyLock;

/// A relative, as people say it, and the codes that mean one.
pub(crate) struct Relation {
    /// What an answer calls it.
    pub(crate) name: String,
    names: Vec<Vec<String>>,
    codes: Vec<&'static str>,
}

impl Relation {
    /// The relative a text names, and which words name it. The longest name wins.
    pub(crate) fn find(words: &[String]) -> Option<(&'static Self, usize, usize)> {
        let found = relations().iter().flat_map(|relation| {
            relation.names.iter().flat_map(move |name| {
                let at = words.windows(name.len()).position(|window| window == name);
                at.map(|at| (relation, at, at + name.len()))
            })
        });
        found.max_by_key(|(_, from, to)| (to - from, std::cmp::Reverse(*from)))
    }

    /// Whether an entry with this coded or written relationship is about the relative.
    pub(crate) fn is_of<'a>(&self, mut codes: impl Iterator<Item = &'a str>, written: &str) -> bool {
        let mut known = codes
            .by_ref()
            .filter(|code| relations().iter().any(|relation| relation.codes.contains(code)))
            .peekable();
        if known.peek().is_some() {
            return known.any(|code| self.codes.contains(&code));
        }
        let Some((meant, ..)) = Self::find(&tokens(written)) else { return false };
        meant.codes.iter().any(|code| self.codes.contains(code))
    }

    /// Whether a text speaks of the relative by one of the names.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        let words = tokens(text);
        self.names.iter().any(|name| words.windows(name.len()).any(|window| window == name))
    }
}

fn relations() -> &'static [Relation] {
    static ROWS: LazyLock<Vec<Relation>> = LazyLock::new(|| {
        tables::rows(tables::RELATIONS)
            .filter_map(|row| {
                let [names, codes] = row.as_slice() else { return None };
                let name = (*names.split('|').next()?).to_owned();
                let names = names.split('|').map(tokens).collect();
                Some(Relation { name, names, codes: codes.split(',').collect() })
            })
            .collect()
    });
    &ROWS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_are_told_apart_by_code_and_by_name() {
        for (question, code, written, expect) in [
            ("did my mother have cancer", "FTH", "father", false),
            ("did my mother have cancer", "NMTH", "", true),
            ("did my mother have cancer", "", "natural mother", true),
            ("did my mother have cancer", "STPMTH", "stepmother", false),
            ("did my mother have cancer", "MGRMTH", "maternal grandmother", false),
            ("my grandmother", "MGRMTH", "", true),
            ("my maternal grandmother", "PGRMTH", "", false),
            ("my mother's mother", "MGRMTH", "", true),
            ("my dad", "NFTH", "", true),
            ("my daughter", "DAU", "natural daughter", true),
            ("my daughter", "DAUINLAW", "", false),
            ("my son", "SON", "", true),
            ("my aunt", "PAUNT", "", true),
            ("my uncle", "MUNCLE", "", true),
            ("my brother", "SIS", "", false),
            ("my siblings", "NBRO", "", true),
            ("my parents", "FTH", "", true),
            ("my cousin", "", "cousin", true),
            ("my grandfather", "", "grandfather", true),
        ] {
            let (relation, ..) = Relation::find(&tokens(question)).unwrap();
            let codes = [code].into_iter().filter(|code| !code.is_empty());
            assert_eq!(relation.is_of(codes, written), expect, "{question} {code} {written}");
        }
        assert!(Relation::find(&tokens("what did my last letter say")).is_none());
    }
}
