//! Which language a question is in, told from its little words.

use crate::tables;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A language, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Understood in full.
    English,
    /// The main questions are understood.
    German,
    /// The main questions are understood.
    French,
    /// The main questions are understood.
    Spanish,
    /// Recognised as another language, not understood.
    Other,
}

impl Language {
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        Some(match tag {
            "en" => Self::English,
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "it" | "pt" | "nl" | "pl" | "tr" => Self::Other,
            _ => return None,
        })
    }

    /// The language most of whose little words occur; English where none does, unless the script is
    /// another one.
    pub(crate) fn of(words: &[String]) -> Self {
        let is_foreign_script = |word: &&String| word.chars().any(|c| c.is_alphabetic() && !is_latin(c));
        if words.iter().filter(is_foreign_script).count() * 2 > words.len() {
            return Self::Other;
        }
        let hits = |list: &HashSet<&str>| words.iter().filter(|word| list.contains(word.as_str())).count();
        let english = little_words().get("en").map(hits).unwrap_or_default();
        let mut others: Vec<(usize, &str)> = little_words()
            .iter()
            .filter(|(tag, _)| **tag != "en")
            .map(|(tag, list)| (hits(list), *tag))
            .collect();
        others.sort_by_key(|(hits, tag)| (std::cmp::Reverse(*hits), *tag));
        match others.first() {
            Some((most, tag)) if *most > english && (*most > 1 || has_long_word(words, tag)) => {
                Self::of_tag(tag).unwrap_or(Self::Other)
            }
            _ => Self::English,
        }
    }

    /// Its little words; those of English where it has none of its own.
    pub(crate) fn little_words(self) -> impl Iterator<Item = &'static str> {
        little_words().get(self.tag()).into_iter().flatten().copied()
    }

    fn tag(self) -> &'static str {
        match self {
            Self::English | Self::Other => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// Whether a word is a little word of this language or of English.
    pub(crate) fn is_little_word(self, word: &str) -> bool {
        ["en", self.tag()].iter().any(|tag| little_words().get(tag).is_some_and(|list| list.contains(word)))
    }
}

/// One little word tells a language only where it is no chance pair of letters, such as "ER".
fn has_long_word(words: &[String], tag: &str) -> bool {
    let list = little_words().get(tag);
    words.iter().any(|word| word.len() > 2 && list.is_some_and(|list| list.contains(word.as_str())))
}

fn is_latin(c: char) -> bool {
    c < '\u{250}'
}

fn little_words() -> &'static HashMap<&'static str, HashSet<&'static str>> {
    static LISTS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
        tables::rows(tables::STOP_WORDS)
            .filter_map(|row| Some((*row.first()?, row.get(1)?.split(' ').collect())))
            .collect()
    });
    &LISTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tokens;

    #[test]
    fn languages_are_told_apart() {
        for (question, expect) in [
            ("What is my latest HbA1c?", Language::English),
            ("HbA1c", Language::English),
            ("Wann war meine letzte Tetanusimpfung?", Language::German),
            ("Quel est mon dernier taux de cholestérol ?", Language::French),
            ("¿Cuándo fue mi última vacuna contra el tétanos?", Language::Spanish),
            ("Quando ho fatto il vaccino?", Language::Other),
            ("Какое у меня давление?", Language::Other),
            ("私の血圧は？", Language::Other),
        ] {
            assert_eq!(Language::of(&tokens(question)), expect, "{question}");
        }
    }
}
