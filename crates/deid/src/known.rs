//! What is known of whom a text is about: their own names, numbers and addresses.

use crate::finding::{Hit, Kind};
use crate::pattern::{pattern, rule};
use crate::tables::{fold, words};
use regex::Regex;
use std::collections::BTreeSet;

/// Names and identifiers that are looked for wherever they stand, whatever the recognisers think of the place.
/// It has no `Debug`: it is made of what identifies a person.
#[derive(Default, Clone)]
pub struct Known {
    names: BTreeSet<String>,
    identifiers: Vec<(Regex, Kind)>,
    seen: BTreeSet<String>,
}

rule!(WORD, r"\p{L}+(?:['’]\p{L}{2,})*");

/// A shorter number would be found in half of all texts.
const SHORTEST_NUMBER: usize = 5;

impl Known {
    /// Adds a name; each of its words is looked for, also with one letter wrong.
    pub fn name(&mut self, name: &str) {
        for word in WORD.find_iter(name) {
            let folded = fold(word.as_str());
            if folded.chars().count() > 2 {
                self.names.insert(folded);
            }
        }
    }

    /// Adds a number, a telephone, an address, an e-mail: found in any case, whatever signs stand between its parts.
    pub fn identifier(&mut self, kind: Kind, text: &str) {
        let parts: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let has_digit = parts.iter().any(char::is_ascii_digit);
        let is_long = parts.len() >= if has_digit { SHORTEST_NUMBER } else { 4 };
        let plain = text.trim().to_lowercase();
        let is_common = !has_digit && plain.split_whitespace().all(|word| words().is_word(&fold(word)));
        if !is_long || parts.len() > 80 || is_common || !self.seen.insert(format!("{}{plain}", kind.name())) {
            return;
        }
        let between = r"[-\s./(),#]{0,3}";
        let letters: Vec<String> = parts.iter().map(|letter| regex::escape(&letter.to_string())).collect();
        self.identifiers.push((pattern(&format!(r"(?i)\b{}\b", letters.join(between))), kind));
    }

    /// Is this word, folded, part of a known name, or one letter off?
    pub(crate) fn is_name(&self, folded: &str) -> bool {
        if self.names.contains(folded) {
            return true;
        }
        let length = folded.chars().count();
        length >= 5
            && !words().is_word(folded)
            && !words().is_eponym(folded)
            && self.names.iter().any(|name| name.len() >= 5 && is_one_off(folded, name))
    }

    pub(crate) fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for (rule, kind) in &self.identifiers {
            for found in rule.find_iter(text) {
                let (start, end) = (found.start(), found.end());
                hits.push(Hit { start, end, kind: *kind, confidence: 100, rule: "known of the person" });
            }
        }
        if self.names.is_empty() {
            return;
        }
        for found in WORD.find_iter(text) {
            let folded = fold(found.as_str());
            let folded = folded.strip_suffix("'s").unwrap_or(&folded);
            let is_capital = found.as_str().starts_with(char::is_uppercase);
            // "brown" in small letters is a colour, also where Mr Brown is the patient.
            if self.is_name(folded) && (is_capital || !words().is_word(folded)) {
                let (start, end) = (found.start(), found.start() + own_length(found.as_str()));
                hits.push(Hit { start, end, kind: Kind::Name, confidence: 99, rule: "known of the person" });
            }
        }
    }
}

fn own_length(word: &str) -> usize {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word).len()
}

/// Are the words one letter apart: one more, one less, one other, or two swapped?
fn is_one_off(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > 1 || left[0] != right[0] {
        return false;
    }
    let head = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[head..], &right[head..]);
    match left.len().cmp(&right.len()) {
        std::cmp::Ordering::Less => left == &right[1..],
        std::cmp::Ordering::Greater => &left[1..] == right,
        std::cmp::Ordering::Equal => {
            left.is_empty()
                || left[1..] == right[1..]
                || left.len() > 1 && left[0] == right[1] && left[1] == right[0] && left[2..] == right[2..]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_off_is_near_and_two_are_not() {
        for (left, right, expect) in [
            ("kowalczyk", "kowalczyk", true),
            ("kowalcyk", "kowalczyk", true),
            ("kowalczzyk", "kowalczyk", true),
            ("kowalczik", "kowalczyk", true),
            ("kowlaczyk", "kowalczyk", true),
            ("kawalczik", "kowalczyk", false),
            ("xowalczyk", "kowalczyk", false),
        ] {
            assert_eq!(is_one_off(left, right), expect, "{left} {right}");
        }
    }

    #[test]
    fn the_persons_own_words_are_found_in_any_dress() {
        let mut known = Known::default();
        known.name("Grünwald, Mary-Ann");
        known.identifier(Kind::Mrn, "AB-123 456");
        known.identifier(Kind::Phone, "(617) 555-0148");
        for (text, expect) in [
            ("seen with GRUNWALD today", Some("GRUNWALD")),
            ("grunvald came", Some("grunvald")),
            ("mary came", Some("mary")),
            ("record ab123456 pulled", Some("ab123456")),
            ("rang 617.555.0148", Some("617.555.0148")),
            ("nothing here", None),
        ] {
            let mut hits = Vec::new();
            known.find(text, &mut hits);
            assert_eq!(hits.first().map(|hit| &text[hit.start..hit.end]), expect, "{text}");
        }
    }
}
