//! Laws that hold for every question and every record.

use super::tests::{letter, maria, record_of};
use super::*;
use crate::concepts::concepts;
use crate::document::pieces;
use crate::record::Source;
use jiff::civil::date;
use proptest::prelude::*;
use std::sync::LazyLock;

static RECORD: LazyLock<Record> = LazyLock::new(|| {
    let text = "Dear colleague,\nShe was seen for pain in her left knee.\nFerritin\t18\tng/mL\t15 - 150";
    record_of(&maria(), vec![letter(text, "2026-09-09")])
});

fn today() -> Date {
    date(2026, 11, 20)
}

/// Questions of the words people use, in any order.
fn questions() -> impl Strategy<Value = String> {
    const WORDS: [&str; 24] = [
        "what", "when", "was", "my", "last", "do", "i", "have", "how", "many", "changed", "since", "2019",
        "this", "year", "allergic", "to", "shot", "take", "should", "highest", "first", "in", "family",
    ];
    let names: Vec<String> =
        concepts().all().iter().flat_map(|concept| &concept.phrases).map(|phrase| phrase.join(" ")).collect();
    let word =
        prop_oneof![prop::sample::select(&WORDS[..]).prop_map(str::to_owned), prop::sample::select(names)];
    prop::collection::vec(word, 1..8).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sentence_shown_is_borne_out(question in questions()) {
        if let Ok(draft) = answer(&RECORD, &question, today()) {
            prop_assert!(!draft.claims.is_empty(), "{question}");
            for claim in &draft.claims {
                let passes = claim.quotes.is_empty() || verify(&RECORD, claim);
                prop_assert!(passes, "{question}: {}", claim.text);
                for quote in &claim.quotes {
                    prop_assert!(RECORD.text(quote.source).is_some_and(|text| text.contains(&quote.words)));
                }
            }
            let is_denied = draft.claims.iter().any(|claim| claim.quotes.is_empty() && claim.text.starts_with("You have no"));
            prop_assert!(!is_denied, "{question}");
        }
    }

    #[test]
    fn no_text_makes_it_stumble(question in ".{0,200}") {
        let _ = answer(&RECORD, &question, today());
    }

    #[test]
    fn a_changed_number_is_never_shown(at in 0..RECORD.facts.len(), number in 10_000..99_999_u32) {
        let text = RECORD.text(Source::Fact(at)).unwrap().to_owned();
        prop_assume!(!text.contains(&number.to_string()));
        let claim = Claim::about(&RECORD, format!("{text} {number}"), &[at]);
        prop_assert!(!verify(&RECORD, &claim));
        let claim = Claim::about(&RECORD, text, &[at]);
        prop_assert!(verify(&RECORD, &claim));
    }

    #[test]
    fn passages_are_exact_spans_of_their_page(page in "[a-zA-Zäß0-9 .\t\n:!?-]{0,300}") {
        let letters: Vec<char> = page.chars().collect();
        let mut end = 0;
        for piece in pieces(&page) {
            prop_assert!(piece.start >= end, "passages follow one another");
            let span: String = letters[piece.start as usize..piece.end as usize].iter().collect();
            prop_assert_eq!(&span, &piece.text);
            end = piece.end;
        }
    }
}
