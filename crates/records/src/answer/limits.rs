//! Measurements compared with a limit of the question, or with the range and mark stated with them.

use super::results::{Reading, Subject, USUAL, comparable, counted, latest, none_in_time, on, standing};
use super::{Ask, Claim, Draft};
use crate::facts::Measure;
use crate::question::{Cue, Threshold};

/// Which of the measurements lie beyond the limit the question names, in its unit or in that of the newest.
pub(super) fn beyond(
    ask: &Ask<'_>,
    subject: &Subject<'_>,
    readings: &[Reading<'_>],
    threshold: &Threshold,
) -> Draft {
    let spelled = |unit: &str| crate::words::tokens(unit).concat();
    let asked = threshold.unit.concat();
    let is_asked = |reading: &&Reading<'_>| {
        asked.is_empty() || reading.measure.unit.as_deref().is_some_and(|unit| spelled(unit) == asked)
    };
    let in_unit: Vec<Reading<'_>> = readings.iter().filter(is_asked).copied().collect();
    if in_unit.is_empty() {
        let text = format!(
            "I can't find {} measured in the unit of \u{201c}{}\u{201d}, and I do not convert units.",
            subject.label, threshold.label
        );
        let mut draft = latest(ask, subject, readings);
        draft.claims.insert(0, Claim::of_absence(text));
        return draft;
    }
    let is_upper =
        in_unit.iter().any(|reading| reading.measure.shown.contains('/') && !reading.fact.parts.is_empty());
    let mut draft = comparable(ask, &in_unit, |same| {
        let numbered: Vec<Reading<'_>> =
            same.iter().copied().filter(|reading| reading.measure.number.is_some()).collect();
        let passes =
            |reading: &Reading<'_>| reading.measure.number.is_some_and(|number| threshold.holds(number));
        counted_where(ask, subject, &numbered, &passes, &threshold.label)
    });
    if is_upper {
        let text = "Of each pair the upper (first) value is compared.".to_owned();
        draft.claims.push(Claim::of_absence(text));
    }
    draft
}

/// Which of the measurements are high, low or beyond their range, by the range or mark stated with them.
pub(super) fn judged_as(ask: &Ask<'_>, subject: &Subject<'_>, readings: &[Reading<'_>], side: Side) -> Draft {
    let judged: Vec<Reading<'_>> =
        readings.iter().copied().filter(|reading| standing(reading.measure).is_some()).collect();
    if judged.is_empty() {
        let mut draft = latest(ask, subject, readings);
        let text = format!("I can't find a reference range with the values of {}.", subject.label);
        draft.claims.insert(0, Claim::of_absence(text));
        return draft;
    }
    counted_where(ask, subject, &judged, &|reading| side.is(reading.measure), side.said())
}

/// How many of the readings pass, the latest of them, and how many there are in all. All that is counted is cited.
fn counted_where(
    ask: &Ask<'_>,
    subject: &Subject<'_>,
    readings: &[Reading<'_>],
    passes: &dyn Fn(&Reading<'_>) -> bool,
    said: &str,
) -> Draft {
    let places = |readings: &[Reading<'_>]| readings.iter().map(|reading| reading.at).collect::<Vec<_>>();
    let (all, time) = (places(readings), ask.time_said());
    let passing: Vec<Reading<'_>> = readings.iter().copied().filter(|reading| passes(reading)).collect();
    let whole = counted(all.len(), "measurement");
    let Some(newest) = passing.last() else {
        let Some(last) = readings.last() else { return none_in_time(ask, subject) };
        let text = format!(
            "I can't find a value of {} {said}{time} among {whole} in your record; the latest is {}{}.",
            subject.label,
            last.measure.shown,
            on(last.fact)
        );
        return Draft::structured(vec![
            Claim::about(ask.record, text, &all).given(said).given(&time).counting(&all),
        ]);
    };
    let found = places(&passing);
    let text = format!(
        "Your record holds {} of {} {said}{time}, the latest {}{}.",
        counted(found.len(), "measurement"),
        subject.label,
        newest.measure.shown,
        on(newest.fact)
    );
    let hit = Claim::about(ask.record, text, &found).given(said).given(&time).counting(&found);
    let text = format!("These are among {whole}{time} in all.");
    let in_all = Claim::about(ask.record, text, &all).given(&time).counting(&all);
    Draft::structured(vec![hit, in_all])
}

/// Where a value lies, as the question asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    High,
    Low,
    Beyond,
    Usual,
}

impl Side {
    pub(super) fn is(self, measure: &Measure) -> bool {
        standing(measure).is_some_and(|standing| match self {
            Self::High => standing.contains("high"),
            Self::Low => standing.contains("low"),
            Self::Beyond => standing != USUAL,
            Self::Usual => standing == USUAL,
        })
    }

    pub(super) fn said(self) -> &'static str {
        match self {
            Self::High => "that is high by its range or mark",
            Self::Low => "that is low by its range or mark",
            Self::Beyond => "outside its range",
            Self::Usual => "within its range",
        }
    }
}

pub(super) fn asked_side(ask: &Ask<'_>) -> Option<Side> {
    let (high, low) = (ask.plan.asks(Cue::High), ask.plan.asks(Cue::Low));
    match (high, low) {
        (true, true) => Some(Side::Beyond),
        (true, false) => Some(Side::High),
        (false, true) => Some(Side::Low),
        _ if ask.plan.asks(Cue::Unusual) => Some(Side::Beyond),
        _ => ask.plan.asks(Cue::Usual).then_some(Side::Usual),
    }
}
