//! The words of a text with what a name rule needs to know of each.

use super::super::super::tables::{fold, words};
use crate::pattern::rule;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `went`
    Small,
    /// `Anna`, `McKay`, `O'Neil`, `Smith-Jones`
    Capital,
    /// `ANNA`
    Shouted,
    /// `J` or `J.`
    Initial,
}

/// What a word can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Only a given name: Emily.
    Given,
    /// A given name that is a word too: Grace.
    GivenOrWord,
    /// Only a surname: Nakamura.
    Surname,
    /// A surname that is a word, or that diseases are called by: Brown, Parkinson.
    SurnameOrWord,
    /// In no list.
    Unknown,
    /// A letter.
    Initial,
    /// A word, a brand, a month, a country.
    Word,
}

impl Sort {
    pub(super) fn is_given(self) -> bool {
        matches!(self, Self::Given | Self::GivenOrWord)
    }

    pub(super) fn is_surname(self) -> bool {
        matches!(self, Self::Surname | Self::SurnameOrWord)
    }

    /// Could be part of a name by itself.
    pub(super) fn is_nameable(self) -> bool {
        self != Self::Word
    }
}

/// A word.
pub(super) struct Word<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: &'a str,
    pub(super) folded: String,
    /// What stands between the word before and this one.
    pub(super) gap: &'a str,
    pub(super) shape: Shape,
    pub(super) sort: Sort,
    /// At the beginning of a sentence, a line or an item, where any word has a capital.
    pub(super) opens: bool,
    /// `'s` follows.
    pub(super) is_possessive: bool,
    /// Something else was found here: no name.
    pub(super) is_taken: bool,
}

impl Word<'_> {
    pub(super) fn has_capital(&self) -> bool {
        self.shape != Shape::Small
    }

    /// Directly after the word before, on the same line.
    pub(super) fn is_next(&self) -> bool {
        matches!(self.gap, " " | "  " | "\u{a0}")
    }
}

rule!(WORD, r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+|-\p{L}+)*");

pub(super) fn split(text: &str) -> Vec<Word<'_>> {
    let mut list: Vec<Word<'_>> = Vec::with_capacity(text.len() / 6);
    let mut last = 0;
    for found in WORD.find_iter(text) {
        let (start, mut end) = (found.start(), found.end());
        let mut word = found.as_str();
        let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
        let is_possessive = bare.is_some() || (word.ends_with('s') && text[end..].starts_with(['\'', '’']));
        if let Some(bare) = bare {
            end -= word.len() - bare.len();
            word = bare;
        }
        let gap = &text[last..start];
        let folded = fold(word);
        let shape = shape(word);
        let clings = text[..start].ends_with(|letter: char| letter.is_ascii_digit() || letter == '_');
        let sort = if clings { Sort::Word } else { sort(&folded, shape) };
        let opens = list.last().is_none_or(|before| opens(before, gap));
        last = found.end();
        if shape == Shape::Initial && text[end..].starts_with('.') {
            end += 1;
            last = last.max(end);
        }
        list.push(Word {
            start,
            end,
            text: word,
            folded,
            gap,
            shape,
            sort,
            opens,
            is_possessive,
            is_taken: false,
        });
    }
    list
}

fn shape(word: &str) -> Shape {
    let mut letters = word.chars();
    let is_upper = letters.next().is_some_and(char::is_uppercase);
    match is_upper {
        false => Shape::Small,
        true if word.chars().count() == 1 => Shape::Initial,
        true if word.chars().filter(|letter| letter.is_alphabetic()).all(char::is_uppercase) => {
            Shape::Shouted
        }
        true => Shape::Capital,
    }
}

fn opens(before: &Word<'_>, gap: &str) -> bool {
    let after_title =
        before.folded.len() <= 4 && super::cues::is_title(&before.folded) || before.shape == Shape::Initial;
    match gap.trim_matches([' ', '\t']) {
        "" => gap.contains('\t'),
        "." => !after_title,
        _ => {
            gap.contains(['.', '!', '?', ':', ';', '\n', '\r', '•', '*', '"', '“', '|', '#', '[', ']', '>'])
                || gap.contains(" - ")
                || gap.contains('–')
        }
    }
}

fn sort(folded: &str, shape: Shape) -> Sort {
    if shape == Shape::Initial {
        return Sort::Initial;
    }
    if folded.contains('-') {
        return hyphenated(folded);
    }
    let is_word = words().is_word(folded);
    let (is_given, is_surname) = (words().is_given(folded), words().is_surname(folded));
    if words().is_never_a_name(folded) || super::cues::is_title(folded) {
        // June, Georgia and Jordan are people where something beside them says so.
        return if is_given && folded.len() > 3 { Sort::GivenOrWord } else { Sort::Word };
    }
    match (is_given, is_surname, is_word) {
        (true, _, false) => Sort::Given,
        (true, _, true) => Sort::GivenOrWord,
        (_, true, false) if !words().is_eponym(folded) => Sort::Surname,
        (_, true, _) => Sort::SurnameOrWord,
        (_, _, true) => Sort::Word,
        _ if words().is_eponym(folded) => Sort::SurnameOrWord,
        _ if folded.chars().count() < 2 || is_medical(folded) => Sort::Word,
        _ if shape == Shape::Shouted && folded.len() < 4 => Sort::Word,
        _ => Sort::Unknown,
    }
}

/// Words of diseases, operations and medicines by their endings (WHO, "The use of stems in the selection of INN"; the
/// usual Greek and Latin endings).
fn is_medical(folded: &str) -> bool {
    const ENDINGS: [&str; 74] = [
        "osis",
        "itis",
        "emia",
        "aemia",
        "pathy",
        "ectomy",
        "otomy",
        "ostomy",
        "plasty",
        "scopy",
        "graphy",
        "gram",
        "mycin",
        "cillin",
        "azole",
        "pril",
        "sartan",
        "statin",
        "olol",
        "dipine",
        "mab",
        "tinib",
        "ciclib",
        "vir",
        "zepam",
        "zolam",
        "prazole",
        "tidine",
        "gliptin",
        "gliflozin",
        "glutide",
        "semide",
        "thiazide",
        "parin",
        "xaban",
        "gatran",
        "caine",
        "phylline",
        "terol",
        "sone",
        "solone",
        "uria",
        "algia",
        "rrhea",
        "rrhoea",
        "rrhage",
        "megaly",
        "penia",
        "philia",
        "cytes",
        "cytosis",
        "blast",
        "ase",
        "lysis",
        "plegia",
        "paresis",
        "trophy",
        "stenosis",
        "amine",
        "idine",
        "oxacin",
        "cycline",
        "triptan",
        "setron",
        "lukast",
        "dronate",
        "fibrate",
        "grel",
        "triptyline",
        "oxetine",
        "pramine",
        "morphone",
        "codone",
        "ectasis",
    ];
    folded.len() > 5 && ENDINGS.iter().any(|ending| folded.ends_with(ending))
}

/// "Smith-Jones" is a name; "Follow-Up", "Non-Hodgkin" and "COVID-related" are none.
fn hyphenated(folded: &str) -> Sort {
    if folded.split('-').all(|part| words().is_eponym(part)) {
        return Sort::SurnameOrWord;
    }
    let (mut best, mut has_word) = (Sort::Word, false);
    for part in folded.split('-') {
        match sort(part, Shape::Capital) {
            // "Per-Olof", but not "X-Ray".
            Sort::Word if words().is_never_a_name(part) || part.len() < 3 => return Sort::Word,
            Sort::Word => has_word = true,
            Sort::SurnameOrWord | Sort::GivenOrWord if words().is_word(part) || words().is_eponym(part) => {}
            found if best == Sort::Word || found.is_given() => best = found,
            _ => {}
        }
    }
    // A word beside a word in no list: a made-up technical term as likely as a name.
    if has_word
        && best == Sort::Unknown
        && !words().is_given(folded.split('-').next().unwrap_or_default())
        && folded.len() > 12
    {
        return Sort::Word;
    }
    best
}
