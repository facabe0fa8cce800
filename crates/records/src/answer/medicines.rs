//! Medicines: which are taken, whether one is, since when.

use super::{Ask, Claim, Draft};
use crate::concepts::{Concept, Domain, concepts};
use crate::facts::{Fact, Kind, Standing};
use crate::question::{Cue, Intent};

pub(super) fn answer(ask: &Ask<'_>) -> Option<Draft> {
    let everywhen = ask.named(Kind::Medicine);
    let is_named = !ask.plan.concepts.is_empty() || !ask.plan.own.is_empty();
    let named: Vec<usize> = everywhen.iter().copied().filter(|at| ask.in_time(ask.fact(*at))).collect();
    if is_named && named.is_empty() && !everywhen.is_empty() && ask.plan.span.is_some() {
        return Some(not_in_time(ask, &everywhen));
    }
    if !is_named || (named.is_empty() && ask.plan.intent == Intent::List) {
        return Some(current(ask));
    }
    if named.is_empty() {
        return Some(absent(ask));
    }
    if ask.plan.asks(Cue::Dosage) || ask.plan.asks(Cue::Prescriber) {
        return Some(in_detail(ask, &named));
    }
    if ask.plan.asks(Cue::Stop) && ask.plan.intent == Intent::When {
        return Some(stopped(ask, &named));
    }
    Some(match ask.plan.intent {
        Intent::Count => count(ask, &named),
        Intent::First => prescribed(ask, "first", named.first().copied()),
        Intent::Latest => prescribed(ask, "last", named.last().copied()),
        Intent::When if ask.plan.asks(Cue::Latest) => prescribed(ask, "last", named.last().copied()),
        Intent::When => from_first_to_last(ask, &named),
        _ => whether(ask, &named),
    })
}

fn current(ask: &Ask<'_>) -> Draft {
    let all: Vec<usize> = ask.record.of_kind(Kind::Medicine).map(|(at, _)| at).collect();
    if ask.plan.asks(Cue::Past) {
        return ended(ask, &all);
    }
    if ask.plan.span.is_some() {
        return in_time(ask, &all);
    }
    let active: Vec<usize> = all.iter().copied().filter(|at| is_current(ask, *at)).collect();
    let newest = ask.newest_of_each(&active);
    if newest.is_empty() {
        let past = ask.newest_of_each(&all);
        let nearby = past.iter().take(3).map(|at| listed(ask, *at)).collect();
        return Draft::absent("I can't find a medicine marked as active in your record.".to_owned(), nearby);
    }
    let text = match newest.len() {
        1 => "Your record lists 1 active medicine:".to_owned(),
        many => format!("Your record lists {many} active medicines:"),
    };
    let mut claims = vec![Claim::about(ask.record, text, &newest).counting(&newest)];
    claims.extend(newest.iter().map(|at| listed(ask, *at)));
    Draft::structured(claims)
}

/// Medicines that are no longer taken: stopped, completed, or run out; none that is active under the same name.
fn ended(ask: &Ask<'_>, all: &[usize]) -> Draft {
    let title = |at: usize| ask.fact(at).recorded.to_lowercase();
    let active: Vec<String> = all.iter().copied().filter(|at| is_current(ask, *at)).map(title).collect();
    let over: Vec<usize> = all
        .iter()
        .copied()
        .filter(|at| matches!(ask.fact(*at).standing, Standing::Past | Standing::Current))
        .filter(|at| !active.contains(&title(*at)) && ask.in_time(ask.fact(*at)))
        .collect();
    let newest = ask.newest_of_each(&over);
    if newest.is_empty() {
        let text = format!("I can't find a medicine that has ended{} in your record.", ask.time_said());
        return Draft::absent(text, Vec::new());
    }
    let text = match newest.len() {
        1 => "Your record lists 1 medicine as ended:".to_owned(),
        many => format!("Your record lists {many} medicines as ended:"),
    };
    let mut claims = vec![Claim::about(ask.record, text, &newest).counting(&newest)];
    claims.extend(newest.iter().map(|at| listed(ask, *at)));
    Draft::structured(claims)
}

/// The dosage and who prescribed it, of what is active; of what was, where nothing is.
fn in_detail(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let active: Vec<usize> = named.iter().copied().filter(|at| is_current(ask, *at)).collect();
    let told = ask.newest_of_each(if active.is_empty() { named } else { &active });
    let claims = told.iter().map(|at| Claim::about(ask.record, ask.fact(*at).text.clone(), &[*at]));
    let mut claims: Vec<Claim> = claims.collect();
    let lacks = |has: fn(&Fact) -> bool| !told.iter().any(|at| has(ask.fact(*at)));
    if ask.plan.asks(Cue::Dosage) && lacks(|fact| fact.detail.is_some()) {
        claims.insert(0, Claim::of_absence("I can't find a dosage in this entry.".to_owned()));
    }
    if ask.plan.asks(Cue::Prescriber) && lacks(|fact| fact.who.is_some()) {
        claims.insert(0, Claim::of_absence("I can't find who prescribed it in this entry.".to_owned()));
    }
    Draft::structured(claims)
}

/// When it ended, where the record tells; else that it does not, and how each entry stands.
fn stopped(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let is_past = |at: &usize| ask.fact(*at).standing == Standing::Past;
    let ended = named.iter().rev().copied().find(|at| is_past(at) && ask.fact(*at).end.is_some());
    if let Some((at, end)) = ended.and_then(|at| Some((at, ask.fact(at).end.as_ref()?))) {
        let text = format!("Your record lists {} as ended on {}.", ask.fact(at).recorded, end.shown());
        return Draft::structured(vec![Claim::about(ask.record, text, &[at])]);
    }
    let mut draft = whether(ask, named);
    let subject = ask.plan.subject().unwrap_or_else(|| "it".to_owned());
    let text = format!("I can't find a date on which {subject} ended in your record.");
    draft.claims.insert(0, Claim::of_absence(text));
    draft
}

fn from_first_to_last(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let mut draft = prescribed(ask, "first", named.first().copied());
    if named.len() > 1 {
        draft.claims.extend(prescribed(ask, "last", named.last().copied()).claims);
    }
    draft
}

/// Entries there are, but none of the time asked for.
fn not_in_time(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let subject = ask.plan.subject().unwrap_or_else(|| "such a medicine".to_owned());
    let text = format!("I can't find {subject} among the medicines{} in your record.", ask.time_said());
    let nearby = ask.newest_of_each(named).into_iter().take(3).map(|at| listed(ask, at)).collect();
    Draft::absent(text, nearby)
}

fn in_time(ask: &Ask<'_>, all: &[usize]) -> Draft {
    let within: Vec<usize> = all.iter().copied().filter(|at| ask.in_time(ask.fact(*at))).collect();
    let mut claims: Vec<Claim> = ask.newest_of_each(&within).iter().map(|at| listed(ask, *at)).collect();
    let open_ended = ask.newest_of_each(&begun_before(ask, all, &within));
    if claims.is_empty() && open_ended.is_empty() {
        return Draft::absent(
            format!("I can't find a medicine{} in your record.", ask.time_said()),
            Vec::new(),
        );
    }
    if !open_ended.is_empty() {
        const MOST: usize = 5;
        let verb = if open_ended.len() == 1 { "entry was" } else { "entries were" };
        let text = format!(
            "{} {verb} begun before that and ended at a time your record leaves open:",
            open_ended.len()
        );
        claims.push(Claim::about(ask.record, text, &open_ended).counting(&open_ended));
        claims.extend(open_ended.iter().take(MOST).map(|at| listed(ask, *at)));
    }
    Draft::structured(claims)
}

/// Past medicines without an end that were begun before the time asked for: they may have been taken in it.
fn begun_before(ask: &Ask<'_>, all: &[usize], within: &[usize]) -> Vec<usize> {
    let from = ask.plan.span.as_ref().and_then(|span| span.from);
    let is_before = |at: &usize| {
        let fact = ask.fact(*at);
        let begun = fact.date.as_ref().zip(from).is_some_and(|(date, from)| date.last < from);
        begun && fact.standing == Standing::Past && fact.end.is_none() && is_lasting(fact)
    };
    if ask.plan.asks(Cue::Began) {
        return Vec::new();
    }
    all.iter().copied().filter(|at| !within.contains(at)).filter(is_before).collect()
}

/// Prescribed or taken over a time; what is handed out or given once is not.
fn is_lasting(fact: &Fact) -> bool {
    matches!(fact.source.type_name.as_str(), "MedicationRequest" | "MedicationStatement")
}

/// Active by its status, and its course has not run out.
fn is_current(ask: &Ask<'_>, at: usize) -> bool {
    let fact = ask.fact(at);
    fact.standing == Standing::Current && fact.end.as_ref().is_none_or(|end| end.last >= ask.today)
}

fn listed(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let mut text = fact.recorded.clone();
    if let Some(detail) = &fact.detail {
        text += &format!(": {}", detail.trim_end_matches('.'));
    }
    text += &since(fact);
    text += ".";
    Claim::about(ask.record, text, &[at])
}

fn since(fact: &Fact) -> String {
    let verb = match fact.source.type_name.as_str() {
        "MedicationRequest" => "prescribed",
        "MedicationStatement" => "since",
        "MedicationDispense" => "handed out",
        _ => "given",
    };
    fact.date.as_ref().map(|date| format!(", {verb} {}", date.shown())).unwrap_or_default()
}

fn whether(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let active: Vec<usize> = named.iter().copied().filter(|at| is_current(ask, *at)).collect();
    let claims: Vec<Claim> = if active.is_empty() {
        ask.newest_of_each(named).iter().take(3).map(|at| past(ask, *at)).collect()
    } else {
        ask.newest_of_each(&active).iter().map(|at| taken(ask, *at)).collect()
    };
    Draft::structured(claims)
}

fn taken(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let text = format!(
        "Your record lists {}{} as an active medicine{}.",
        fact.recorded,
        class_said(ask, fact),
        since(fact)
    );
    Claim::about(ask.record, text, &[at])
}

fn past(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let state = match fact.standing {
        Standing::Past => "as past",
        Standing::Refuted => "as not taken or not to be taken",
        Standing::Planned => "as planned",
        Standing::Unconfirmed => "without saying whether it is still taken",
        _ => "as run out",
    };
    let text =
        format!("Your record lists {}{} {state}{}.", fact.recorded, class_said(ask, fact), since(fact));
    Claim::about(ask.record, text, &[at])
}

/// ", which is a statin", where a class was asked for and the record names its member.
fn class_said(ask: &Ask<'_>, fact: &Fact) -> String {
    let class = ask.plan.concepts.iter().find(|concept| concept.domain == Domain::DrugClass);
    class.map(|class| is_a(class, fact)).unwrap_or_default()
}

pub(super) fn is_a(class: &Concept, fact: &Fact) -> String {
    if class.is_named(&fact.stems) || class.member(concepts(), &fact.stems).is_none() {
        return String::new();
    }
    format!(", which is {},", class.label)
}

fn prescribed(ask: &Ask<'_>, which: &str, at: Option<usize>) -> Draft {
    let Some(at) = at else { return absent(ask) };
    let fact = ask.fact(at);
    let text = format!(
        "The {which} entry for {}{} is {}{}.",
        ask.plan.subject().unwrap_or_default(),
        ask.time_said(),
        fact.recorded,
        since(fact)
    );
    Draft::structured(vec![Claim::about(ask.record, text, &[at]).given(&ask.time_said())])
}

fn count(ask: &Ask<'_>, named: &[usize]) -> Draft {
    let within = named;
    let subject = ask.plan.subject().unwrap_or_default();
    let entries = if within.len() == 1 { "entry" } else { "entries" };
    let text = format!("Your record holds {} {entries} for {subject}{}.", within.len(), ask.time_said());
    Draft::structured(vec![Claim::about(ask.record, text, within).given(&ask.time_said()).counting(within)])
}

fn absent(ask: &Ask<'_>) -> Draft {
    let subject = ask.plan.subject().unwrap_or_else(|| "such a medicine".to_owned());
    Draft::absent(
        format!(
            "I can't find {subject} among the medicines in your record. Medicines that were never entered are not shown there."
        ),
        Vec::new(),
    )
}
