//! How well the recognisers do on texts whose identifiers somebody has marked.
//!
//! Strict: the same bounds. Overlap: any character in common. Both ask for the same kind, where telephone and fax, towns
//! and institutions, and all sorts of numbers count as one, because labelled sets do not part them. By character:
//! whatever the kind, how much of what should go is found.
//!
//! Labels that Safe Harbor lets stand are set aside, neither missed nor false: ages under 90, years alone, states and
//! countries, and what is no identifier (a profession).

mod read;

pub use read::{Labelled, LineFault, Span, parse_line};

use crate::finding::{Finding, Kind};
use crate::recognise::recognise;
use crate::tables::{self, EVALUATION_LABELS};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// How many examples of misses and false alarms are kept for each kind.
const EXAMPLES: usize = 50;

/// What a label means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Identifier(Kind),
    /// States and countries, professions: no identifier.
    Told,
}

static LABELS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let known = tables::rows(EVALUATION_LABELS)
        .map(|[label, kind]| (label, Kind::of_name(kind).map_or(Meaning::Told, Meaning::Identifier)));
    let own = Kind::ALL.into_iter().map(|kind| (kind.name(), Meaning::Identifier(kind)));
    known.chain(own).collect()
});

fn meaning(label: &str) -> Option<Meaning> {
    let lower = label.to_lowercase();
    // "B-DATE" and "I-DATE" of word-by-word labelling.
    let lower = lower.strip_prefix("b-").or_else(|| lower.strip_prefix("i-")).unwrap_or(&lower).to_owned();
    let plain: String = lower.chars().filter(|letter| !matches!(letter, ' ' | '_' | '-' | '/')).collect();
    LABELS.get(lower.as_str()).or_else(|| LABELS.get(plain.as_str())).copied()
}

/// Right, wanted and given, and what follows from them.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Score {
    /// Marked spans (or characters).
    pub marked: usize,
    /// Of these, how many were found.
    pub found: usize,
    /// Findings (or characters of them).
    pub given: usize,
    /// Of these, how many are marked.
    pub right: usize,
    /// `found / marked`; 1 where nothing is marked.
    pub recall: f64,
    /// `right / given`; 1 where nothing is given.
    pub precision: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl Score {
    fn settle(&mut self) {
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        self.recall = share(self.found, self.marked);
        self.precision = share(self.right, self.given);
        let sum = self.recall + self.precision;
        self.f1 = if sum > 0.0 { 2.0 * self.recall * self.precision / sum } else { 0.0 };
    }
}

/// One kind's scores.
#[derive(Debug, Clone, Serialize)]
pub struct KindScore {
    /// The kind: of the mark for recall, of the finding for precision.
    pub kind: Kind,
    /// The same bounds.
    pub strict: Score,
    /// Any character in common.
    pub overlap: Score,
}

/// An example of an error. It quotes the text, so it has no `Debug`.
#[derive(Clone, Serialize)]
pub struct Example {
    /// Which text, counted from 1.
    pub note: usize,
    /// Where, in characters.
    pub start: usize,
    /// The words.
    pub text: String,
    /// What it was taken for, or was marked as, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<Kind>,
    /// For a false alarm, the rule that gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
}

/// The whole measurement.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// Texts.
    pub notes: usize,
    /// Their characters.
    pub characters_read: usize,
    /// All kinds together, the same bounds.
    pub strict: Score,
    /// All kinds together, any character in common.
    pub overlap: Score,
    /// Characters (without spaces), whatever the kind.
    pub characters: Score,
    /// Each kind that is marked or was found.
    pub kinds: Vec<KindScore>,
    /// Marks that Safe Harbor lets stand.
    pub set_aside: usize,
    /// Labels that no row of the table knows, with their number; they are set aside too.
    pub unknown_labels: BTreeMap<String, usize>,
    /// Marks that nothing of their kind overlaps.
    pub misses: BTreeMap<Kind, Vec<Example>>,
    /// Findings that overlap no mark of their kind.
    pub false_alarms: BTreeMap<Kind, Vec<Example>>,
}

/// Runs the recognisers over the texts and compares.
pub fn evaluate<'a>(notes: impl IntoIterator<Item = &'a Labelled>) -> Evaluation {
    let mut tally = Tally::default();
    for note in notes {
        tally.add(note, &recognise(&note.text));
    }
    tally.close()
}

/// The counts as they grow.
#[derive(Default)]
pub struct Tally {
    notes: usize,
    characters_read: usize,
    strict: BTreeMap<Kind, Score>,
    overlap: BTreeMap<Kind, Score>,
    characters: Score,
    set_aside: usize,
    unknown_labels: BTreeMap<String, usize>,
    misses: BTreeMap<Kind, Vec<Example>>,
    false_alarms: BTreeMap<Kind, Vec<Example>>,
}

impl Tally {
    /// Counts one text and what was found in it.
    pub fn add(&mut self, note: &Labelled, findings: &[Finding]) {
        let letters: Vec<char> = note.text.chars().collect();
        self.notes += 1;
        self.characters_read += letters.len();
        let (mut marks, mut aside) = (Vec::new(), Vec::new());
        for span in &note.spans {
            let (start, end) = (span.start.min(letters.len()), span.end.min(letters.len()));
            if start >= end {
                continue;
            }
            let text: String = letters[start..end].iter().collect();
            match meaning(&span.label) {
                Some(Meaning::Identifier(kind)) if !may_stand(kind, &text) => {
                    marks.push((start, end, kind, text))
                }
                Some(_) => aside.push((start, end)),
                None => {
                    *self.unknown_labels.entry(span.label.clone()).or_default() += 1;
                    aside.push((start, end));
                }
            }
        }
        self.set_aside += aside.len();
        let is_aside =
            |finding: &Finding| aside.iter().any(|(start, end)| finding.start < *end && *start < finding.end);
        for (start, end, kind, text) in &marks {
            let near = |finding: &&Finding| finding.start < *end && *start < finding.end;
            let same = |finding: &&Finding| finding.kind.family() == kind.family();
            let is_strict =
                findings.iter().filter(same).any(|found| (found.start, found.end) == (*start, *end));
            let is_near = findings.iter().filter(same).any(|found| near(&found));
            count_mark(self.strict.entry(*kind).or_default(), is_strict);
            count_mark(self.overlap.entry(*kind).or_default(), is_near);
            if !is_near {
                let instead = findings.iter().find(near).map(|found| found.kind);
                keep(
                    &mut self.misses,
                    *kind,
                    Example { note: self.notes, start: *start, text: text.clone(), instead, rule: None },
                );
            }
        }
        for found in findings {
            let near =
                |(start, end, _, _): &&(usize, usize, Kind, String)| found.start < *end && *start < found.end;
            let is_marked = marks.iter().any(|mark| near(&mark));
            if !is_marked && is_aside(found) {
                continue;
            }
            let same = |mark: &&(usize, usize, Kind, String)| mark.2.family() == found.kind.family();
            let is_strict =
                marks.iter().filter(same).any(|mark| (mark.0, mark.1) == (found.start, found.end));
            let is_near = marks.iter().filter(same).any(|mark| near(&mark));
            count_finding(self.strict.entry(found.kind).or_default(), is_strict);
            count_finding(self.overlap.entry(found.kind).or_default(), is_near);
            if !is_near {
                let text = letters[found.start..found.end].iter().collect();
                let instead = marks.iter().find(near).map(|mark| mark.2);
                let example =
                    Example { note: self.notes, start: found.start, text, instead, rule: Some(found.rule) };
                keep(&mut self.false_alarms, found.kind, example);
            }
        }
        self.add_characters(&letters, &marks, &aside, findings);
    }

    fn add_characters(
        &mut self,
        letters: &[char],
        marks: &[(usize, usize, Kind, String)],
        aside: &[(usize, usize)],
        findings: &[Finding],
    ) {
        let mut cover = vec![(false, false, false); letters.len()];
        marks.iter().for_each(|mark| cover[mark.0..mark.1].iter_mut().for_each(|cell| cell.0 = true));
        findings
            .iter()
            .for_each(|found| cover[found.start..found.end].iter_mut().for_each(|cell| cell.1 = true));
        aside.iter().for_each(|span| cover[span.0..span.1].iter_mut().for_each(|cell| cell.2 = true));
        for (letter, (is_marked, is_found, is_aside)) in letters.iter().zip(cover) {
            if letter.is_whitespace() || is_aside && !is_marked {
                continue;
            }
            self.characters.marked += usize::from(is_marked);
            self.characters.given += usize::from(is_found);
            self.characters.found += usize::from(is_marked && is_found);
            self.characters.right += usize::from(is_marked && is_found);
        }
    }

    /// The measurement.
    pub fn close(mut self) -> Evaluation {
        self.characters.settle();
        let kinds = Kind::ALL.into_iter().filter(|kind| self.strict.contains_key(kind));
        let kinds: Vec<KindScore> = kinds
            .map(|kind| {
                let take = |scores: &BTreeMap<Kind, Score>| {
                    let mut score = scores.get(&kind).copied().unwrap_or_default();
                    score.settle();
                    score
                };
                KindScore { kind, strict: take(&self.strict), overlap: take(&self.overlap) }
            })
            .collect();
        Evaluation {
            notes: self.notes,
            characters_read: self.characters_read,
            strict: sum(self.strict.values()),
            overlap: sum(self.overlap.values()),
            characters: self.characters,
            kinds,
            set_aside: self.set_aside,
            unknown_labels: self.unknown_labels,
            misses: self.misses,
            false_alarms: self.false_alarms,
        }
    }
}

/// What Safe Harbor lets stand: a year alone, an age under 90.
fn may_stand(kind: Kind, text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match kind {
        Kind::Age => {
            let is_old = digits.parse::<u32>().is_ok_and(|age| age > 89);
            let lower = text.to_lowercase();
            !is_old && !lower.contains("ninet") && !lower.contains("hundred")
        }
        Kind::Date => {
            let plain = text.trim_matches(|letter: char| !letter.is_alphanumeric());
            let year = plain.strip_suffix('s').unwrap_or(plain);
            digits.len() == 4 && year.trim_end_matches('\'') == digits
        }
        _ => false,
    }
}

fn sum<'a>(scores: impl Iterator<Item = &'a Score>) -> Score {
    let mut sum = Score::default();
    for score in scores {
        sum.marked += score.marked;
        sum.found += score.found;
        sum.given += score.given;
        sum.right += score.right;
    }
    sum.settle();
    sum
}

fn count_mark(score: &mut Score, is_found: bool) {
    score.marked += 1;
    score.found += usize::from(is_found);
}

fn count_finding(score: &mut Score, is_right: bool) {
    score.given += 1;
    score.right += usize::from(is_right);
}

fn keep(list: &mut BTreeMap<Kind, Vec<Example>>, kind: Kind, example: Example) {
    let examples = list.entry(kind).or_default();
    if examples.len() < EXAMPLES {
        examples.push(example);
    }
}

#[cfg(test)]
mod tests;
