//! Which facts a question is about.

use super::Ask;
use crate::concepts::concepts;
use crate::facts::{Fact, Kind, Standing};
use crate::question::procedures::names_of;
use crate::question::{Cue, Plan};
use crate::words::{contains_phrase, is_everyday, is_slip, stem, tokens, tolerance};

impl Ask<'_> {
    /// The facts of a kind that the question names, oldest first. All of them where it names nothing.
    pub(crate) fn named(&self, kind: Kind) -> Vec<usize> {
        self.record.of_kind(kind).filter(|(_, fact)| self.is_named(fact)).map(|(at, _)| at).collect()
    }

    pub(crate) fn is_named(&self, fact: &Fact) -> bool {
        if !self.plan.concepts.is_empty() {
            return self.plan.concepts.iter().any(|concept| concept.covers(concepts(), fact));
        }
        self.plan.own.iter().all(|word| {
            says(&fact.stems, word) || names_of(word).iter().any(|name| contains_phrase(&fact.stems, name))
        })
    }

    /// Whether the fact happened, or held, in the time the question speaks of. What begins and ends (a medicine,
    /// a condition, a stay) holds from its start to its end; without an end it holds on as long as it is current.
    pub(crate) fn in_time(&self, fact: &Fact) -> bool {
        let Some(span) = &self.plan.span else { return true };
        let Some(date) = &fact.date else { return false };
        let lasts = matches!(
            fact.kind,
            Kind::Medicine
                | Kind::Condition
                | Kind::Allergy
                | Kind::Coverage
                | Kind::Encounter
                | Kind::Procedure
        );
        if !lasts || self.plan.asks(Cue::Began) {
            return span.meets(date.first, Some(date.last));
        }
        let holds_on = fact.standing == Standing::Current
            && matches!(fact.kind, Kind::Medicine | Kind::Condition | Kind::Allergy | Kind::Coverage);
        match &fact.end {
            Some(end) => span.meets(date.first, Some(end.last.max(date.last))),
            None if holds_on => span.meets(date.first, None),
            None => span.meets(date.first, Some(date.last)),
        }
    }

    pub(crate) fn fact(&self, at: usize) -> &Fact {
        &self.record.facts[at]
    }

    /// " in 2019", or nothing.
    pub(crate) fn time_said(&self) -> String {
        self.plan.span.as_ref().map(|span| format!(" {}", span.label)).unwrap_or_default()
    }

    /// Happened or holds; not planned, not refuted.
    pub(crate) fn is_real(&self, at: usize) -> bool {
        !matches!(self.fact(at).standing, Standing::Planned | Standing::Refuted)
    }

    /// The newest of each title, newest first.
    pub(crate) fn newest_of_each(&self, facts: &[usize]) -> Vec<usize> {
        let mut seen = Vec::new();
        let mut newest = Vec::new();
        for &at in facts.iter().rev() {
            let title = self.fact(at).recorded.to_lowercase();
            if !seen.contains(&title) {
                seen.push(title);
                newest.push(at);
            }
        }
        newest
    }
}

/// Whether one of the stems is the word, slips of spelling forgiven.
fn says(stems: &[String], word: &str) -> bool {
    stems.iter().any(|stem| stem == word)
        || (!is_everyday(word) && stems.iter().any(|stem| tolerance(word) > 0 && is_slip(word, stem)))
}

impl Plan {
    /// What the question is about, in words: the concept's label, else the question's own words.
    pub(crate) fn subject(&self) -> Option<String> {
        if !self.concepts.is_empty() {
            let labels: Vec<String> = self.concepts.iter().map(|concept| concept.label.to_owned()).collect();
            return Some(crate::facts::said::list(&labels));
        }
        if self.own.is_empty() {
            return None;
        }
        let own: Vec<&str> = self
            .content
            .iter()
            .filter(|word| tokens(word).iter().any(|token| self.own.contains(&stem(token))))
            .map(String::as_str)
            .collect();
        Some(format!("\u{201c}{}\u{201d}", own.join(" ")))
    }
}
