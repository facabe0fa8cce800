//! The committed tables. A line that begins with `#` names the source.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const LEXICON: &str = include_str!("tables/lexicon.txt");
const GIVEN_NAMES: &str = include_str!("tables/given_names.txt");
const SURNAMES: &str = include_str!("tables/surnames.txt");
const NOT_NAMES: &str = include_str!("tables/not_names.txt");
const EPONYMS: &str = include_str!("tables/eponyms.txt");
const EPONYM_NOUNS: &str = include_str!("tables/eponym_nouns.txt");
const CITIES: &str = include_str!("tables/cities.txt");
const STATES: &str = include_str!("tables/states.tsv");
const RESTRICTED_ZIP3: &str = include_str!("tables/restricted_zip3.txt");
pub(crate) const STREET_WORDS: &str = include_str!("tables/street_words.txt");
pub(crate) const ORGANISATION_WORDS: &str = include_str!("tables/organisation_words.txt");
pub(crate) const HOLIDAYS: &str = include_str!("tables/holidays.txt");
pub(crate) const DATE_WORDS: &str = include_str!("tables/date_words.tsv");
pub(crate) const NAME_CUES: &str = include_str!("tables/name_cues.tsv");
pub(crate) const NUMBER_LABELS: &str = include_str!("tables/number_labels.tsv");
pub(crate) const EVALUATION_LABELS: &str = include_str!("tables/evaluation_labels.tsv");
pub(crate) const SAFE_HARBOR: &str = include_str!("tables/safe_harbor.tsv");
pub(crate) const HELD_OUT_GIVEN_NAMES: &str = include_str!("tables/held_out_given_names.txt");
pub(crate) const HELD_OUT_SURNAMES: &str = include_str!("tables/held_out_surnames.txt");

/// The lines of a list.
pub(crate) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The rows of a table with `N` columns, without its head.
pub(crate) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    lines(table).skip(1).map(|line| {
        let mut columns = [""; N];
        for (column, text) in columns.iter_mut().zip(line.split('\t')) {
            *column = text;
        }
        columns
    })
}

/// The lines of a list as the alternatives of a regular expression, the longest first.
pub(crate) fn alternatives(table: &'static str) -> String {
    let mut words: Vec<String> = lines(table).map(regex::escape).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.join("|")
}

/// Lower case without accents: how names, words and towns are looked up.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfd().filter(|letter| !is_combining_mark(*letter));
    plain.flat_map(char::to_lowercase).map(|letter| if letter == '’' { '\'' } else { letter }).collect()
}

/// What the lists say of a word. All lists are of folded words.
pub(crate) struct Words {
    lexicon: HashSet<&'static str>,
    given: HashSet<&'static str>,
    surnames: HashSet<&'static str>,
    not_names: HashSet<&'static str>,
    eponyms: HashSet<&'static str>,
    eponym_nouns: HashSet<&'static str>,
    cities: HashMap<String, &'static str>,
    states: HashMap<String, &'static str>,
    restricted_zip3: HashSet<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    lexicon: lines(LEXICON).collect(),
    given: lines(GIVEN_NAMES).filter(|name| name.len() > 2).collect(),
    surnames: lines(SURNAMES).filter(|name| name.len() > 1).collect(),
    not_names: lines(NOT_NAMES).collect(),
    eponyms: lines(EPONYMS).collect(),
    eponym_nouns: lines(EPONYM_NOUNS).collect(),
    cities: lines(CITIES).map(|name| (fold(name), name)).collect(),
    states: rows(STATES).flat_map(|[name, code]| [(fold(name), code), (fold(code), code)]).collect(),
    restricted_zip3: lines(RESTRICTED_ZIP3).collect(),
});

pub(crate) fn words() -> &'static Words {
    &WORDS
}

impl Words {
    /// A word of English or of medicine, in any inflection.
    pub(crate) fn is_word(&self, folded: &str) -> bool {
        self.lexicon.contains(folded)
            || (!self.is_given(folded) && !self.is_surname(folded) && self.is_inflected(folded, 3))
    }

    fn is_inflected(&self, word: &str, depth: u8) -> bool {
        const ENDINGS: [(&str, &str); 8] = [
            ("s", ""),
            ("es", ""),
            ("ed", ""),
            ("ed", "e"),
            ("ing", ""),
            ("ing", "e"),
            ("ly", ""),
            ("ies", "y"),
        ];
        depth > 0
            && ENDINGS.iter().any(|(ending, instead)| {
                word.strip_suffix(ending).filter(|stem| stem.len() >= 3).is_some_and(|stem| {
                    let base = format!("{stem}{instead}");
                    self.lexicon.contains(base.as_str()) || self.is_inflected(&base, depth - 1)
                })
            })
    }

    pub(crate) fn is_given(&self, folded: &str) -> bool {
        self.given.contains(folded)
    }

    pub(crate) fn is_surname(&self, folded: &str) -> bool {
        self.surnames.contains(folded)
    }

    pub(crate) fn is_never_a_name(&self, folded: &str) -> bool {
        self.not_names.contains(folded)
    }

    pub(crate) fn is_eponym(&self, folded: &str) -> bool {
        self.eponyms.contains(folded)
    }

    pub(crate) fn is_eponym_noun(&self, folded: &str) -> bool {
        self.eponym_nouns.contains(folded)
    }

    pub(crate) fn is_city(&self, folded: &str) -> bool {
        self.cities.contains_key(folded)
    }

    /// Is it a state or province, by name or postal code?
    pub(crate) fn is_state(&self, folded: &str) -> bool {
        self.states.contains_key(folded)
    }

    /// Do 20,000 people or fewer live where ZIP codes begin so?
    pub(crate) fn is_restricted_zip3(&self, digits: &str) -> bool {
        self.restricted_zip3.contains(digits)
    }
}

/// The names of the states, as the alternatives of a regular expression.
pub(crate) fn state_alternatives() -> String {
    let mut names: Vec<&str> = rows(STATES).flat_map(|[name, code]| [name, code]).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_names_its_source() {
        for table in [
            LEXICON,
            GIVEN_NAMES,
            SURNAMES,
            NOT_NAMES,
            EPONYMS,
            EPONYM_NOUNS,
            CITIES,
            STATES,
            RESTRICTED_ZIP3,
            STREET_WORDS,
            ORGANISATION_WORDS,
            HOLIDAYS,
            DATE_WORDS,
            NAME_CUES,
            NUMBER_LABELS,
            EVALUATION_LABELS,
            SAFE_HARBOR,
            HELD_OUT_GIVEN_NAMES,
            HELD_OUT_SURNAMES,
        ] {
            assert!(table.starts_with("# "), "{}", &table[..60]);
        }
    }

    #[test]
    fn seventeen_zip_areas_are_restricted() {
        assert_eq!(words().restricted_zip3.len(), 17);
        assert!(words().is_restricted_zip3("036") && !words().is_restricted_zip3("021"));
    }

    #[test]
    fn names_of_generated_notes_stand_in_no_list() {
        for name in lines(HELD_OUT_GIVEN_NAMES).chain(lines(HELD_OUT_SURNAMES)) {
            let folded = fold(name);
            let known = words().is_given(&folded) || words().is_surname(&folded) || words().is_city(&folded);
            assert!(!known, "{name}");
        }
    }

    #[test]
    fn words_are_known_in_their_inflections_but_surnames_are_not_words() {
        for (word, expect) in [
            ("patients", true),
            ("denied", true),
            ("hypertension", true),
            ("hastings", false),
            ("kowalczyk", false),
            ("walking", true),
        ] {
            assert_eq!(words().is_word(word), expect, "{word}");
        }
    }
}
