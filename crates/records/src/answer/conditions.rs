//! Conditions: which are recorded, whether one is, since when.

use super::{Ask, Claim, Draft};
use crate::facts::{Fact, Kind, Standing};
use crate::question::{Cue, Intent};

pub(super) fn answer(ask: &Ask<'_>) -> Option<Draft> {
    if ask.plan.concepts.is_empty() && ask.plan.own.is_empty() {
        return Some(all(ask));
    }
    let named: Vec<usize> = ask.named(Kind::Condition);
    let within: Vec<usize> = named.iter().copied().filter(|at| ask.in_time(ask.fact(*at))).collect();
    if within.is_empty() {
        return Some(absent(ask, &named));
    }
    Some(match ask.plan.intent {
        Intent::When | Intent::First => began(ask, &within),
        Intent::Count => count(ask, &within),
        _ => Draft::structured(ask.newest_of_each(&within).iter().map(|at| told(ask, *at)).collect()),
    })
}

fn all(ask: &Ask<'_>) -> Draft {
    let held: Vec<usize> = ask.record.of_kind(Kind::Condition).map(|(at, _)| at).collect();
    let of = |standing: Standing| {
        let held: Vec<usize> = held
            .iter()
            .copied()
            .filter(|at| ask.fact(*at).standing == standing && ask.in_time(ask.fact(*at)))
            .collect();
        ask.newest_of_each(&held)
    };
    let (active, doubtful, past) = (of(Standing::Current), of(Standing::Unconfirmed), of(Standing::Past));
    let asks_past = ask.plan.asks(Cue::Past);
    let asks_active = ask.plan.asks(Cue::Active) && !asks_past;
    let most_past = if asks_past { usize::MAX } else { 5 };
    let active = if asks_past { Vec::new() } else { active };
    let doubtful = if asks_past || asks_active { Vec::new() } else { doubtful };
    let past = if asks_active { Vec::new() } else { past };
    let mut claims = Vec::new();
    if !active.is_empty() {
        let text = match active.len() {
            1 => format!("Your record lists 1 active condition{}:", ask.time_said()),
            many => format!("Your record lists {many} active conditions{}:", ask.time_said()),
        };
        claims.push(Claim::about(ask.record, text, &active).given(&ask.time_said()).counting(&active));
    }
    claims.extend(active.iter().map(|at| listed(ask, *at)));
    claims.extend(doubtful.iter().map(|at| told(ask, *at)));
    claims.extend(past.iter().take(most_past).map(|at| told(ask, *at)));
    if claims.is_empty() {
        return Draft::absent(
            format!(
                "I can't find {}conditions{} in your record.",
                if asks_past { "past " } else { "" },
                ask.time_said()
            ),
            Vec::new(),
        );
    }
    Draft::structured(claims)
}

fn listed(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    Claim::about(ask.record, format!("{}{}.", fact.named(), since(fact)), &[at])
}

fn told(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let name = fact.named();
    let text = match fact.standing {
        Standing::Current => format!("Your record lists {name} as active{}.", since(fact)),
        Standing::Past => {
            let until = fact.end.as_ref().map(|end| format!(", until {}", end.shown())).unwrap_or_default();
            format!("Your record lists {name} as past{}{until}.", since(fact))
        }
        Standing::Unconfirmed => format!("Your record lists {name} as not confirmed{}.", since(fact)),
        Standing::Refuted => format!("Your record says that {name} was refuted: it is not so."),
        Standing::Planned => format!("Your record lists {name}{}.", since(fact)),
    };
    Claim::about(ask.record, text, &[at])
}

fn since(fact: &Fact) -> String {
    fact.date.as_ref().map(|date| format!(", since {}", date.shown())).unwrap_or_default()
}

fn began(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let first = named.iter().copied().find(|at| ask.is_real(*at) && ask.fact(*at).date.is_some());
    let Some(first) = first else {
        return Draft::structured(named.iter().map(|at| told(ask, *at)).collect());
    };
    let fact = ask.fact(first);
    let date = fact.date.as_ref().map(|date| date.shown()).unwrap_or_default();
    let text = format!("The first entry of {} in your record is of {date}.", fact.named());
    let mut claims = vec![Claim::about(ask.record, text, &[first])];
    if let Some(last) = named.last().copied().filter(|last| *last != first && ask.is_real(*last)) {
        claims.push(told(ask, last));
    }
    Draft::structured(claims)
}

fn count(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let subject = ask.plan.subject().unwrap_or_default();
    let entries = if named.len() == 1 { "entry" } else { "entries" };
    let text = format!("Your record holds {} {entries} for {subject}{}.", named.len(), ask.time_said());
    Draft::structured(vec![Claim::about(ask.record, text, named).given(&ask.time_said()).counting(named)])
}

fn absent(ask: &Ask<'_>, outside: &[usize]) -> Draft {
    let subject = ask.plan.subject().unwrap_or_else(|| "that".to_owned());
    let text = format!(
        "I can't find {subject}{} among the conditions in your record. That is not the same as not having it.",
        ask.time_said()
    );
    let nearby: Vec<Claim> = outside.last().map(|at| told(ask, *at)).into_iter().collect();
    Draft::absent(text, nearby)
}
