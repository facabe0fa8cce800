//! Finding identifiers in free text.
//!
//! Each family of rules looks at the whole text and says what it found; where findings overlap, the surer one stays.
//! The words of all languages the tables know are looked for at once, so a text needs no language.

mod ages;
mod check_digits;
mod contacts;
mod dates;
mod names;
mod numbers;
mod places;

use crate::finding::{Finding, Hit};
use crate::known::Known;

/// What identifies somebody in a text, in its order, without overlaps.
pub fn recognise(text: &str) -> Vec<Finding> {
    recognise_with(text, &Known::default())
}

/// The same, where something is known of whom the text is about: their own names and numbers are found wherever they
/// stand, also misspelt.
pub fn recognise_with(text: &str, known: &Known) -> Vec<Finding> {
    let hits = hits(text, known);
    let mut findings = Vec::with_capacity(hits.len());
    let (mut characters, mut bytes) = (0, 0);
    let mut count_to = |position: usize| {
        characters += text[bytes..position].chars().count();
        bytes = position;
        characters
    };
    for hit in hits {
        findings.push(Finding {
            start: count_to(hit.start),
            end: count_to(hit.end),
            kind: hit.kind,
            confidence: f32::from(hit.confidence) / 100.0,
            rule: hit.rule,
        });
    }
    findings
}

/// The findings in bytes.
pub(crate) fn hits(text: &str, known: &Known) -> Vec<Hit> {
    let mut hits = Vec::new();
    known.find(text, &mut hits);
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        contacts::find_lines(text, &mut hits);
        numbers::find(text, &mut hits);
        ages::find(text, &mut hits);
    }
    contacts::find_addresses(text, &mut hits);
    dates::find(text, &mut hits);
    places::find(text, &mut hits);
    let settled = settle(hits);
    let mut hits = names::find(text, known, &settled);
    hits.extend(settled);
    settle(hits)
}

/// Keeps of overlapping hits the surer, then the longer, then the earlier.
fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| hit.start < hit.end);
    hits.sort_by_key(|hit| (std::cmp::Reverse((hit.confidence, hit.len())), hit.start));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut taken = std::collections::BTreeMap::new();
    for hit in hits {
        let before = taken.range(..hit.end).next_back();
        if before.is_none_or(|(_, end)| *end <= hit.start) {
            taken.insert(hit.start, hit.end);
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.start);
    kept
}

/// The tail of the text before `at`: at most `bytes` bytes, on a character boundary.
fn before(text: &str, at: usize, bytes: usize) -> &str {
    let mut start = at.saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..at]
}

/// The head of the text from `at`.
fn after(text: &str, at: usize, bytes: usize) -> &str {
    let mut end = (at + bytes).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[at..end]
}

#[cfg(test)]
mod tests;
