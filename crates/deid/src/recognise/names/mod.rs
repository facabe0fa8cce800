//! Names of people: by what stands beside them, by lists, and by what the same text has already said.
//!
//! 1. Cues (a title, a label, a relation, a verb that only people do) make a name of whatever has a capital beside them.
//! 2. Without a cue, lists: a given name beside a surname, a given name alone.
//! 3. A name that was sure once is a name wherever else it stands in the text.
//!
//! Surnames that diseases, signs and devices are called by are no names before a noun of that sort.

mod bare;
mod beside;
mod cues;
mod words;

use super::Hit;
use crate::finding::Kind;
use crate::known::Known;
use crate::tables::words as lists;
use std::collections::HashMap;
use words::{Shape, Sort, Word, split};

/// A name: the words `from..to`.
pub(super) struct Name {
    from: usize,
    to: usize,
    confidence: u8,
    rule: &'static str,
}

/// The longest name, in words.
const LONGEST: usize = 5;

pub(super) fn find(text: &str, known: &Known, settled: &[Hit]) -> Vec<Hit> {
    let mut words = split(text);
    take(&mut words, settled);
    let mut names = Vec::new();
    beside::find(text, &words, &mut names);
    bare::find(text, &words, &mut names);
    again(&words, known, &mut names);
    names
        .iter()
        .map(|name| Hit {
            start: words[name.from].start,
            end: end_of(text, &words[name.to - 1]),
            kind: Kind::Name,
            confidence: name.confidence,
            rule: name.rule,
        })
        .collect()
}

/// Marks the words that something surer than a name was found in.
fn take(words: &mut [Word<'_>], settled: &[Hit]) {
    let mut at = 0;
    for word in words {
        while at < settled.len() && settled[at].end <= word.start {
            at += 1;
        }
        let is_in = settled.get(at).is_some_and(|hit| hit.start < word.end);
        // A town may be somebody's name: a cue beside it decides.
        word.is_taken = is_in
            && settled[at].kind != Kind::Name
            && !(settled[at].kind == Kind::Location && settled[at].confidence < 80);
    }
}

fn end_of(text: &str, word: &Word<'_>) -> usize {
    let is_suffix_point = matches!(word.folded.as_str(), "jr" | "sr") && text[word.end..].starts_with('.');
    word.end + usize::from(is_suffix_point)
}

/// The end of the name whose words begin at `from`: words with capitals, initials, particles, a suffix.
///
/// `takes_first` lets the first word be any word with a capital.
fn run(words: &[Word<'_>], from: usize, takes_first: bool) -> usize {
    let mut to = from;
    while to < words.len() && to - from < LONGEST {
        let word = &words[to];
        let is_first = to == from;
        if !is_first && !joins(&words[to - 1], word) {
            break;
        }
        let is_name =
            word.has_capital() && !word.is_taken && (word.sort.is_nameable() || is_first && takes_first);
        let is_particle = !word.has_capital()
            && is_particle(word)
            && words.get(to + 1).is_some_and(|next| {
                next.is_next()
                    && next.has_capital()
                    && (next.sort.is_nameable() || is_particle_word(&next.folded))
                    || next.is_next() && is_particle(next)
            });
        let is_suffix = !is_first && is_suffix(&word.folded) && word.has_capital();
        if is_first && is_eponymous(words, to) || !(is_name || is_particle || is_suffix) {
            break;
        }
        if !is_first && is_eponymous(words, to) && word.sort != Sort::Given && !words[from].sort.is_given() {
            break;
        }
        to += 1;
        if word.is_possessive || is_suffix {
            break;
        }
    }
    // A single letter at the end without a point is a heading, a blood group or a vitamin.
    while to > from + 1
        && words[to - 1].shape == Shape::Initial
        && words[to - 1].end - words[to - 1].start == 1
    {
        let next_is_digit =
            words.get(to).is_some_and(|next| next.gap.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
        if !next_is_digit {
            break;
        }
        to -= 1;
    }
    to
}

fn joins(before: &Word<'_>, word: &Word<'_>) -> bool {
    word.is_next()
        || before.shape == Shape::Initial && matches!(word.gap, "" | " ")
        || is_suffix(&word.folded) && matches!(word.gap, ", " | " ")
        || matches!(word.gap, " \"" | " “" | "\" " | "” " | " (" | ") ")
            && word.has_capital()
            && matches!(word.sort, Sort::Given | Sort::Surname | Sort::Unknown)
            && !before.is_possessive
            && (word.gap.starts_with(['"', '”', ')']) || word.sort == Sort::Given)
}

fn is_particle(word: &Word<'_>) -> bool {
    word.shape == Shape::Small && is_particle_word(&word.folded)
}

fn is_particle_word(folded: &str) -> bool {
    matches!(
        folded,
        "de" | "la"
            | "del"
            | "della"
            | "da"
            | "dos"
            | "das"
            | "do"
            | "van"
            | "von"
            | "der"
            | "den"
            | "ten"
            | "ter"
            | "bin"
            | "ibn"
            | "al"
            | "el"
            | "di"
            | "du"
            | "le"
            | "zu"
            | "y"
            | "san"
            | "st"
            | "las"
            | "los"
    )
}

fn is_suffix(folded: &str) -> bool {
    matches!(folded, "jr" | "sr" | "ii" | "iii" | "iv")
}

/// Is this surname the name of a disease, a sign, a device here? "Bell's palsy", "the Foley catheter".
fn is_eponymous(words: &[Word<'_>], at: usize) -> bool {
    let word = &words[at];
    let next = words.get(at + 1).filter(|next| {
        next.is_next() || word.is_possessive && next.gap.trim_start_matches(['\'', '’', 's']) == " "
    });
    let names_a_thing = |next: &Word<'_>| {
        lists().is_eponym_noun(&next.folded) && !(next.has_capital() && next.sort.is_given())
    };
    if next.is_some_and(names_a_thing) {
        return true;
    }
    let is_eponym = lists().is_eponym(&word.folded);
    // "Guillain-Barré", "Hodgkin and non-Hodgkin lymphoma", "Mini-Mental": another eponym follows.
    let second = words.get(at + 2);
    is_eponym
        && (next.is_some_and(|next| {
            lists().is_eponym(&next.folded)
                && second.is_some_and(|second| lists().is_eponym_noun(&second.folded))
        }) || word.is_possessive
            && next.is_some_and(|next| {
                next.shape == Shape::Small
                    && !cues::is(&next.folded, cues::Cue::Relation)
                    && second.is_some_and(|second| lists().is_eponym_noun(&second.folded))
            }))
}

/// Words of names that were sure elsewhere in this text.
fn again(words: &[Word<'_>], known: &Known, names: &mut Vec<Name>) {
    let mut sure: HashMap<&str, bool> = HashMap::new();
    for name in names.iter().filter(|name| name.confidence >= 80) {
        for word in &words[name.from..name.to] {
            let is_plain = matches!(word.sort, Sort::Given | Sort::Surname | Sort::Unknown);
            if word.shape != Shape::Initial
                && word.has_capital()
                && word.folded.len() > 2
                && !is_suffix(&word.folded)
            {
                *sure.entry(&word.folded).or_default() |= is_plain;
            }
        }
    }
    let covered: std::collections::HashSet<usize> =
        names.iter().flat_map(|name| name.from..name.to).collect();
    let mut found: Vec<Name> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_free = !covered.contains(&at) && !word.is_taken && !is_eponymous(words, at);
        let Some(is_plain) = sure.get(word.folded.as_str()).copied().filter(|_| is_free) else { continue };
        let fits = if is_plain {
            word.has_capital() || known.is_name(&word.folded)
        } else {
            word.shape == Shape::Capital && !word.opens
        };
        if let Some(last) = found.last_mut().filter(|last| fits && last.to == at && word.is_next()) {
            last.to = at + 1;
        } else if fits {
            found.push(Name { from: at, to: at + 1, confidence: 79, rule: "name told before in this text" });
        }
    }
    names.extend(found);
}
