//! Relatives: what the record says of the one who is asked about, never of another in their place.

use super::{Ask, Claim, Draft};
use crate::concepts::concepts;
use crate::facts::{Fact, Kind};
use crate::question::{Cue, Intent};

pub(super) fn answer(ask: &Ask<'_>) -> Draft {
    let of: Vec<usize> = ask
        .record
        .of_kind(Kind::Family)
        .filter(|(at, fact)| ask.is_real(*at) && is_of_relation(ask, fact))
        .map(|(at, _)| at)
        .collect();
    let who = ask.plan.relation.map_or("family", |relation| relation.name.as_str());
    if of.is_empty() {
        return Draft::absent(format!("I can't find an entry about your {who} in your record."), Vec::new());
    }
    let is_named = !ask.plan.concepts.is_empty() || !ask.plan.own.is_empty();
    let named: Vec<usize> = of.iter().copied().filter(|at| says(ask, ask.fact(*at))).collect();
    if !is_named || (named.is_empty() && asks_openly(ask)) {
        return told(ask, &of);
    }
    if named.is_empty() {
        let subject = ask.plan.subject().unwrap_or_else(|| "that".to_owned());
        let text = format!(
            "I can't find {subject} in what your record says of your {who}. That is not the same as there being none."
        );
        let nearby = if ask.plan.relation.is_some() { listed(ask, &of) } else { Vec::new() };
        return Draft::absent(text, nearby);
    }
    told(ask, &named)
}

/// "What did my grandmother die of" asks for all that is known of her.
fn asks_openly(ask: &Ask<'_>) -> bool {
    ask.plan.concepts.is_empty() && ask.plan.relation.is_some() && ask.plan.asks(Cue::Open)
}

fn is_of_relation(ask: &Ask<'_>, fact: &Fact) -> bool {
    ask.plan.relation.is_none_or(|relation| {
        let codes = fact.codes.iter().map(|code| code.code.as_str());
        relation.is_of(codes, fact.who.as_deref().unwrap_or_default())
    })
}

fn says(ask: &Ask<'_>, fact: &Fact) -> bool {
    if ask.plan.concepts.is_empty() {
        return ask.is_named(fact);
    }
    ask.plan.concepts.iter().any(|concept| concept.covers_named(concepts(), &[], &fact.stems))
}

fn told(ask: &Ask<'_>, found: &[usize]) -> Draft {
    let mut claims = Vec::new();
    if ask.plan.intent == Intent::Count {
        let noun = if found.len() == 1 { "family entry" } else { "family entries" };
        let text = format!("Your record holds {} {noun} about this:", found.len());
        claims.push(Claim::about(ask.record, text, found).counting(found));
    }
    claims.extend(listed(ask, found));
    Draft::structured(claims)
}

fn listed(ask: &Ask<'_>, found: &[usize]) -> Vec<Claim> {
    found.iter().map(|at| Claim::about(ask.record, ask.fact(*at).text.clone(), &[*at])).collect()
}
