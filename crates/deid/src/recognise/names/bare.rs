//! Names without a cue: by lists.

use super::beside::is_measured;
use super::words::{Shape, Sort, Word};
use super::{Name, is_eponymous, run};
use crate::tables::words as lists;

pub(super) fn find(text: &str, words: &[Word<'_>], names: &mut Vec<Name>) {
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        if is_small_name(words, at) {
            names.push(Name { from: at, to: at + 2, confidence: 68, rule: "names in small letters" });
            at += 2;
            continue;
        }
        if !word.has_capital() || word.is_taken || !word.sort.is_nameable() {
            at += 1;
            continue;
        }
        let to = run(words, at, false).max(at + 1);
        let found = if is_measured(text, words, to) || is_eponymous(words, at) || is_disease(words, to - 1) {
            None
        } else {
            judge(words, at, to)
        };
        if let Some((confidence, rule)) = found {
            names.push(Name { from: at, to, confidence, rule });
            let end = first_after_comma(words, at, to);
            if end > to {
                names.push(Name { from: at, to: end, confidence: 90, rule: "surname and given name" });
                at = end;
                continue;
            }
        } else {
            let end = first_after_comma(words, at, to);
            if end > to {
                names.push(Name { from: at, to: end, confidence: 81, rule: "surname and given name" });
                at = end;
                continue;
            }
        }
        at = to;
    }
}

/// "martha collins": in dictated text names have no capitals; both words must be names and nothing else.
fn is_small_name(words: &[Word<'_>], at: usize) -> bool {
    let is_name = |word: &Word<'_>| word.shape == Shape::Small && !word.is_taken && word.folded.len() > 3;
    let next = words.get(at + 1).filter(|next| next.is_next() && is_name(next));
    is_name(&words[at])
        && words[at].sort == Sort::Given
        && next.is_some_and(|next| matches!(next.sort, Sort::Surname | Sort::Given))
        && !is_eponymous(words, at + 1)
}

/// "Lou Gehrig's disease"
fn is_disease(words: &[Word<'_>], last: usize) -> bool {
    words[last].is_possessive && lists().is_eponym(&words[last].folded) && is_eponymous(words, last)
}

/// "Kowalski, Anna M." at the beginning of a line or in brackets.
fn first_after_comma(words: &[Word<'_>], from: usize, to: usize) -> usize {
    let stands_out = from == 0 || words[from].gap.contains(['\n', '(', '\t', ':', ';', '|']);
    let Some(next) =
        words.get(to).filter(|next| next.gap == ", " && next.sort == Sort::Given && next.has_capital())
    else {
        return to;
    };
    let is_surname = to - from <= 2
        && words[from..to]
            .iter()
            .all(|word| word.sort.is_surname() || word.sort == Sort::Unknown || word.sort.is_given());
    let same_shape = next.shape == words[from].shape;
    if stands_out && is_surname && same_shape && !next.is_taken { run(words, to, false) } else { to }
}

fn judge(words: &[Word<'_>], from: usize, to: usize) -> Option<(u8, &'static str)> {
    let first = &words[from];
    let name = &words[from..to];
    let count = |wanted: fn(Sort) -> bool| name.iter().filter(|word| wanted(word.sort)).count();
    let is_shouted = name.iter().all(|word| matches!(word.shape, Shape::Shouted | Shape::Initial));
    let letters = name.iter().filter(|word| word.sort == Sort::Initial).count();
    let full = name.len() - letters;
    let (given, sure) =
        (count(|sort| sort == Sort::Given), count(|sort| matches!(sort, Sort::Given | Sort::Surname)));
    let maybe_given = count(|sort| sort == Sort::GivenOrWord);
    let (maybe_surname, unknown) =
        (count(|sort| sort == Sort::SurnameOrWord), count(|sort| sort == Sort::Unknown));
    if is_shouted {
        let is_long = name.iter().all(|word| word.sort == Sort::Initial || word.folded.len() > 2);
        let holds =
            full >= 2 && is_long && (given >= 1 && first.sort.is_given() || sure == full && full == 2);
        return holds.then_some((82, "names in capitals"));
    }
    if full >= 2 {
        if given >= 1 && (first.sort.is_given() || sure + maybe_surname + unknown >= 2) {
            return Some((88, "given name and surname"));
        }
        if maybe_given >= 1 && first.sort == Sort::GivenOrWord {
            let is_told = sure + unknown >= 1 || !first.opens && maybe_surname >= 1;
            return is_told.then_some((if first.opens { 68 } else { 80 }, "given name and surname"));
        }
        if sure >= 1 && unknown + sure + maybe_surname >= 2 && !is_titled_line(words, from, to) {
            return Some((66, "two names"));
        }
        if unknown == full && !is_titled_line(words, from, to) {
            return Some((62, "unknown words with capitals"));
        }
        return None;
    }
    if full == 1 && letters >= 1 {
        let initial_first = first.sort == Sort::Initial && first.end - first.start == 2;
        let surname = name.iter().find(|word| word.sort != Sort::Initial)?;
        let fits = matches!(surname.sort, Sort::Surname | Sort::Given)
            || surname.sort == Sort::Unknown && !surname.folded.ends_with("us");
        return (initial_first && fits && !first.opens || !initial_first && surname.sort == Sort::Given)
            .then_some((76, "initial and surname"));
    }
    if name.len() != 1 || first.shape != Shape::Capital {
        return None;
    }
    let is_place = lists().is_city(&first.folded);
    match first.sort {
        Sort::Given if !is_place && first.folded.len() > 2 && !is_titled_line(words, from, to) => {
            Some((if first.opens { 70 } else { 78 }, "given name"))
        }
        Sort::GivenOrWord
            if !first.opens
                && !is_titled_line(words, from, to)
                && first.is_next()
                && stands_alone(words, from)
                && !is_place
                && !lists().is_never_a_name(&first.folded) =>
        {
            Some((55, "given name that is a word"))
        }
        Sort::Surname if !first.opens && !is_place && !is_titled_line(words, from, to) => {
            Some((60, "surname"))
        }
        _ => None,
    }
}

/// Is everything around written with capitals, as in a heading or a list of medicines?
fn is_titled_line(words: &[Word<'_>], from: usize, to: usize) -> bool {
    let before = from
        .checked_sub(1)
        .map(|at| &words[at])
        .filter(|_| !words[from].gap.contains('\n') && words[from].is_next());
    let next = words.get(to).filter(|next| next.is_next());
    let is_heading =
        |word: &Word<'_>| word.has_capital() && word.sort == Sort::Word && word.shape != Shape::Initial;
    before.is_some_and(|before| is_heading(before) && !before.opens) || next.is_some_and(is_heading)
}

/// No other word with a capital beside it.
fn stands_alone(words: &[Word<'_>], at: usize) -> bool {
    let is_small = |word: Option<&Word<'_>>| word.is_none_or(|word| !word.has_capital() || !word.is_next());
    is_small(words.get(at + 1)) && at.checked_sub(1).is_none_or(|before| !words[before].has_capital())
}
