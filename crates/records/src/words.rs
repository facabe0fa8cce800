//! Words: parted and stemmed as the index does it, and how far two spellings lie apart.

use crate::tables;
use std::collections::HashSet;
use std::sync::LazyLock;

pub(crate) use salus_retrieval::{stem, stems, tokens};

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
