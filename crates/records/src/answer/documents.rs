//! Documents: which there are, and what one of them says.

use super::{Ask, Claim, Draft, quoted};
use crate::facts::Kind;
use crate::question::Cue;
use crate::record::Source;

/// What the documents with a word of the question in their title say of its other words, or how they begin.
/// `None` where the question is not about what one says.
pub(super) fn answer(ask: &Ask<'_>) -> Option<Draft> {
    if !ask.plan.asks(Cue::Open) || ask.plan.own.is_empty() {
        return None;
    }
    let held = |at: usize| ask.plan.own.iter().filter(|word| ask.fact(at).stems.contains(word)).count();
    let titled: Vec<usize> = ask
        .record
        .of_kind(Kind::Document)
        .map(|(at, _)| at)
        .filter(|at| held(*at) > 0 && ask.in_time(ask.fact(*at)))
        .collect();
    let most = titled.iter().map(|at| held(*at)).max()?;
    let newest = titled.into_iter().rev().find(|at| held(*at) == most)?;
    let fact = ask.fact(newest);
    let rest: Vec<&String> = ask.plan.own.iter().filter(|word| !fact.stems.contains(word)).collect();
    let passages = ask.record.passages.iter().enumerate().filter(|(_, passage)| {
        ask.record
            .documents
            .get(passage.document)
            .is_some_and(|document| document.source.id == fact.source.id)
    });
    const MOST: usize = 4;
    let found: Vec<Source> = passages
        .map(|(at, _)| Source::Passage(at))
        .filter(|source| {
            let stems = ask.record.stems(*source);
            if rest.is_empty() { stems.len() >= MOST } else { rest.iter().all(|word| stems.contains(word)) }
        })
        .take(MOST)
        .collect();
    if found.is_empty() {
        return None;
    }
    let begin = if rest.is_empty() { "This is how it begins" } else { "It says" };
    let mut claims =
        vec![Claim::about(ask.record, fact.text.clone(), &[newest]), Claim::of_absence(format!("{begin}:"))];
    claims.extend(found.iter().map(|source| quoted::quote(ask, *source)));
    Some(Draft { kind: super::Kind::Quoted, claims, series: None })
}
