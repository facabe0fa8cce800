//! A text → the pieces of it that are given a vector each.

use crate::dates::date_at;
use crate::words::{joined_names, tokens};

/// About so many words: a paragraph. A model sees 256 tokens at most, and tells short texts apart better.
const WORDS: usize = 80;

/// The passages of a text: whole sentences, about eighty words together. A text of no more than that is one passage.
pub fn passages(text: &str) -> Vec<&str> {
    let mut passages = Vec::new();
    let (mut from, mut words) = (0, 0);
    for (at, sentence) in sentences(text) {
        let count = sentence.split_whitespace().count();
        if words > 0 && words + count > WORDS {
            passages.push(text[from..at].trim());
            (from, words) = (at, 0);
        }
        words += count;
    }
    passages.push(text[from..].trim());
    passages.retain(|passage| !passage.is_empty());
    passages
}

/// Where sentences begin, and the sentences.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(['.', '?', '!', '\n'])
        .scan(&mut at, |at, piece| {
            let from = **at;
            **at += piece.len();
            Some((from, piece))
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// What a model is to read of a text: joined names parted, and no dates. Dates are found by their words; to a model they are
/// noise, in which what was measured twenty times looks like twenty different things.
pub fn meaning(text: &str) -> String {
    let names = joined_names(text);
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if word == 0 {
            let between = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
            kept.push_str(&rest[..between]);
            rest = &rest[between..];
            continue;
        }
        if let Some(length) = date_length(rest) {
            rest = &rest[length..];
            continue;
        }
        let folded = rest[..word].to_ascii_lowercase();
        match names.iter().find(|(name, _)| *name == folded) {
            Some((_, parts)) => kept.push_str(&parts.join(" ")),
            None => kept.push_str(&rest[..word]),
        }
        rest = &rest[word..];
    }
    kept
}

/// How many bytes of the beginning are a date.
fn date_length(text: &str) -> Option<usize> {
    const LONGEST: usize = 40;
    let first = text.chars().next()?;
    if !first.is_ascii_digit() && !first.is_ascii_alphabetic() {
        return None;
    }
    let window: String = text.chars().take(LONGEST).collect();
    let found = date_at(&tokens(&window))?;
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words.nth(found.length - 1)?;
    Some(last.as_ptr() as usize - text.as_ptr() as usize + last.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_whole_sentences_and_lose_nothing() {
        let sentence = "Nine words stand in each sentence of this text. ";
        let text = sentence.repeat(20);
        let passages = passages(&text);
        assert_eq!(passages.iter().map(|passage| passage.split_whitespace().count()).max(), Some(72));
        assert_eq!(passages.join(" "), text.trim());
        for (text, expect) in [("", &[][..]), (" One. ", &["One."]), ("a\nb", &["a\nb"])] {
            assert_eq!(super::passages(text), expect);
        }
    }

    #[test]
    fn a_model_reads_no_dates_and_no_joined_names() {
        for (text, expect) in [
            ("Glucose was 5.6 mmol/L on 2014-03-02.", "Glucose was 5.6 mmol/L on ."),
            ("What was it on March 2, 2014?", "What was it on ?"),
            (
                "code: MedicationRequest; date: 2014-03-02T10:00:00Z",
                "code: medication request; date: :00:00Z",
            ),
            ("\u{c4}rzte am 3. Mai 2014", "\u{c4}rzte am 3. Mai 2014"),
            ("", ""),
        ] {
            assert_eq!(meaning(text), expect);
        }
    }
}
