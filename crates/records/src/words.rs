//! Text → comparable words: folded, parted, stemmed, and how far two spellings lie apart.

use crate::tables;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, compatibility forms resolved.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The folded words and numbers of a text. "6.8" stays one word, "can't" becomes "cant", "what's" "what".
pub(crate) fn tokens(text: &str) -> Vec<String> {
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
pub(crate) fn stem(token: &str) -> String {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    if token.len() < 4 || token.bytes().any(|b| b.is_ascii_digit()) {
        return token.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(token).to_owned();
    }
    STEMMER.stem(token).into_owned()
}

/// The stems of the words of a text.
pub(crate) fn stems(text: &str) -> Vec<String> {
    tokens(text).iter().map(|token| stem(token)).collect()
}

/// Whether `phrase` stands in `words`, word beside word.
pub(crate) fn contains_phrase(words: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window == phrase)
}

/// Whether one spelling becomes the other by at most `most` insertions, deletions, changes or swaps of
/// neighbours (optimal string alignment distance).
pub(crate) fn within_distance(a: &str, b: &str, most: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()] <= most
}

/// Whether `word` is `name` with a slip of the pen: it begins with the same letter, is about as long, and at
/// least four fifths of the longer one are right.
pub(crate) fn is_slip(word: &str, name: &str) -> bool {
    let (length, other) = (word.chars().count(), name.chars().count());
    let most = (length.max(other) / 5).min(2);
    length >= 4
        && length.abs_diff(other) <= 1
        && word.chars().next() == name.chars().next()
        && within_distance(word, name, most)
}

/// Whether the two hold the same letters, two neighbours swapped: "tkae", "take".
pub(crate) fn is_swap(word: &str, name: &str) -> bool {
    word.len() >= 4 && word.len() == name.len() && is_anagram(word, name) && within_distance(word, name, 1)
}

fn is_anagram(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(a) == sorted(b)
}

/// Whether it is a word of everyday English: it means itself and is no slip for the name of an illness.
pub(crate) fn is_everyday(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        tables::rows(tables::EVERYDAY_WORDS)
            .filter_map(|row| Some(row.get(1)?.split(' ')))
            .flatten()
            .collect()
    });
    let without = |end: &str| word.strip_suffix(end).is_some_and(|rest| WORDS.contains(rest));
    WORDS.contains(word) || ["s", "es", "ed", "d", "ing", "ly"].iter().any(|end| without(end))
}

/// How many slips a word of this length may hold and still be recognised.
pub(crate) fn tolerance(word: &str) -> usize {
    match word.chars().count() {
        0..=4 => 0,
        5..=7 => 1,
        _ => 2,
    }
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
        check("Médicaments", &["medicaments"]);
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
    fn a_slip_keeps_the_first_letter_the_length_and_most_of_the_word() {
        for (word, name, expect) in [
            ("penicilin", "penicillin", true),
            ("tetnus", "tetanus", true),
            ("blod", "blood", true),
            ("cholestrol", "cholesterol", true),
            ("dangerous", "dander", false),
            ("meaning", "meningitis", false),
            ("gluten", "glutens", true),
            ("podium", "sodium", false),
            ("cat", "car", false),
        ] {
            assert_eq!(is_slip(word, name), expect, "{word} {name}");
        }
        assert!(is_swap("tkae", "take") && !is_swap("lake", "take"));
        assert!(is_everyday("meaning") && is_everyday("danger") && !is_everyday("penicilin"));
    }

    #[test]
    fn slips_of_the_pen_are_counted() {
        for (a, b, most, expect) in [
            ("penicillin", "penicilin", 1, true),
            ("tetanus", "tetnaus", 1, true),
            ("cholesterol", "colestrol", 2, true),
            ("sodium", "podium", 0, false),
            ("glucose", "lactose", 2, false),
            ("", "ab", 1, false),
        ] {
            assert_eq!(within_distance(a, b, most), expect, "{a} {b}");
        }
    }
}
