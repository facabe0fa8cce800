//! Text → comparable words: folded, parted, stemmed.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, compatibility forms resolved.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The folded words and numbers of a text. "6.8" stays one word, "can't" becomes "cant", "what's" "what".
pub fn tokens(text: &str) -> Vec<String> {
    let folded: Vec<char> = fold(text).chars().collect();
    let mut tokens = Vec::new();
    let mut word = String::new();
    for (at, &c) in folded.iter().enumerate() {
        let next_is_digit = folded.get(at + 1).is_some_and(char::is_ascii_digit);
        let inside_number = word.ends_with(|c: char| c.is_ascii_digit()) && next_is_digit;
        if c.is_alphanumeric() {
            word.push(c);
        } else if matches!(c, '.' | ',') && inside_number {
            word.push('.');
        } else if matches!(c, '\'' | '\u{2019}') && !word.is_empty() {
            word.push('\'');
        } else {
            close(&mut word, &mut tokens);
        }
    }
    close(&mut word, &mut tokens);
    tokens
}

fn close(word: &mut String, tokens: &mut Vec<String>) {
    let taken = std::mem::take(word);
    let bare = taken.strip_suffix("'s").unwrap_or(&taken).replace('\'', "");
    if !bare.is_empty() {
        tokens.push(bare);
    }
}

/// The stem of a folded word (Porter's English stemmer, Snowball revision).
pub fn stem(token: &str) -> String {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    if token.len() < 4 || token.bytes().any(|b| b.is_ascii_digit()) {
        return token.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(token).to_owned();
    }
    STEMMER.stem(token).into_owned()
}

/// The stems of the words of a text.
pub fn stems(text: &str) -> Vec<String> {
    tokens(text).iter().map(|token| stem(token)).collect()
}

/// Whether a word of a question says nothing about what is looked for.
pub(crate) fn is_little(token: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        include_str!("tables/stop_words.tsv").lines().skip(2).flat_map(|line| line.split(' ')).collect()
    });
    WORDS.contains(token)
}

/// The parts of a joined name have at least this many letters: "HbA1c" and "mmHg" are none.
const SHORTEST_PART: usize = 4;

/// Names that programs write together, folded, and their words: "MedicationRequest" is "medication" and "request".
pub(crate) fn joined_names(text: &str) -> Vec<(String, Vec<String>)> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() >= 2 * SHORTEST_PART)
        .filter_map(|word| {
            let parts = name_parts(word);
            let is_joined = parts.len() > 1 && parts.iter().all(|part| part.len() >= SHORTEST_PART);
            is_joined.then(|| (word.to_ascii_lowercase(), parts))
        })
        .collect()
}

/// A word cut before each capital letter that follows a small one.
fn name_parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut after_small = false;
    for c in word.chars() {
        let begins = parts.is_empty() || after_small && c.is_ascii_uppercase();
        after_small = c.is_ascii_lowercase();
        let c = c.to_ascii_lowercase();
        match parts.last_mut().filter(|_| !begins) {
            Some(part) => part.push(c),
            None => parts.push(c.to_string()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_and_folded() {
        let check = |text: &str, expect: &[&str]| assert_eq!(tokens(text), expect, "{text}");
        check("What's my HbA1c?", &["what", "my", "hba1c"]);
        check("BP 138/75 mmHg, 4.0\u{2013}5.6", &["bp", "138", "75", "mmhg", "4.0", "5.6"]);
        check("I can't", &["i", "cant"]);
        check("[Mass/\u{200b}volume]", &["mass", "volume"]);
        check("M\u{e9}dicaments", &["medicaments"]);
        check("6,8 %", &["6.8"]);
        check("", &[]);
    }

    #[test]
    fn plural_and_singular_share_a_stem() {
        for (a, b) in
            [("statins", "statin"), ("allergies", "allergy"), ("vaccines", "vaccine"), ("jabs", "jab")]
        {
            assert_eq!(stem(a), stem(b));
        }
    }

    #[test]
    fn joined_names_are_parted_and_units_are_not() {
        for (text, expect) in [
            ("resourceType: MedicationRequest", "resource+type medication+request"),
            ("HbA1c 120 mmHg, McDonald, WBC", ""),
        ] {
            let names: Vec<String> = joined_names(text).iter().map(|(_, parts)| parts.join("+")).collect();
            assert_eq!(names.join(" "), expect);
        }
    }
}
