//! Things that happened: vaccinations, visits, procedures, reports; and entries that are told as they are.

use super::{Ask, Claim, Draft};
use crate::facts::{Kind, Standing};
use crate::question::procedures::is_examination;
use crate::question::{Category, Cue, Intent};
use crate::when::When;
use jiff::civil::Date;

/// How many entries a list names.
const MOST: usize = 12;

pub(super) fn answer(ask: &Ask<'_>, category: Category) -> Option<Draft> {
    let words = Words::of(category).of_kind(ask);
    let all: Vec<usize> = words
        .kinds
        .iter()
        .flat_map(|kind| candidates(ask, *kind))
        .filter(|at| !is_surgery_only(ask) || !is_examination(&ask.fact(*at).stems))
        .filter(|at| words.class.is_none() || ask.fact(*at).gravity.as_deref() == words.class)
        .collect();
    if words.kinds == [Kind::Encounter] && ask.plan.asks(Cue::Next) {
        return Some(next(ask, &all));
    }
    let real: Vec<usize> = all.iter().copied().filter(|at| ask.is_real(*at)).collect();
    let within: Vec<usize> = real.iter().copied().filter(|at| ask.in_time(ask.fact(*at))).collect();
    if within.is_empty() {
        let is_open = !ask.plan.own.is_empty() && matches!(ask.plan.intent, Intent::List | Intent::Latest);
        return if is_open { None } else { Some(absent(ask, &words, &all, &real)) };
    }
    if category == Category::Person && !asks_for_contact(ask) {
        return Some(born(ask, within.last().copied()?));
    }
    Some(match ask.plan.intent {
        Intent::When | Intent::Latest if !words.happens => {
            Draft::structured(vec![listed(ask, within.last().copied()?)])
        }
        Intent::When | Intent::Latest => single(ask, &words, "last", within.last().copied()?),
        Intent::First => single(ask, &words, "first", within.first().copied()?),
        Intent::Count => count(ask, &words, &within),
        Intent::YesNo if words.happens => single(ask, &words, "last", within.last().copied()?),
        _ => listing(ask, &words, &within),
    })
}

/// An operation is asked for, and none by name.
fn is_surgery_only(ask: &Ask<'_>) -> bool {
    ask.plan.category == Some(Category::Procedures) && ask.plan.asks(Cue::Surgery) && ask.plan.own.is_empty()
}

/// The visits that are planned from today on, the nearest first.
fn next(ask: &Ask<'_>, visits: &[usize]) -> Draft {
    let booked = ask.record.of_kind(Kind::Other).filter(|(_, fact)| {
        fact.source.type_name == "Appointment" && fact.standing != Standing::Past && ask.is_named(fact)
    });
    let mut coming: Vec<usize> = visits.iter().copied().chain(booked.map(|(at, _)| at)).collect();
    coming.retain(|at| ask.fact(*at).date.as_ref().is_some_and(|date| date.last >= ask.today));
    coming.sort_by_key(|at| ask.fact(*at).order());
    let Some(first) = coming.first() else {
        return Draft::absent("I can't find a planned visit in your record.".to_owned(), Vec::new());
    };
    let fact = ask.fact(*first);
    let date = fact.date.as_ref().map(|date| date.shown()).unwrap_or_default();
    let text = format!("Your next planned visit is on {date}: {}.", fact.named().trim_end_matches('.'));
    let mut claims = vec![Claim::about(ask.record, text, &[*first])];
    claims.extend(coming.iter().take(MOST).map(|at| listed(ask, *at)));
    Draft::structured(claims)
}

/// The facts of a kind that the question names; all of them for a broad question.
fn candidates(ask: &Ask<'_>, kind: Kind) -> Vec<usize> {
    if kind == Kind::Person {
        return ask.record.of_kind(kind).map(|(at, _)| at).collect();
    }
    let named = ask.named(kind);
    let is_broad = ask.plan.concepts.is_empty() && ask.plan.own.is_empty();
    if named.is_empty() && is_broad {
        return ask.record.of_kind(kind).map(|(at, _)| at).collect();
    }
    named
}

fn asks_for_contact(ask: &Ask<'_>) -> bool {
    ask.plan.content.iter().any(|word| matches!(word.as_str(), "address" | "phone" | "name"))
}

/// Whole years since a birth date that is known to the day.
fn age(born: &When, today: Date) -> Option<i16> {
    if born.first != born.last {
        return None;
    }
    let had_birthday = (today.month(), today.day()) >= (born.first.month(), born.first.day());
    Some(today.year() - born.first.year() - i16::from(!had_birthday))
}

fn born(ask: &Ask<'_>, at: usize) -> Draft {
    let Some(date) = &ask.fact(at).date else {
        return Draft::absent("I can't find a birth date in your record.".to_owned(), Vec::new());
    };
    let asks_age = ask.plan.content.iter().any(|word| matches!(word.as_str(), "old" | "age"));
    let age = age(date, ask.today).filter(|_| asks_age);
    let said = age.map(|age| format!(", so you are {age} years old")).unwrap_or_default();
    let text = format!("You were born on {}{said}.", date.shown());
    Draft::structured(vec![Claim::about(ask.record, text, &[at]).given(&said)])
}

fn single(ask: &Ask<'_>, words: &Words, which: &str, at: usize) -> Draft {
    let fact = ask.fact(at);
    let subject = ask.plan.concepts.first().map(|concept| format!(" against {}", concept.label));
    let subject = subject.filter(|_| words.kinds == [Kind::Immunization]).unwrap_or_default();
    let date = fact
        .date
        .as_ref()
        .map_or_else(|| " has no date".to_owned(), |date| format!(" was on {}", date.shown()));
    let text = format!(
        "Your {which} {}{subject}{}{date}: {}.",
        words.one,
        ask.time_said(),
        fact.named().trim_end_matches('.')
    );
    Draft::structured(vec![Claim::about(ask.record, text, &[at]).given(&subject).given(&ask.time_said())])
}

fn count(ask: &Ask<'_>, words: &Words, within: &[usize]) -> Draft {
    let noun = if within.len() == 1 { words.one } else { words.many };
    let subject = ask.plan.subject().map(|subject| format!(" ({subject})")).unwrap_or_default();
    let text = format!("Your record holds {} {noun}{subject}{}.", within.len(), ask.time_said());
    let claim =
        Claim::about(ask.record, text, within).given(&subject).given(&ask.time_said()).counting(within);
    Draft::structured(vec![claim])
}

fn listing(ask: &Ask<'_>, words: &Words, within: &[usize]) -> Draft {
    let newest = ask.newest_of_each(within);
    let shown: Vec<usize> = newest.iter().take(MOST).copied().collect();
    let mut claims: Vec<Claim> = shown.iter().map(|at| listed(ask, *at)).collect();
    if newest.len() > shown.len() {
        let text = format!(
            "These are the newest; your record holds {} different {}{}.",
            newest.len(),
            words.many,
            ask.time_said()
        );
        claims.push(Claim::about(ask.record, text, &shown).given(&ask.time_said()).counting(&newest));
    }
    Draft::structured(claims)
}

/// The entry in its own words.
fn listed(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    Claim::about(ask.record, fact.text.clone(), &[at])
}

fn absent(ask: &Ask<'_>, words: &Words, all: &[usize], real: &[usize]) -> Draft {
    let refused = all.iter().copied().filter(|at| ask.fact(*at).standing == Standing::Refuted);
    let mut nearby: Vec<Claim> = refused.map(|at| listed(ask, at)).collect();
    if let Some(last) = real.last() {
        nearby.push(listed(ask, *last));
    }
    let subject = ask.plan.subject().map(|subject| format!(" ({subject})")).unwrap_or_default();
    let article = if words.one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let hint = if words.happens { " It may have happened without being entered." } else { "" };
    let text =
        format!("I can't find {article} {}{subject}{} in your record.{hint}", words.one, ask.time_said());
    Draft::absent(text, nearby)
}

/// How the entries of a category are called.
struct Words {
    kinds: &'static [Kind],
    one: &'static str,
    many: &'static str,
    /// They happen at a time, so that "have you had one" is answered by the last of them.
    happens: bool,
    /// The class of visit asked for, as the facts of visits name it.
    class: Option<&'static str>,
}

impl Words {
    /// Stays in hospital and emergencies are told by the class of the visit alone.
    fn of_kind(self, ask: &Ask<'_>) -> Self {
        let is_visit = self.kinds == [Kind::Encounter];
        if is_visit && ask.plan.asks(Cue::Emergency) {
            let class = Some("emergency");
            return Self { one: "emergency visit", many: "emergency visits", class, ..self };
        }
        if is_visit && ask.plan.asks(Cue::Hospital) {
            let class = Some("hospital stay");
            return Self { one: "hospital stay", many: "hospital stays", class, ..self };
        }
        self
    }

    fn of(category: Category) -> Self {
        let words = |kinds, one, many, happens| Self { kinds, one, many, happens, class: None };
        match category {
            Category::Immunizations => words(&[Kind::Immunization], "vaccination", "vaccinations", true),
            Category::Encounters => words(&[Kind::Encounter], "visit", "visits", true),
            Category::Procedures => words(&[Kind::Procedure], "procedure", "procedures", true),
            Category::Reports => words(&[Kind::Report], "report", "reports", false),
            Category::Documents => words(&[Kind::Document], "document", "documents", false),
            Category::Coverage => words(&[Kind::Coverage], "insurance entry", "insurance entries", false),
            Category::Bills => words(&[Kind::Bill], "bill", "bills", false),
            Category::Family => words(&[Kind::Family], "family entry", "family entries", false),
            Category::Person => words(&[Kind::Person], "personal entry", "personal entries", false),
            Category::Results => words(&[Kind::Observation], "result", "results", false),
            Category::Medicines => words(&[Kind::Medicine], "medicine", "medicines", false),
            Category::Allergies => words(&[Kind::Allergy], "allergy", "allergies", false),
            Category::Conditions | Category::Overview => {
                words(&[Kind::Condition], "condition", "conditions", false)
            }
        }
    }
}
