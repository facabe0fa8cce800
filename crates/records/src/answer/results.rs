//! Measurements: the latest, the first, the extremes, the change, the number of them.

use super::draft::Series;
use super::limits::{Side, asked_side, beyond, judged_as};
use super::{Ask, Claim, Draft};
use crate::concepts::{Concept, Domain, concepts};
use crate::facts::said::capital;
use crate::facts::{Fact, Kind, Mark, Measure, Standing, System};
use crate::question::{Cue, Intent};

/// A measurement and the value of it that is asked for.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) at: usize,
    pub(super) fact: &'a Fact,
    pub(super) measure: &'a Measure,
}

/// What is measured: an analyte of the tables, or the words of the question.
pub(super) struct Subject<'a> {
    concept: Option<&'static Concept>,
    pub(super) label: String,
    readings: Vec<Reading<'a>>,
}

pub(super) fn answer(ask: &Ask<'_>) -> Option<Draft> {
    if ask.plan.concepts.is_empty() && ask.plan.own.is_empty() {
        return Some(recent(ask));
    }
    let subjects = subjects(ask);
    let measured: Vec<&Subject<'_>> =
        subjects.iter().filter(|subject| !subject.readings.is_empty()).collect();
    if measured.is_empty() {
        let what = ask.plan.subject()?;
        return Some(Draft::absent(format!("I can't find a value for {what} in your record."), Vec::new()));
    }
    let mut drafts = measured.iter().map(|subject| one(ask, subject));
    let mut whole = drafts.next()?;
    for next in drafts {
        whole.claims.extend(next.claims);
        whole.series = whole.series.or(next.series);
        if next.kind == super::Kind::Structured {
            whole.kind = next.kind;
        }
    }
    Some(whole)
}

fn subjects<'a>(ask: &Ask<'a>) -> Vec<Subject<'a>> {
    if ask.plan.concepts.is_empty() {
        let facts = ask.named(Kind::Observation);
        let readings: Vec<_> = facts.iter().filter_map(|at| reading(ask, *at, None)).collect();
        let label = readings.last().map(|reading| reading.fact.recorded.clone()).unwrap_or_default();
        let same = readings.into_iter().filter(|reading| reading.fact.recorded == label).collect();
        return vec![Subject { concept: None, label, readings: same }];
    }
    let analytes = ask.plan.concepts.iter().flat_map(|concept| match concept.domain {
        Domain::Panel => concepts().panel(concept),
        _ => vec![*concept],
    });
    analytes
        .map(|concept| Subject {
            concept: Some(concept),
            label: concept.label.to_owned(),
            readings: ask
                .record
                .of_kind(Kind::Observation)
                .filter_map(|(at, _)| reading(ask, at, Some(concept)))
                .collect(),
        })
        .collect()
}

fn reading<'a>(ask: &Ask<'a>, at: usize, concept: Option<&Concept>) -> Option<Reading<'a>> {
    let fact = &ask.record.facts[at];
    if fact.standing == Standing::Planned {
        return None;
    }
    let measure = match concept {
        None => fact.measure.as_ref()?,
        Some(concept) => measured(fact, concept)?,
    };
    Some(Reading { at, fact, measure })
}

/// The value of a fact for an analyte: its own, or that of one of its parts.
pub(crate) fn measured<'a>(fact: &'a Fact, concept: &Concept) -> Option<&'a Measure> {
    let part = fact.parts.iter().find(|part| {
        part.codes
            .iter()
            .any(|code| code.system == System::Loinc && concept.codes.contains(&code.code.as_str()))
    });
    match part {
        Some(part) => Some(&part.measure),
        None if concept.covers(concepts(), fact) => fact.measure.as_ref(),
        None => None,
    }
}

fn one(ask: &Ask<'_>, subject: &Subject<'_>) -> Draft {
    let within: Vec<Reading<'_>> =
        subject.readings.iter().copied().filter(|reading| ask.in_time(reading.fact)).collect();
    if within.is_empty() {
        return none_in_time(ask, subject);
    }
    if let Some(threshold) = &ask.plan.threshold {
        return beyond(ask, subject, &within, threshold);
    }
    if let Some(side) = asked_side(ask).filter(|_| ask.plan.asks(Cue::Ever)) {
        return judged_as(ask, subject, &within, side);
    }
    match ask.plan.intent {
        Intent::Trend => comparable(ask, &within, |readings| trend(ask, subject, readings)),
        Intent::Highest => comparable(ask, &within, |readings| extreme(ask, subject, readings, true)),
        Intent::Lowest => comparable(ask, &within, |readings| extreme(ask, subject, readings, false)),
        Intent::First => single(ask, subject, "first", within.first()),
        Intent::Count => count(ask, subject, &within),
        _ => latest(ask, subject, &within),
    }
}

/// Compares only what is measured in the unit of the newest value, and says what was left out.
pub(super) fn comparable(
    ask: &Ask<'_>,
    readings: &[Reading<'_>],
    compare: impl FnOnce(&[Reading<'_>]) -> Draft,
) -> Draft {
    let unit = readings.last().and_then(|newest| newest.measure.unit.as_ref());
    let (same, other): (Vec<Reading<'_>>, Vec<Reading<'_>>) =
        readings.iter().copied().partition(|reading| reading.measure.unit.as_ref() == unit);
    let mut draft = compare(&same);
    if !other.is_empty() {
        let all: Vec<usize> = other.iter().map(|reading| reading.at).collect();
        let text =
            format!("{} in another unit left out of the comparison.", counted(all.len(), "measurement"));
        let shown: Vec<usize> = all.iter().rev().take(3).copied().collect();
        draft.claims.push(Claim::about(ask.record, text, &shown).counting(&all));
    }
    draft
}

pub(super) fn latest(ask: &Ask<'_>, subject: &Subject<'_>, readings: &[Reading<'_>]) -> Draft {
    let Some(newest) = readings.last() else { return none_in_time(ask, subject) };
    let mut draft = single(ask, subject, "latest", Some(newest));
    let before = readings.iter().rev().skip(1).find(|reading| reading.fact.order() < newest.fact.order());
    if let Some(before) = before
        .filter(|before| before.measure.number.is_some() || before.measure.shown != newest.measure.shown)
    {
        let text = format!("Before that it was {}{}.", before.measure.shown, on(before.fact));
        draft.claims.push(Claim::about(ask.record, text, &[before.at]));
    }
    draft
}

fn single(ask: &Ask<'_>, subject: &Subject<'_>, which: &str, reading: Option<&Reading<'_>>) -> Draft {
    let Some(reading) = reading else { return none_in_time(ask, subject) };
    let text = format!(
        "Your {which} {}{} was {}{}{}.",
        subject.label,
        ask.time_said(),
        reading.measure.shown,
        on(reading.fact),
        judged(reading.measure)
    );
    Draft::structured(vec![Claim::about(ask.record, text, &[reading.at]).given(&ask.time_said())])
}

fn extreme(ask: &Ask<'_>, subject: &Subject<'_>, readings: &[Reading<'_>], highest: bool) -> Draft {
    let numbered = readings.iter().filter_map(|reading| Some((reading.measure.number?, reading)));
    let found = numbered.reduce(|best, next| {
        let beats = if highest { next.0 > best.0 } else { next.0 < best.0 };
        if beats { next } else { best }
    });
    match found {
        Some((_, reading)) => single(ask, subject, if highest { "highest" } else { "lowest" }, Some(reading)),
        None => latest(ask, subject, readings),
    }
}

fn count(ask: &Ask<'_>, subject: &Subject<'_>, readings: &[Reading<'_>]) -> Draft {
    let all: Vec<usize> = readings.iter().map(|reading| reading.at).collect();
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
        return none_in_time(ask, subject);
    };
    let text = format!(
        "Your record holds {}{} of {}, the first{} and the latest{}.",
        counted(all.len(), "measurement"),
        ask.time_said(),
        subject.label,
        on(first.fact),
        on(last.fact)
    );
    Draft::structured(vec![Claim::about(ask.record, text, &all).given(&ask.time_said()).counting(&all)])
}

fn trend(ask: &Ask<'_>, subject: &Subject<'_>, readings: &[Reading<'_>]) -> Draft {
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
        return none_in_time(ask, subject);
    };
    if readings.len() == 1 {
        let mut draft = single(ask, subject, "only", Some(last));
        let earlier = subject.readings.iter().rev().find(|reading| reading.fact.order() < last.fact.order());
        if let Some(earlier) = earlier {
            let text = format!("The one before was {}{}.", earlier.measure.shown, on(earlier.fact));
            draft.claims.push(Claim::about(ask.record, text, &[earlier.at]));
        }
        let same = |reading: &Reading<'_>| reading.measure.unit == last.measure.unit;
        let all: Vec<Reading<'_>> = subject.readings.iter().copied().filter(same).collect();
        draft.series = Some(series(subject, &all));
        return draft;
    }
    let all: Vec<usize> = readings.iter().map(|reading| reading.at).collect();
    let label = capital(&subject.label);
    let text = format!(
        "{label}{}: {}, from {}{} to {}{}{}.",
        ask.time_said(),
        counted(all.len(), "measurement"),
        first.measure.shown,
        on(first.fact),
        last.measure.shown,
        on(last.fact),
        direction(first, last)
    );
    let whole = Claim::about(ask.record, text, &[first.at, last.at]).given(&ask.time_said()).counting(&all);
    let mut claims = vec![whole];
    let by_number = |reading: &&Reading<'_>| reading.measure.number.map(|number| (number * 1e6) as i64);
    let highest = readings.iter().rev().filter(|r| r.measure.number.is_some()).max_by_key(by_number);
    let lowest = readings.iter().rev().filter(|r| r.measure.number.is_some()).min_by_key(by_number);
    if let (Some(highest), Some(lowest)) = (highest, lowest)
        && highest.at != lowest.at
    {
        let text = format!(
            "The highest was {}{}, the lowest {}{}.",
            highest.measure.shown,
            on(highest.fact),
            lowest.measure.shown,
            on(lowest.fact)
        );
        claims.push(Claim::about(ask.record, text, &[highest.at, lowest.at]));
    }
    Draft { series: Some(series(subject, readings)), ..Draft::structured(claims) }
}

/// Nothing in the time asked for: said, with the nearest that there is.
pub(super) fn none_in_time(ask: &Ask<'_>, subject: &Subject<'_>) -> Draft {
    let absent = Claim::of_absence(format!(
        "I can't find a value for {}{} in your record.",
        subject.label,
        ask.time_said()
    ));
    let Some(last) = subject.readings.last() else { return Draft::structured(vec![absent]) };
    let text =
        format!("The latest value is {}{}{}.", last.measure.shown, on(last.fact), judged(last.measure));
    let mut claims = vec![absent, Claim::about(ask.record, text, &[last.at])];
    let mut drawn = None;
    if ask.plan.intent == Intent::Trend {
        let same = |reading: &Reading<'_>| reading.measure.unit == last.measure.unit;
        let all: Vec<Reading<'_>> = subject.readings.iter().copied().filter(same).collect();
        let year: Vec<Reading<'_>> =
            all.iter().copied().filter(|reading| is_within_a_year(reading, last)).collect();
        if year.len() > 1 {
            claims.extend(development(ask, &year, "In the year up to then there were"));
        } else {
            claims.extend(development(ask, &all, "Your whole record holds"));
        }
        drawn = Some(series(subject, &all));
    }
    Draft { series: drawn, ..Draft::structured(claims) }
}

/// From the first to the last of several readings.
fn development(ask: &Ask<'_>, readings: &[Reading<'_>], begin: &str) -> Option<Claim> {
    let (first, last) = (readings.first()?, readings.last()?);
    if first.at == last.at {
        return None;
    }
    let all: Vec<usize> = readings.iter().map(|reading| reading.at).collect();
    let text = format!(
        "{begin} {}: from {}{} to {}{}{}.",
        counted(all.len(), "measurement"),
        first.measure.shown,
        on(first.fact),
        last.measure.shown,
        on(last.fact),
        direction(first, last)
    );
    Some(Claim::about(ask.record, text, &[first.at, last.at]).counting(&all))
}

fn is_within_a_year(reading: &Reading<'_>, last: &Reading<'_>) -> bool {
    const YEAR_MICROS: i64 = 366 * 86_400_000_000;
    last.fact.order().saturating_sub(reading.fact.order()) <= YEAR_MICROS
}

/// No analyte named: the latest value of each of the main ones, or of all that lie where the question asks.
fn recent(ask: &Ask<'_>) -> Draft {
    const MOST: usize = 12;
    let side = asked_side(ask);
    let newest = match side {
        Some(side) => newest_on(ask, side),
        None => newest_of_main(ask),
    };
    let mut claims: Vec<Claim> = newest
        .iter()
        .take(MOST)
        .map(|(label, found)| {
            let text = format!(
                "{}: {}{}{}.",
                capital(label),
                found.measure.shown,
                on(found.fact),
                judged(found.measure)
            );
            Claim::about(ask.record, text, &[found.at])
        })
        .collect();
    if claims.is_empty() {
        let what = side.map(|side| format!("a latest result {}", side.said()));
        let what = what.unwrap_or_else(|| "results".to_owned());
        return Draft::absent(format!("I can't find {what}{} in your record.", ask.time_said()), Vec::new());
    }
    if newest.len() > claims.len() {
        let all: Vec<usize> = newest.iter().map(|(_, found)| found.at).collect();
        let text = format!("These are the newest of {} such results{}.", all.len(), ask.time_said());
        claims.push(Claim::about(ask.record, text, &all).given(&ask.time_said()).counting(&all));
    }
    Draft::structured(claims)
}

fn newest_of_main<'a>(ask: &Ask<'a>) -> Vec<(String, Reading<'a>)> {
    let newest = |concept: &'static Concept| {
        let found = ask.record.of_kind(Kind::Observation).rev().find_map(|(at, fact)| {
            let reading = reading(ask, at, Some(concept))?;
            ask.in_time(fact).then_some(reading)
        });
        Some((concept.label.to_owned(), found?))
    };
    concepts().main_analytes().into_iter().filter_map(newest).collect()
}

/// The latest value of each thing measured, where it lies on the side asked for by its range or mark.
fn newest_on<'a>(ask: &Ask<'a>, side: Side) -> Vec<(String, Reading<'a>)> {
    let all: Vec<usize> = ask
        .record
        .of_kind(Kind::Observation)
        .filter(|(_, fact)| ask.in_time(fact))
        .map(|(at, _)| at)
        .collect();
    let readings = ask.newest_of_each(&all).into_iter().filter_map(|at| reading(ask, at, None));
    readings
        .filter(|reading| side.is(reading.measure))
        .map(|reading| (reading.fact.title.clone(), reading))
        .collect()
}

fn series(subject: &Subject<'_>, readings: &[Reading<'_>]) -> Series {
    let code = readings.last().and_then(|reading| reading.fact.codes.first()).map(|code| code.code.clone());
    Series {
        code: code.unwrap_or_else(|| subject.label.clone()),
        label: capital(&subject.label),
        facts: readings.iter().map(|reading| reading.at).collect(),
        part: subject.concept,
    }
}

pub(super) fn on(fact: &Fact) -> String {
    fact.date.as_ref().map(|date| format!(" on {}", date.shown())).unwrap_or_default()
}

pub(super) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A change of less than a twentieth is called about the same.
const ABOUT_THE_SAME: f64 = 0.05;

fn direction(first: &Reading<'_>, last: &Reading<'_>) -> &'static str {
    let (Some(first), Some(last)) = (first.measure.number, last.measure.number) else { return "" };
    if (last - first).abs() <= ABOUT_THE_SAME * first.abs() {
        ", about the same"
    } else if last > first {
        ", higher than at the start"
    } else {
        ", lower than at the start"
    }
}

/// The reference range and where the value lies, only by what the resource itself states.
pub(crate) fn judged(measure: &Measure) -> String {
    let range = measure.range.as_ref().map(|range| format!(" (reference range {range})")).unwrap_or_default();
    match standing(measure) {
        Some(standing) => format!("{range}: {standing}"),
        None => range,
    }
}

/// Within a quarter of the range's width beyond its end a value is called "a little" high or low.
const A_LITTLE: f64 = 0.25;

pub(super) const USUAL: &str = "in the usual range";

pub(super) fn standing(measure: &Measure) -> Option<String> {
    let marked = match measure.mark {
        Some(Mark::CriticallyHigh | Mark::CriticallyLow | Mark::Abnormal) => {
            return measure.mark.map(|mark| format!("marked {}", mark.said()));
        }
        Some(mark) => Some(mark),
        None => None,
    };
    let beyond = |distance: f64, word: &str| {
        let width = measure.high.zip(measure.low).map(|(high, low)| high - low);
        match width {
            Some(width) if width > 0.0 && distance <= A_LITTLE * width => format!("a little {word}"),
            _ => word.to_owned(),
        }
    };
    let number = measure.number?;
    if let Some(high) = measure.high.filter(|high| number > *high) {
        return Some(beyond(number - high, "high"));
    }
    if let Some(low) = measure.low.filter(|low| number < *low) {
        return Some(beyond(low - number, "low"));
    }
    match marked {
        Some(Mark::High) => Some("marked high".to_owned()),
        Some(Mark::Low) => Some("marked low".to_owned()),
        Some(Mark::Normal) => Some(USUAL.to_owned()),
        _ if measure.low.is_some() || measure.high.is_some() => Some(USUAL.to_owned()),
        _ => None,
    }
}
