//! Observations: measurements, vital signs, survey answers.

use super::read::{all, at, codes, concept_text, date, names, text};
use super::said::{named, number, unit, with_unit, without_tag, written};
use super::{Fact, Kind, Mark, Measure, Part, ResourceKey, Standing};
use crate::concepts::{Domain, concepts};
use crate::facts::System;
use crate::words::stems;
use salus_fhir::json::Value;

pub(super) fn observation(resource: &Value, source: ResourceKey) -> Option<Fact> {
    let status = text(resource, "status").unwrap_or_default();
    if status == "cancelled" {
        return None;
    }
    let code = at(resource, "code")?;
    let mut fact = Fact::new(source, Kind::Observation);
    fact.recorded = without_tag(concept_text(code).unwrap_or("Measurement")).replace('\u{200b}', "");
    fact.codes = codes(code);
    fact.title = plain_title(&fact).unwrap_or_else(|| fact.recorded.clone());
    fact.stems = stems(&format!("{} {}", fact.title, names(code).join(" ")));
    fact.date = date(resource, &["effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued"]);
    fact.parts = all(resource, "component").iter().filter_map(part).collect();
    fact.measure = measure(resource).or_else(|| pressure(&fact.parts)).or_else(|| joined(resource));
    if matches!(status, "registered") {
        fact.standing = Standing::Planned;
    }
    fact.text = sentence(&fact, resource, status == "preliminary");
    Some(fact)
}

fn plain_title(fact: &Fact) -> Option<String> {
    let loinc = fact.codes.iter().filter(|code| code.system == System::Loinc);
    let mut known = loinc.flat_map(|code| concepts().of_code(Domain::Analyte, &code.code));
    known.next().map(|concept| super::said::capital(concept.label))
}

fn measure(holder: &Value) -> Option<Measure> {
    let mut measure = value(holder)?;
    if let Some(range) = at(holder, "referenceRange") {
        let end = |name: &str| at(range, name).and_then(|end| at(end, "value"));
        measure.low = end("low").and_then(Value::as_f64);
        measure.high = end("high").and_then(Value::as_f64);
        measure.range = range_said(range);
    }
    measure.mark = at(holder, "interpretation").and_then(mark);
    Some(measure)
}

fn value(holder: &Value) -> Option<Measure> {
    if let Some(quantity) = at(holder, "valueQuantity") {
        let amount = at(quantity, "value")?;
        let unit = unit(quantity);
        let comparator = text(quantity, "comparator").unwrap_or_default();
        let said = format!("{comparator}{}", number(&written(amount)?));
        return Some(Measure {
            shown: with_unit(&said, unit.as_deref()),
            number: amount.as_f64(),
            unit,
            ..Measure::default()
        });
    }
    let shown = if let Some(concept) = at(holder, "valueCodeableConcept") {
        without_tag(concept_text(concept)?).to_owned()
    } else if let Some(string) = text(holder, "valueString") {
        string.to_owned()
    } else if let Some(whole) = holder.get("valueInteger").and_then(written) {
        let number = whole.parse().ok();
        return Some(Measure { shown: whole, number, ..Measure::default() });
    } else if let Some(flag) = holder.get("valueBoolean").and_then(Value::as_bool) {
        if flag { "yes" } else { "no" }.to_owned()
    } else if let Some(when) = date(holder, &["valueDateTime", "valuePeriod.start"]) {
        when.shown()
    } else {
        return None;
    };
    Some(Measure { shown, ..Measure::default() })
}

fn part(component: &Value) -> Option<Part> {
    let code = at(component, "code")?;
    Some(Part { codes: codes(code), stems: stems(&names(code).join(" ")), measure: measure(component)? })
}

/// Systolic over diastolic, where the parts are those of a blood pressure.
fn pressure(parts: &[Part]) -> Option<Measure> {
    let part = |loinc: &str| parts.iter().find(|part| part.codes.iter().any(|code| code.code == loinc));
    let (systolic, diastolic) = (&part("8480-6")?.measure, &part("8462-4")?.measure);
    let whole = |measure: &Measure| Some(format!("{:.0}", measure.number?));
    let shown = format!("{}/{}", whole(systolic)?, whole(diastolic)?);
    let range = match (systolic.range.as_deref(), diastolic.range.as_deref()) {
        (Some(upper), Some(lower)) => Some(format!("{upper} over {lower}")),
        _ => None,
    };
    Some(Measure {
        shown: with_unit(&shown, systolic.unit.as_deref()),
        number: systolic.number,
        unit: systolic.unit.clone(),
        range,
        ..Measure::default()
    })
}

/// All parts of another composed observation, named one by one.
fn joined(resource: &Value) -> Option<Measure> {
    let parts: Vec<String> = all(resource, "component")
        .iter()
        .filter_map(|component| {
            Some(format!("{}: {}", concept_text(at(component, "code")?)?, value(component)?.shown))
        })
        .collect();
    (!parts.is_empty()).then(|| Measure { shown: parts.join("; "), ..Measure::default() })
}

fn range_said(range: &Value) -> Option<String> {
    let end = |name: &str| Some(number(&written(at(at(range, name)?, "value")?)?));
    match (end("low"), end("high")) {
        (Some(low), Some(high)) => Some(format!("{low}\u{2013}{high}")),
        (Some(low), None) => Some(format!("{low} or more")),
        (None, Some(high)) => Some(format!("up to {high}")),
        (None, None) => text(range, "text").map(str::to_owned),
    }
}

fn mark(interpretation: &Value) -> Option<Mark> {
    Some(match text(interpretation, "coding.code").or_else(|| text(interpretation, "text"))? {
        "N" => Mark::Normal,
        "L" | "LU" => Mark::Low,
        "LL" | "L<" => Mark::CriticallyLow,
        "H" | "HU" => Mark::High,
        "HH" | "H>" => Mark::CriticallyHigh,
        "A" | "AA" => Mark::Abnormal,
        _ => return None,
    })
}

fn sentence(fact: &Fact, resource: &Value, preliminary: bool) -> String {
    let mut text = named(&fact.title, &fact.recorded);
    match &fact.measure {
        Some(measure) => text += &format!(": {}", measure.shown),
        None => {
            if let Some(reason) = super::read::named(resource, "dataAbsentReason") {
                text += &format!(": no value ({reason})");
            }
        }
    }
    if let Some(date) = &fact.date {
        text += &format!(" on {}", date.shown());
    }
    text += ".";
    if let Some(measure) = &fact.measure {
        if let Some(range) = &measure.range {
            text += &format!(" Reference range {range}.");
        }
        if let Some(mark) = measure.mark {
            text += &format!(" Marked {}.", mark.said());
        }
    }
    for part in &fact.parts {
        let name = part.stems.join(" ");
        if fact.measure.as_ref().is_some_and(|whole| !whole.shown.contains(&part.measure.shown)) {
            text += &format!(" {}: {}.", super::said::capital(&part_name(part, &name)), part.measure.shown);
        }
    }
    if preliminary {
        text += " Preliminary.";
    }
    for note in all(resource, "note").iter().filter_map(|note| super::read::text(note, "text")) {
        text += &format!(" Note: {note}");
    }
    text
}

fn part_name(part: &Part, fallback: &str) -> String {
    let known = part.codes.iter().flat_map(|code| concepts().of_code(Domain::Analyte, &code.code)).next();
    known.map_or_else(|| fallback.to_owned(), |concept| concept.label.to_owned())
}

impl Mark {
    /// The mark in words.
    pub(crate) fn said(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Low => "low",
            Self::CriticallyLow => "critically low",
            Self::High => "high",
            Self::CriticallyHigh => "critically high",
            Self::Abnormal => "outside the usual",
        }
    }
}
