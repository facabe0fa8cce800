//! Names by what stands beside them.

use super::cues::{self, Cue};
use super::words::{Shape, Sort, Word};
use super::{Name, is_eponymous, is_particle, run};
use crate::pattern::rule;
use crate::recognise::after;
use crate::tables::words as lists;

rule!(
    AGE_AFTER,
    r"(?i)^,? (?:is |was |, )?(?:an? )?(?:very )?(?:[a-z]+,? ){0,3}?\d{1,3}[- ]?(?:years?|yrs?|y/?o|y\.o|months?|weeks?|days?|[mf]\b)"
);
rule!(
    RECORD_AFTER,
    r"(?i)^,? ?\(?(?:\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{4}-\d{2}-\d{2}|(?:\d{1,2} )?(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,4}|mrn|dob|d\.o\.b|date of birth|ssn|id|aged?|born|patient id|medical record)\b"
);

/// Words that follow a title without being a name: "Dr. will see".
const NEVER_AFTER_TITLE: [&str; 34] = [
    "will",
    "is",
    "was",
    "has",
    "had",
    "to",
    "in",
    "on",
    "at",
    "and",
    "or",
    "for",
    "of",
    "the",
    "a",
    "an",
    "who",
    "office",
    "appointment",
    "appt",
    "visit",
    "note",
    "notes",
    "name",
    "order",
    "orders",
    "if",
    "as",
    "please",
    "with",
    "from",
    "that",
    "this",
    "may",
];

pub(super) fn find(text: &str, words: &[Word<'_>], names: &mut Vec<Name>) {
    for at in 0..words.len() {
        if words[at].is_taken {
            continue;
        }
        after_title(words, at, names);
        after_phrase(text, words, at, names);
        before_credential(text, words, at, names);
        before_act(text, words, at, names);
    }
}

/// "Dr. Amelia Stone", "mr. smith".
fn after_title(words: &[Word<'_>], at: usize, names: &mut Vec<Name>) {
    let Some(first) = words.get(at + 1) else { return };
    let title = &words[at];
    let is_spoken = matches!(
        title.folded.as_str(),
        "father"
            | "sister"
            | "nurse"
            | "sir"
            | "judge"
            | "officer"
            | "miss"
            | "col"
            | "hon"
            | "lt"
            | "fr"
            | "sr"
            | "captain"
            | "sgt"
            | "capt"
    );
    let joined = matches!(first.gap, " " | ". " | "." | ".  " | "  ");
    if !cues::is(&title.folded, Cue::Title)
        || !joined
        || first.is_taken
        || is_spoken
            && (title.shape == Shape::Small || first.gap.starts_with('.') && title.folded.len() > 4)
            && !(first.has_capital() && first.sort.is_nameable() && first.gap == " ")
    {
        return;
    }
    // "the office of the doctor. Anna": a sentence ended.
    if first.gap.starts_with('.') && title.folded.len() > 4
        || title.folded == "ms" && title.shape == Shape::Shouted
    {
        return;
    }
    if is_spoken && !first.sort.is_nameable() {
        return;
    }
    let takes_first = first.has_capital()
        && !NEVER_AFTER_TITLE.contains(&first.folded.as_str())
        && !lists().is_never_a_name(&first.folded);
    let mut to = run(words, at + 1, takes_first);
    let small = first.shape == Shape::Small
        && first.folded.len() > 2
        && !NEVER_AFTER_TITLE.contains(&first.folded.as_str())
        && title.folded.len() <= 4;
    if to == at + 1
        && small
        && !is_eponymous(words, at + 1)
        && (first.sort == Sort::Surname
            || first.sort == Sort::Given
            || first.sort == Sort::SurnameOrWord
            || first.sort == Sort::Unknown && !first.opens)
    {
        to = at + 2;
        let second = words
            .get(to)
            .filter(|second| second.is_next() && matches!(second.sort, Sort::Surname | Sort::Given));
        to += usize::from(second.is_some());
    }
    if to > at + 1 {
        names.push(Name { from: at + 1, to, confidence: 96, rule: "name after a title" });
        // "Drs. Patel and Osei"
        if let (Some(and), Some(next)) = (words.get(to), words.get(to + 1))
            && matches!(and.folded.as_str(), "and" | "or")
            && next.has_capital()
            && next.sort.is_nameable()
        {
            let end = run(words, to + 1, false);
            if end > to + 1 {
                names.push(Name { from: to + 1, to: end, confidence: 84, rule: "name after a title" });
            }
        }
    }
}

/// The cue that ends with the word at `at`, if it is of this sort; the longest first.
fn ends_cue(words: &[Word<'_>], at: usize, cue: Cue) -> Option<usize> {
    for length in (1..=cues::longest().min(at + 1)).rev() {
        let from = at + 1 - length;
        let joined =
            words[from + 1..=at].iter().all(|word| matches!(word.gap, " " | "/" | "-" | "." | ". " | "'"));
        if !joined {
            continue;
        }
        let phrase: Vec<&str> = words[from..=at].iter().map(|word| word.folded.as_str()).collect();
        if cues::is(&phrase.join(" "), cue) {
            return Some(from);
        }
    }
    None
}

fn after_phrase(text: &str, words: &[Word<'_>], at: usize, names: &mut Vec<Name>) {
    let Some(first) = words.get(at + 1) else { return };
    let gap = first.gap.trim_matches([' ', '\t', '\u{a0}']);
    let mut add = |from: usize, to: usize, confidence, rule| {
        if to > from {
            names.push(Name { from, to, confidence, rule });
        }
    };
    let is_colon = matches!(gap, ":" | "=" | "#:" | ":-" | "(s):" | "s:") && !first.gap.contains('\n');
    if is_colon && ends_cue(words, at, Cue::Label).is_some() {
        let to = labelled(text, words, at + 1);
        add(at + 1, to, 95, "name after a label");
        return;
    }
    let is_next = first.is_next();
    if is_next && first.has_capital() && ends_cue(words, at, Cue::By).is_some() && !first.is_taken {
        // "by" and "patient" alone are weak: a list must know the word, or two words must follow.
        let is_weak = matches!(
            words[at].folded.as_str(),
            "by" | "see"
                | "saw"
                | "per"
                | "patient"
                | "pt"
                | "asked"
                | "told"
                | "called"
                | "thank"
                | "paged"
                | "informed"
                | "consulted"
                | "contacted"
                | "notified"
        );
        // "discussed with Wolf-Dieter Palmgren": a word, but beside a name.
        let second = words.get(at + 2).filter(|next| next.is_next() && next.has_capital());
        let takes_first = !is_weak
            && second.is_some_and(|next| matches!(next.sort, Sort::Given | Sort::Surname | Sort::Unknown))
            && !lists().is_never_a_name(&first.folded)
            && !cues::is_title(&first.folded);
        let to = run(words, at + 1, takes_first);
        let is_enough = matches!(first.sort, Sort::Given | Sort::Surname | Sort::GivenOrWord)
            || to > at + 2
            || !is_weak && first.sort == Sort::Unknown
            || first.sort == Sort::SurnameOrWord && !is_weak;
        if is_enough && is_person(words, at + 1, to) {
            add(at + 1, to, 86, "name after a phrase");
            return;
        }
    }
    let relation_gap = matches!(gap, "" | "," | "(" | ", ") && !first.gap.contains('\n');
    if relation_gap
        && first.has_capital()
        && !first.is_taken
        && cues::is(&words[at].folded, Cue::Relation)
        && words[at].shape != Shape::Shouted
    {
        let to = run(words, at + 1, false);
        let is_sure = matches!(first.sort, Sort::Given | Sort::Surname | Sort::Unknown)
            || first.sort != Sort::Word && to > at + 2
            || gap.is_empty() && first.sort == Sort::GivenOrWord;
        if is_sure && is_person(words, at + 1, to) {
            add(at + 1, to, 85, "name after a relation");
            also(words, to, names);
            return;
        }
    }
    if (is_next || matches!(gap, ":" | "\"" | "“"))
        && first.has_capital()
        && ends_cue(words, at, Cue::Called).is_some()
    {
        let to = run(words, at + 1, first.sort != Sort::Word);
        add(at + 1, to, 88, "name after ‘called’");
        also(words, to, names);
        return;
    }
    let is_greeting_gap = matches!(gap, "" | "," | ",\n" | ",\n\n" | "\n" | "!")
        || gap.trim_matches(['\n', '\r', ',', ' ']).is_empty() && first.gap.contains('\n');
    if is_greeting_gap
        && first.has_capital()
        && ends_cue(words, at, Cue::Greeting).is_some()
        && words[at].has_capital()
    {
        let to = run(words, at + 1, false);
        let is_enough = first.sort != Sort::Word && (first.sort != Sort::Initial || to > at + 2);
        if is_enough {
            add(at + 1, to, 88, "name in a greeting");
        }
    }
}

/// "… and Tom, Dick, and Harry" after a name that a relation gave.
fn also(words: &[Word<'_>], mut at: usize, names: &mut Vec<Name>) {
    for _ in 0..6 {
        let Some(next) = words.get(at) else { return };
        let from = if matches!(next.folded.as_str(), "and" | "or") { at + 1 } else { at };
        let Some(first) = words.get(from) else { return };
        let is_joined = from > at && first.is_next() || first.gap == ", ";
        if !is_joined
            || !first.has_capital()
            || !first.sort.is_nameable()
            || first.is_taken
            || first.sort == Sort::SurnameOrWord
        {
            return;
        }
        let to = run(words, from, false);
        if to == from {
            return;
        }
        names.push(Name { from, to, confidence: 82, rule: "name in a list of names" });
        at = to;
    }
}

/// The name after a colon: "SMITH, JOHN A.", "Dr. Anna Berg", "Rose Hill".
fn labelled(text: &str, words: &[Word<'_>], from: usize) -> usize {
    let first = &words[from];
    if first.is_taken || cues::is_title(&first.folded) {
        return from;
    }
    let is_small_name = first.shape == Shape::Small && matches!(first.sort, Sort::Given | Sort::Surname);
    if !first.has_capital() && !is_small_name && !is_particle(first) {
        return from;
    }
    let mut to = run(words, from, true);
    if is_small_name {
        to = from + 1;
        while words.get(to).is_some_and(|word| word.is_next() && word.sort != Sort::Word && to - from < 3) {
            to += 1;
        }
    }
    // Last, First Middle
    if let Some(next) = words.get(to)
        && to - from <= 2
        && matches!(next.gap, ", " | ",")
        && next.has_capital()
        && next.sort != Sort::Word
        && !(next.sort == Sort::Initial && next.folded == "m")
        && !cues::is(&next.folded, Cue::Credential)
    {
        let end = run(words, to, false);
        to = end.max(to);
    }
    let is_named = words[from..to].iter().any(|word| !matches!(word.sort, Sort::Word | Sort::Initial));
    let opens_line = words.get(to).is_none_or(|next| {
        next.gap.contains(['\n', '\t', ',', ';', '|', '(', ')'])
            || next.gap.contains("  ")
            || next.gap.contains('.')
            || next.gap.bytes().any(|b| b.is_ascii_digit())
    });
    let is_lone_word = to - from == 1
        && matches!(first.sort, Sort::SurnameOrWord | Sort::GivenOrWord | Sort::Unknown | Sort::Word);
    if !is_named || is_lone_word && (!opens_line || first.sort == Sort::Word) || is_measured(text, words, to)
    {
        return from;
    }
    to
}

/// "Anna Berg, MD": the words before a credential.
fn before_credential(text: &str, words: &[Word<'_>], at: usize, names: &mut Vec<Name>) {
    let word = &words[at];
    let is_credential = word.has_capital()
        && (word.shape == Shape::Shouted
            || word.text.contains(char::is_lowercase)
            || word.shape == Shape::Initial);
    if at == 0 || !is_credential || !matches!(word.gap, ", " | " " | "," | " ,") {
        return;
    }
    // "M.D." comes as two initials.
    let (end, phrase) =
        match words.get(at + 1).filter(|next| word.shape == Shape::Initial && next.gap.is_empty()) {
            Some(next) => (at + 1, format!("{}.{}", word.folded, next.folded)),
            None => (at, word.folded.clone()),
        };
    let written = text[word.start..words[end].end].trim_end_matches('.').to_ascii_lowercase();
    let phrase = if written.contains('.') { written } else { phrase };
    let is_short_word =
        matches!(phrase.as_str(), "do" | "pa" | "pt" | "rd" | "np" | "esq") && !word.gap.starts_with(',');
    if !cues::is(&phrase, Cue::Credential)
        || is_short_word
        || word.shape == Shape::Capital
            && !matches!(word.text, "PhD" | "Ph" | "PharmD" | "PsyD" | "Esq" | "RPh")
    {
        return;
    }
    let mut from = at;
    while from > 0 && at - from < 4 {
        let before = &words[from - 1];
        let is_last = from == at;
        let is_joined = is_last
            || words[from].is_next()
            || before.shape == Shape::Initial && matches!(words[from].gap, "" | " ");
        if !is_joined
            || before.is_taken
            || !(before.has_capital()
                && (before.sort.is_nameable()
                    || is_last
                        && from > 1
                        && words[from - 2].sort.is_nameable()
                        && words[from - 2].has_capital())
                || is_particle(before) && !is_last)
        {
            break;
        }
        from -= 1;
    }
    while from < at && is_particle(&words[from]) && from > 0 {
        from += 1;
    }
    let has_name = words[from..at].iter().any(|word| word.sort != Sort::Initial);
    if from < at && has_name {
        names.push(Name { from, to: at, confidence: 92, rule: "name before a credential" });
    }
}

/// "Kwabena Osei-Tutu denies chest pain", "Okonkwo, a 45-year-old", "Tanaka (MRN 12)".
fn before_act(text: &str, words: &[Word<'_>], at: usize, names: &mut Vec<Name>) {
    let last = &words[at];
    if !last.has_capital()
        || !last.sort.is_nameable()
        || last.shape == Shape::Initial
        || is_eponymous(words, at)
    {
        return;
    }
    let head = after(text, last.end, 60);
    let is_aged = AGE_AFTER.is_match(head);
    let is_recorded = RECORD_AFTER.is_match(head);
    let is_relative =
        last.is_possessive && words.get(at + 1).is_some_and(|next| cues::is(&next.folded, Cue::Relation));
    if !is_aged && !is_recorded && !is_relative && !acts(words, at + 1) {
        return;
    }
    let mut from = at;
    while from > 0 && at - from < 3 {
        let before = &words[from - 1];
        let is_joined =
            words[from].is_next() || before.shape == Shape::Initial && matches!(words[from].gap, "" | " ");
        if !is_joined || before.is_taken || !before.has_capital() || !before.sort.is_nameable() {
            break;
        }
        from -= 1;
    }
    let is_alone = from == at;
    let is_strong = is_aged || is_recorded;
    let is_enough = match last.sort {
        Sort::Given | Sort::Surname => true,
        Sort::Unknown => last.shape == Shape::Capital || is_strong,
        Sort::GivenOrWord => is_strong || !last.opens,
        Sort::SurnameOrWord => !last.opens && is_strong || !is_alone,
        _ => false,
    };
    if is_enough && (!is_alone || last.shape != Shape::Shouted || is_strong) {
        names.push(Name { from, to: at + 1, confidence: 83, rule: "name before what a person does" });
    }
}

/// Do the words from `at` say what a person does?
fn acts(words: &[Word<'_>], at: usize) -> bool {
    let Some(first) = words.get(at).filter(|word| word.is_next() && word.shape == Shape::Small) else {
        return false;
    };
    let at = if matches!(
        first.folded.as_str(),
        "also" | "then" | "now" | "currently" | "further" | "reportedly"
    ) {
        at + 1
    } else {
        at
    };
    (1..=cues::longest()).any(|length| {
        let Some(found) = words.get(at..at + length) else { return false };
        let phrase: Vec<&str> = found.iter().map(|word| word.folded.as_str()).collect();
        cues::is(&phrase.join(" "), Cue::Act)
    })
}

/// Is it somebody, rather than a department or a medicine?
fn is_person(words: &[Word<'_>], from: usize, to: usize) -> bool {
    to > from && words[from..to].iter().any(|word| !matches!(word.sort, Sort::Initial | Sort::Word))
}

/// A dose follows: what stands before it is a medicine.
pub(super) fn is_measured(text: &str, words: &[Word<'_>], to: usize) -> bool {
    rule!(
        DOSE,
        r"(?i)^ ?\(?\d+(?:[.,]\d+)? ?(?:mg|mcg|µg|g\b|ml|units?|iu|%|meq|mmol|tab|cap|puffs?|drops?|gtt|patch|/)"
    );
    to > 0 && words.get(to - 1).is_some_and(|word| DOSE.is_match(after(text, word.end, 24)))
}
