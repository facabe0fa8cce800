//! How a medicine is taken: dose, rhythm, route, and the words of whoever prescribed it.

use super::allergy::said;
use super::context::Context;
use super::fields::Fields;
use super::medication::{instruction, product};
use super::quantity::{number, quantity, range, ratio};
use super::statement::{is_template, parts};
use super::tables::mapped;
use super::time::Interval;
use super::tree::Element;
use serde_json::{Value, json};

/// From when to when: the first time that is no rhythm.
pub(super) fn bounds(entry: &Element) -> Option<&Element> {
    times(entry).into_iter().find(|time| !is_rhythm(time))
}

/// The times of an entry, with those that are held together as one.
fn times(entry: &Element) -> Vec<&Element> {
    let mut times = Vec::new();
    for time in entry.all("effectiveTime") {
        match time.data_type() {
            Some("SXPR_TS") => times.extend(time.all("comp")),
            _ => times.push(time),
        }
    }
    times
}

fn is_rhythm(time: &Element) -> bool {
    matches!(time.data_type(), Some("PIVL_TS" | "EIVL_TS"))
        || time.child("period").is_some()
        || time.child("event").is_some()
}

/// The dosage, as far as it is told. `bounds` goes into its timing.
pub(super) fn dosage(context: &mut Context<'_>, entry: &Element, bounds: Option<&Interval>) -> Option<Value> {
    let sig = parts(entry).find(|part| is_sig(part)).and_then(|part| context.words_of(part, "text"));
    let timing = timing(context, entry, bounds);
    let dose = dose(context, entry);
    let mut fields = Fields::default();
    let is_structured = timing.is_some() || dose.is_some();
    fields.put("text", sig.or_else(|| other_words(context, entry, is_structured)));
    fields.put("patientInstruction", instruction(context, entry));
    fields.put("timing", timing);
    needed(context, entry, &mut fields);
    fields.put("site", context.concept_of(entry, "approachSiteCode"));
    fields.put("route", context.concept_of(entry, "routeCode"));
    fields.put("doseAndRate", dose.map(|dose| vec![dose]));
    fields.put("maxDosePerPeriod", entry.stated("maxDoseQuantity").and_then(ratio));
    fields.value()
}

/// A free text of how to take it.
pub(super) fn is_sig(part: &Element) -> bool {
    is_template(part, "147") || part.code() == Some("76662-6")
}

/// Where nothing else tells how to take it, the words of the entry may, unless they only name the medicine.
fn other_words(context: &Context<'_>, entry: &Element, is_structured: bool) -> Option<String> {
    let words = context.words_of(entry, "text").filter(|_| !is_structured && !entry.is_negated())?;
    let name =
        product(entry).and_then(|product| context.concept_of(product, "code")).as_ref().and_then(said)?;
    (!words.eq_ignore_ascii_case(&name)).then_some(words)
}

fn timing(context: &mut Context<'_>, entry: &Element, bounds: Option<&Interval>) -> Option<Value> {
    let mut repeat = Fields::default().with("boundsPeriod", bounds.and_then(Interval::period));
    for time in times(entry).into_iter().filter(|time| is_rhythm(time) && time.null().is_none()) {
        if let Some(event) = time.stated("event") {
            event_time(context, time, event, &mut repeat);
        } else if repeat.has("period") {
            context.leave_out("A second rhythm of taking it stands in its words only.".to_owned());
        } else if !period(time, &mut repeat) {
            context.leave_out("A rhythm of taking it has no period that FHIR knows.".to_owned());
        }
    }
    let count =
        entry.of("repeatNumber", "value").filter(|_| entry.mood() != "EVN" && !is_template(entry, "120"));
    repeat.put("count", count.and_then(|text| text.parse::<u32>().ok()).filter(|count| *count > 0));
    let at = bounds.and_then(|bounds| bounds.at.as_deref());
    if let Some(at) = at.filter(|_| repeat.has("frequency")) {
        repeat.put("boundsPeriod", Some(json!({ "start": at })));
    }
    let event = at.filter(|_| !repeat.has("frequency")).map(|at| vec![at]);
    Fields::default().with("event", event).with("repeat", repeat.value()).value()
}

/// Once in each period, or so many times as `frequency` says.
fn period(time: &Element, repeat: &mut Fields) -> bool {
    let read = |period: &Element| {
        let unit = mapped("time-unit", period.attr("unit")?)?;
        let value = number(period.attr("value")?)?;
        value.as_f64().is_some_and(|value| value > 0.0).then_some((value, unit))
    };
    let Some(period) = time.stated("period") else { return false };
    if let Some((value, unit)) = read(period) {
        repeat.put("frequency", Some(1));
        repeat.put("period", Some(value));
        repeat.put("periodUnit", Some(unit));
        return true;
    }
    match (period.child("low").and_then(read), period.child("high").and_then(read)) {
        (Some((low, unit)), Some((high, same))) if unit == same => {
            repeat.put("frequency", Some(1));
            repeat.put("period", Some(low));
            repeat.put("periodMax", Some(high));
            repeat.put("periodUnit", Some(unit));
            true
        }
        _ => false,
    }
}

/// At a meal, at bedtime.
fn event_time(context: &mut Context<'_>, time: &Element, event: &Element, repeat: &mut Fields) {
    let Some(when) = event.attr("code").and_then(|code| mapped("when", code)) else {
        context.leave_out("A time of taking it is bound to an event that FHIR does not know.".to_owned());
        return;
    };
    repeat.push("when", json!(when));
    let offset = time
        .child("offset")
        .and_then(|offset| offset.stated("low").or_else(|| offset.stated("center")).or(Some(offset)));
    let minutes = offset.and_then(|offset| {
        let minutes: u32 = match offset.attr("unit")? {
            "min" => 1,
            "h" => 60,
            _ => return None,
        };
        minutes.checked_mul(offset.attr("value")?.trim_start_matches('-').parse().ok()?)
    });
    if let Some(minutes) = minutes.filter(|minutes| *minutes > 0 && !matches!(when, "C" | "CM" | "CD" | "CV"))
    {
        repeat.put("offset", Some(minutes));
    }
}

/// Only when needed: on a condition, or just so.
fn needed(context: &Context<'_>, entry: &Element, fields: &mut Fields) {
    let Some(criterion) = entry.all("precondition").find_map(|one| one.child("criterion")) else { return };
    let words = || context.words_of(criterion, "text").map(|words| json!({ "text": words }));
    match criterion.child("value").and_then(|value| context.concept(value)).or_else(words) {
        Some(reason) => fields.put("asNeededCodeableConcept", Some(reason)),
        None => fields.put("asNeededBoolean", Some(true)),
    }
}

fn dose(context: &Context<'_>, entry: &Element) -> Option<Value> {
    let mut fields = Fields::default();
    if let Some(dose) = entry.stated("doseQuantity") {
        let unit = context.concept_of(entry, "administrationUnitCode").as_ref().and_then(said);
        match quantity(dose) {
            Some(mut amount) => {
                if let Some(unit) = unit.filter(|_| amount.get("unit").is_none()) {
                    amount["unit"] = json!(unit);
                }
                fields.put("doseQuantity", Some(amount));
            }
            None => fields.put("doseRange", range(dose)),
        }
    }
    if let Some(rate) = entry.stated("rateQuantity") {
        match quantity(rate) {
            Some(rate) => fields.put("rateQuantity", Some(rate)),
            None => fields.put("rateRange", range(rate)),
        }
    }
    fields.value()
}
