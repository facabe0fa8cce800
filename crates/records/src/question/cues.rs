//! Words that tell what is asked: "when", "changed", "allergic".

use super::Language;
use crate::tables;
use crate::words::{is_everyday, is_slip, is_swap, tokens};
use std::sync::LazyLock;

/// What a word or phrase hints at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cue {
    Latest,
    First,
    Highest,
    Lowest,
    When,
    Trend,
    Count,
    List,
    YesNo,
    Status,
    Advice,
    Allergy,
    Vaccine,
    Medicine,
    Condition,
    Encounter,
    Procedure,
    Result,
    Report,
    Document,
    Coverage,
    Bill,
    Family,
    Person,
    Hospital,
    Emergency,
    Overview,
    High,
    Low,
    Usual,
    Unusual,
    Ever,
    Past,
    Active,
    Grave,
    Dosage,
    Prescriber,
    Began,
    Average,
    Moment,
    Open,
    Next,
    Surgery,
    Stop,
}

/// A cue and the words that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) cue: Cue,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

struct Row {
    language: Language,
    cue: Cue,
    phrase: Vec<String>,
}

/// The cues in a question of this language. English ones are looked for in every question.
pub(crate) fn find(words: &[String], language: Language) -> Vec<Found> {
    let mut found = Vec::new();
    for row in rows().iter().filter(|row| row.language == language || row.language == Language::English) {
        for from in 0..words.len() {
            if words[from..].starts_with(&row.phrase) {
                found.push(Found { cue: row.cue, from, to: from + row.phrase.len() });
            }
        }
    }
    for (at, word) in words.iter().enumerate() {
        let is_known = found.iter().any(|found| (found.from..found.to).contains(&at));
        if !is_known && let Some(cue) = misspelt(word, language) {
            found.push(Found { cue, from: at, to: at + 1 });
        }
    }
    found
}

/// Topics may be misspelt ("alergic"); short question words may not: they are too near to others.
fn misspelt(word: &str, language: Language) -> Option<Cue> {
    if word.chars().count() < 6 || is_everyday(word) {
        return None;
    }
    let near = |row: &&Row| {
        row.language == language
            && row.phrase.len() == 1
            && row.phrase.first().is_some_and(|name| name.chars().count() >= 6 && is_slip(word, name))
    };
    rows().iter().find(near).map(|row| row.cue)
}

/// Whether a word is a slip for a word questions are made of: "wich", "tkae".
pub(crate) fn is_misspelt_question_word(word: &str, language: Language) -> bool {
    if word.chars().count() < 4 || is_everyday(word) {
        return false;
    }
    let of_cues = rows().iter().filter(|row| row.language == language).flat_map(|row| &row.phrase);
    let near = |name: &str| name.len() >= 4 && (is_slip(word, name) || is_swap(word, name));
    of_cues.map(String::as_str).any(near) || language.little_words().any(near)
}

fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        tables::rows(tables::CUES)
            .filter_map(|row| {
                let [language, cue, phrase] = row.as_slice() else { return None };
                Some(Row {
                    language: Language::of_tag(language)?,
                    cue: cue_named(cue)?,
                    phrase: tokens(phrase),
                })
            })
            .collect()
    });
    &ROWS
}

fn cue_named(name: &str) -> Option<Cue> {
    Some(match name {
        "latest" => Cue::Latest,
        "first" => Cue::First,
        "highest" => Cue::Highest,
        "lowest" => Cue::Lowest,
        "when" => Cue::When,
        "trend" => Cue::Trend,
        "count" => Cue::Count,
        "list" => Cue::List,
        "yesno" => Cue::YesNo,
        "status" => Cue::Status,
        "advice" => Cue::Advice,
        "allergy" => Cue::Allergy,
        "vaccine" => Cue::Vaccine,
        "medicine" => Cue::Medicine,
        "condition" => Cue::Condition,
        "encounter" => Cue::Encounter,
        "procedure" => Cue::Procedure,
        "result" => Cue::Result,
        "report" => Cue::Report,
        "document" => Cue::Document,
        "coverage" => Cue::Coverage,
        "bill" => Cue::Bill,
        "family" => Cue::Family,
        "person" => Cue::Person,
        "hospital" => Cue::Hospital,
        "emergency" => Cue::Emergency,
        "overview" => Cue::Overview,
        "high" => Cue::High,
        "low" => Cue::Low,
        "usual" => Cue::Usual,
        "unusual" => Cue::Unusual,
        "ever" => Cue::Ever,
        "past" => Cue::Past,
        "active" => Cue::Active,
        "grave" => Cue::Grave,
        "dosage" => Cue::Dosage,
        "prescriber" => Cue::Prescriber,
        "began" => Cue::Began,
        "average" => Cue::Average,
        "moment" => Cue::Moment,
        "open" => Cue::Open,
        "next" => Cue::Next,
        "stop" => Cue::Stop,
        "surgery" => Cue::Surgery,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_understood() {
        let whole = tables::rows(tables::CUES).count();
        assert_eq!(rows().len(), whole);
    }

    #[test]
    fn cues_are_found_in_several_languages_and_through_a_slip() {
        let check = |question: &str, language, expect: Cue| {
            let found = find(&tokens(question), language);
            assert!(found.iter().any(|found| found.cue == expect), "{question}");
        };
        check("When was my last tetanus shot?", Language::English, Cue::When);
        check("When was my last tetanus shot?", Language::English, Cue::Vaccine);
        check("am I alergic to nuts", Language::English, Cue::Allergy);
        check("Bin ich allergisch gegen Penicillin?", Language::German, Cue::Allergy);
        check("¿Cuándo fue mi última vacuna?", Language::Spanish, Cue::When);
        check("Quels médicaments", Language::French, Cue::Medicine);
    }
}
