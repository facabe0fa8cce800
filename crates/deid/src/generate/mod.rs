//! Invented clinical notes with known truth, to measure the recognisers with.
//!
//! Names come from lists that no recogniser reads, towns are invented, numbers are drawn with their check digits where
//! they have one. Nobody in them exists.

mod draw;

use crate::evaluate::{Labelled, Span};
use crate::finding::Kind;
use crate::tables;
use draw::Cast;
use salus_core::SeededRng;
use std::collections::HashMap;
use std::sync::LazyLock;

const PARTS: &str = include_str!("../tables/note_parts.txt");
/// The sections of a note in their order.
const ORDER: [&str; 7] = ["head", "story", "history", "medicines", "labs", "plan", "foot"];

static SECTIONS: LazyLock<HashMap<&'static str, Vec<String>>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, Vec<String>> = HashMap::new();
    for section in PARTS.split("\n= ").skip(1) {
        let (name, text) = section.split_once('\n').unwrap_or((section, ""));
        sections.insert(name, text.split("\n---\n").map(|part| part.trim_end().to_owned()).collect());
    }
    sections
});

/// `count` notes; the same seed gives the same notes.
pub fn notes(count: usize, seed: u64) -> Vec<Labelled> {
    let rng = SeededRng::new(seed);
    (0..count).map(|_| note(&rng)).collect()
}

fn note(rng: &SeededRng) -> Labelled {
    let cast = Cast::new(rng);
    let mut note = Labelled { text: String::new(), spans: Vec::new() };
    let mut length = 0;
    for section in ORDER {
        let Some(variants) = SECTIONS.get(section) else { continue };
        let template = &variants[draw::below(rng, variants.len())];
        if !note.text.is_empty() {
            push(&mut note.text, &mut length, "\n\n");
        }
        let mut rest = template.as_str();
        while let Some((plain, tail)) = rest.split_once('{') {
            push(&mut note.text, &mut length, plain);
            let (slot, tail) = tail.split_once('}').unwrap_or((tail, ""));
            for (text, kind) in cast.fill(rng, slot) {
                let start = length;
                push(&mut note.text, &mut length, &text);
                if let Some(kind) = kind {
                    note.spans.push(Span { start, end: length, label: Kind::name(kind).to_owned() });
                }
            }
            rest = tail;
        }
        push(&mut note.text, &mut length, rest);
    }
    note.spans = joined(&note.text, note.spans);
    note
}

/// "Anna" and "Berg" side by side are one name.
fn joined(text: &str, spans: Vec<Span>) -> Vec<Span> {
    let letters: Vec<char> = text.chars().collect();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let is_name = |span: &Span| span.label == Kind::Name.name();
        match joined.last_mut() {
            Some(last)
                if is_name(last) && is_name(&span) && is_between_names(&letters[last.end..span.start]) =>
            {
                last.end = span.end;
            }
            _ => joined.push(span),
        }
    }
    joined
}

fn is_between_names(gap: &[char]) -> bool {
    matches!(gap, [' '] | [',', ' '])
}

fn push(text: &mut String, length: &mut usize, more: &str) {
    text.push_str(more);
    *length += more.chars().count();
}

/// The names that notes are written with; no recogniser reads them.
fn names(table: &'static str) -> Vec<&'static str> {
    tables::lines(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_and_each_span_stands_in_its_text() {
        let (first, second) = (notes(40, 3), notes(40, 3));
        for (left, right) in first.iter().zip(&second) {
            assert_eq!(left.text, right.text);
            assert!(!left.text.contains(['{', '}']), "{}", left.text);
            let letters: Vec<char> = left.text.chars().collect();
            for span in &left.spans {
                let text: String = letters[span.start..span.end].iter().collect();
                assert!(!text.trim().is_empty() && text == text.trim(), "{text:?}");
                assert!(Kind::of_name(&span.label).is_some(), "{}", span.label);
            }
        }
        assert_ne!(first[0].text, notes(1, 4)[0].text);
    }
}
