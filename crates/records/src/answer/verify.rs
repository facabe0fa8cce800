//! The check of an answer: a sentence that its sources do not bear out is not shown.
//!
//! A quote must be found, word for word, in the source it names. Every number, month, medicine and negation
//! of a sentence must stand in the words it quotes; excepted are a count, which is counted again here,
//! and words the question itself gave.

use super::Claim;
use crate::concepts::{Domain, concepts};
use crate::record::{Record, Source};
use crate::when::is_month_name;
use crate::words::{contains_phrase, stems};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Whether a sentence may be shown.
pub(crate) fn verify(record: &Record, claim: &Claim) -> bool {
    if claim.quotes.is_empty() {
        return claim.counted.is_empty() && says_nothing_new(claim);
    }
    let mut cited = String::new();
    for quote in &claim.quotes {
        let Some(text) = record.text(quote.source) else { return false };
        if quote.words.trim().is_empty() || !normal(text).contains(&normal(&quote.words)) {
            return false;
        }
        cited.push_str(&normal(&quote.words));
        cited.push('\n');
    }
    counts_rightly(record, claim)
        && numbers_are_cited(claim, &cited)
        && words_are_cited(claim, &cited)
        && medicines_are_cited(&claim.text, &cited)
}

/// Unicode compatibility form, white space as single spaces.
fn normal(text: &str) -> String {
    let folded: String = text.nfkc().filter(|c| *c != '\u{200b}').collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A sentence without sources may name no number beyond those of the question.
fn says_nothing_new(claim: &Claim) -> bool {
    let given: HashSet<String> = claim.given.iter().flat_map(|given| numbers(given)).collect();
    !claim.text.is_empty()
        && (claim.text.starts_with("I can't find")
            || numbers(&claim.text).iter().all(|number| given.contains(number)))
}

fn counts_rightly(record: &Record, claim: &Claim) -> bool {
    let distinct: HashSet<Source> = claim.counted.iter().copied().collect();
    distinct.len() == claim.counted.len() && distinct.iter().all(|source| record.text(*source).is_some())
}

fn numbers_are_cited(claim: &Claim, cited: &str) -> bool {
    let mut known: HashSet<String> = numbers(cited).into_iter().collect();
    for given in &claim.given {
        known.extend(numbers(given));
    }
    if !claim.counted.is_empty() {
        known.insert(claim.counted.len().to_string());
    }
    numbers(&normal(&claim.text)).iter().all(|number| known.contains(number))
}

/// Numbers that stand by themselves: "6.8", "138" and "75" of "138/75", but not the 1 of "A1c".
fn numbers(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < letters.len() && is_inside_number(&letters, at) {
            at += 1;
        }
        if from == 0 || !letters[from - 1].is_alphabetic() {
            numbers.push(letters[from..at].iter().collect());
        }
    }
    numbers
}

fn is_inside_number(letters: &[char], at: usize) -> bool {
    let followed = letters.get(at + 1).is_some_and(char::is_ascii_digit);
    letters[at].is_ascii_digit() || (matches!(letters[at], '.' | ',') && followed)
}

/// Months and negations.
fn words_are_cited(claim: &Claim, cited: &str) -> bool {
    const NEGATIONS: [&str; 7] = ["no", "not", "never", "none", "without", "nothing", "refuted"];
    let said = |text: &str| -> HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let cited = said(cited);
    let given = said(&claim.given.join(" "));
    let is_cited = |word: &String| cited.contains(word) || given.contains(word);
    let negated =
        |words: &HashSet<String>| words.iter().any(|word| NEGATIONS.contains(&word.to_lowercase().as_str()));
    let sentence = said(&claim.text);
    let months = sentence.iter().filter(|word| is_month_name(word)).all(is_cited);
    months && (!negated(&sentence) || negated(&cited))
}

/// Every medicine or class a sentence names stands in the cited words, or is the class of one that does.
fn medicines_are_cited(sentence: &str, cited: &str) -> bool {
    let (sentence, cited) = (stems(sentence), stems(cited));
    let drugs =
        concepts().all().iter().filter(|c| matches!(c.domain, Domain::Ingredient | Domain::DrugClass));
    drugs
        .flat_map(|concept| concept.phrases.iter().map(move |phrase| (concept, phrase)))
        .filter(|(_, phrase)| contains_phrase(&sentence, phrase))
        .all(|(concept, phrase)| {
            contains_phrase(&cited, phrase)
                || concept.is_named(&cited)
                || (concept.domain == Domain::DrugClass && concept.member(concepts(), &cited).is_some())
                || is_name_of_cited_class(phrase, &cited)
        })
}

/// "penicillin" names an ingredient and its class: the class of a cited member may be said.
fn is_name_of_cited_class(phrase: &[String], cited: &[String]) -> bool {
    concepts().all().iter().any(|class| {
        class.domain == Domain::DrugClass
            && class.phrases.iter().any(|name| name == phrase)
            && class.member(concepts(), cited).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::Quote;
    use super::*;
    use crate::facts::{Context, flatten};
    use serde_json::json;

    fn record() -> Record {
        let observation = json!({
            "resourceType": "Observation", "id": "o1", "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "4548-4" }], "text": "HbA1c" },
            "effectiveDateTime": "2026-03-04", "valueQuantity": { "value": 6.8, "unit": "%" }
        });
        let allergy = json!({
            "resourceType": "AllergyIntolerance", "id": "a1", "code": { "text": "Amoxicillin" },
            "recordedDate": "2020-01-02"
        });
        let facts =
            [observation, allergy].iter().filter_map(|r| flatten(r, 1, &Context::default())).collect();
        Record::new(facts, Vec::new())
    }

    fn about(record: &Record, text: &str, id: &str) -> Claim {
        let at = record.facts.iter().position(|fact| fact.source.id == id).unwrap();
        Claim::about(record, text.to_owned(), &[at])
    }

    #[test]
    fn only_what_the_source_says_passes() {
        let record = record();
        for (text, id, expect) in [
            ("Your latest HbA1c was 6.8 % on 4 Mar 2026.", "o1", true),
            ("Your latest HbA1c was 7.8 % on 4 Mar 2026.", "o1", false),
            ("Your latest HbA1c was 68 % on 4 Mar 2026.", "o1", false),
            ("Your latest HbA1c was 6.8 % on 4 May 2026.", "o1", false),
            ("Your latest HbA1c was not 6.8 %.", "o1", false),
            ("You take metformin.", "o1", false),
            ("Your record lists an allergy: Amoxicillin, which is a penicillin.", "a1", true),
            ("Your record lists an allergy: Amoxicillin, which is a statin.", "a1", false),
            ("Your record lists an allergy to ibuprofen.", "a1", false),
        ] {
            assert_eq!(verify(&record, &about(&record, text, id)), expect, "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_not_in_the_source_fails() {
        let record = record();
        let mut claim = about(&record, "Your latest HbA1c was 6.8 %.", "o1");
        assert!(verify(&record, &claim));
        claim.quotes = vec![Quote { source: claim.quotes[0].source, words: "HbA1c: 6.8  %".to_owned() }];
        assert!(verify(&record, &claim), "white space does not matter");
        claim.quotes[0].words = "HbA1c: 6.9 %".to_owned();
        assert!(!verify(&record, &claim));
        claim.quotes[0] = Quote { source: Source::Fact(99), words: "HbA1c".to_owned() };
        assert!(!verify(&record, &claim));
    }

    #[test]
    fn counts_are_counted_again() {
        let record = record();
        let claim = |text: &str| about(&record, text, "o1").counting(&[0, 1]);
        assert!(verify(&record, &claim("2 entries.")));
        assert!(!verify(&record, &claim("3 entries.")));
        assert!(!verify(&record, &about(&record, "2 entries.", "o1").counting(&[0, 0])));
    }

    #[test]
    fn sentences_without_a_source_bring_no_numbers() {
        let record = record();
        let alone = |text: &str| verify(&record, &Claim::of_absence(text.to_owned()));
        assert!(alone("I can't find a value for HbA1c in 2019 in your record."));
        assert!(alone("Your documents say:"));
        assert!(!alone("Your HbA1c is 7."));
    }
}
