//! Observations: results, vital signs, social history, functional status, and whatever else has a code and a value.

use super::codes::identifiers;
use super::context::Context;
use super::fields::{Fields, absent_reason, coded};
use super::note::{comments, is_comment};
use super::procedure::specimens;
use super::quantity::{amount, number, range, ratio};
use super::statement::{is_template, rest};
use super::tables::{mapped, meant};
use super::tree::Element;
use serde_json::{Value, json};

pub(super) const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

/// An observation, and those that stand in it.
pub(super) fn observation<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let Some(own) = single(context, entry, "") else { return Vec::new() };
    let mut made = vec![own];
    made.extend(rest(context, entry, is_comment));
    made
}

/// The observation alone.
pub(super) fn single<'d>(context: &mut Context<'d>, entry: &'d Element, part: &str) -> Option<String> {
    let fields = fields(context, entry)?;
    Some(context.add_part(entry, part, fields))
}

/// The members of the Observation; none where it cannot be told without turning it round.
pub(super) fn fields<'d>(context: &mut Context<'d>, entry: &'d Element) -> Option<Fields> {
    let values: Vec<(String, Value)> = entry.all("value").filter_map(|one| value(context, one)).collect();
    let Finding { code, values, is_undone } = what(context, entry, values)?;
    let status =
        mapped("observation-status", entry.of("statusCode", "code").unwrap_or_default()).unwrap_or("unknown");
    let status = match status {
        "preliminary" if values.is_empty() => "registered",
        _ if is_undone => "cancelled",
        status => status,
    };
    let time = context.interval(entry.child("effectiveTime"));
    let mut fields = Fields::of("Observation")
        .with("identifier", Some(identifiers(entry)))
        .with("status", Some(status))
        .with("category", category(context.about).map(|category| vec![category]))
        .with("code", Some(code.clone()))
        .with("subject", Some(context.patient_reference()));
    match &time.at {
        Some(at) => fields.put("effectiveDateTime", Some(at.as_str())),
        None => fields.put("effectivePeriod", time.period()),
    }
    let performers: Vec<Value> = context.performers(entry).into_iter().map(|(actor, _)| actor).collect();
    let author = context.author(entry);
    fields.put("issued", author.when.as_deref().filter(|when| super::time::is_instant(when)));
    let who = if performers.is_empty() { author.who.into_iter().collect() } else { performers };
    fields.put("performer", Some(who));
    put_values(entry, code, values, is_undone, &mut fields);
    fields.put("interpretation", Some(context.concepts_of(entry, "interpretationCode")));
    fields.put("note", Some(comments(context, entry)));
    fields.put("bodySite", context.concept_of(entry, "targetSiteCode"));
    fields.put("method", context.concept_of(entry, "methodCode"));
    let specimen = specimens(context, entry).into_iter().next();
    fields.put("specimen", specimen.map(|name| json!({ "reference": name })));
    fields.put("referenceRange", Some(ranges(context, entry)));
    Some(fields)
}

/// What is observed, what it came to (values by their FHIR name), and whether it was not done.
struct Finding {
    code: Value,
    values: Vec<(String, Value)>,
    is_undone: bool,
}

/// A negated assertion of something is that something,
/// answered with no; a negated observation without a value was not made; a negated value has no form in FHIR.
fn what(context: &mut Context<'_>, entry: &Element, values: Vec<(String, Value)>) -> Option<Finding> {
    let code = entry.child("code");
    let asserted = || entry.child("value").and_then(|value| context.concept(value));
    let is_assertion = code
        .and_then(|code| code.attr("code"))
        .is_some_and(|code| code == "ASSERTION" || meant("any-problem", code).is_some());
    if entry.is_negated() && !values.is_empty() {
        return match asserted().filter(|_| is_assertion) {
            Some(concept) => Some(Finding {
                code: concept,
                values: vec![("valueBoolean".to_owned(), json!(false))],
                is_undone: false,
            }),
            None => {
                context
                    .leave_out("That a finding is not so, has no form in FHIR: its words say it.".to_owned());
                None
            }
        };
    }
    let concept = asked(entry).or_else(|| code.and_then(|code| context.concept(code)));
    let words = || context.words_of(entry, "text").map(|words| json!({ "text": words }));
    let concept = concept.or_else(words);
    if concept.is_none() && values.is_empty() {
        return None;
    }
    let concept = concept.unwrap_or_else(|| super::codes::unknown(code));
    Some(Finding { code: concept, values, is_undone: entry.is_negated() })
}

/// What an assertion answers, where its template says it (C-CDA R1.1 has `ASSERTION` there).
fn asked(entry: &Element) -> Option<Value> {
    const LOINC: &str = "http://loinc.org";
    let code = match entry.code()? {
        "ASSERTION" if is_template(entry, "78") => "72166-2",
        "ASSERTION" if is_template(entry, "85") => "11367-0",
        _ => return None,
    };
    Some(coded(LOINC, code))
}

/// One value is the observation's; several are components of it.
fn put_values(
    entry: &Element,
    code: Value,
    values: Vec<(String, Value)>,
    is_undone: bool,
    fields: &mut Fields,
) {
    let why = entry.child("value").and_then(Element::null);
    match values.len() {
        0 if is_undone => fields.put("dataAbsentReason", Some(coded(ABSENT, "not-performed"))),
        0 if why.is_some() => fields.put("dataAbsentReason", Some(coded(ABSENT, absent_reason(why)))),
        0 => {}
        1 => {
            let (name, value) = values.into_iter().next().unwrap_or_default();
            fields.put(&name, Some(value));
        }
        _ => {
            let components = values.into_iter().map(|(name, value)| {
                Fields::default().with("code", Some(code.clone())).with(&name, Some(value)).value()
            });
            fields.put("component", Some(components.flatten().collect::<Vec<_>>()));
        }
    }
}

/// A value under its FHIR name: `valueQuantity`, `valueCodeableConcept`.
pub(super) fn value(context: &Context<'_>, element: &Element) -> Option<(String, Value)> {
    let named = |name: &str, value: Option<Value>| value.map(|value| (name.to_owned(), value));
    let words = || context.words(element).map(Value::String);
    match element.data_type().unwrap_or_default() {
        "CD" | "CE" | "CV" | "CO" | "CS" => named("valueCodeableConcept", context.concept(element)),
        "PQ" | "REAL" | "IVL_PQ" | "IVL_REAL" => {
            amount("value", element).or_else(|| named("valueString", written(element).or_else(words)))
        }
        "INT" => {
            let value = number(element.attr("value")?)?;
            let is_small = value.as_i64().is_some_and(|value| i32::try_from(value).is_ok());
            if is_small {
                named("valueInteger", Some(value))
            } else {
                named("valueQuantity", Some(json!({ "value": value })))
            }
        }
        "IVL_INT" => amount("value", element),
        "ST" | "ED" | "SC" => named("valueString", words()),
        "BL" => named("valueBoolean", element.attr("value")?.parse::<bool>().ok().map(Value::Bool)),
        "TS" => named("valueDateTime", super::time::moment(element.attr("value")?).map(Value::String)),
        "IVL_TS" => {
            let time = super::time::interval(element);
            match time.at {
                Some(at) => named("valueDateTime", Some(Value::String(at))),
                None => named("valuePeriod", time.period()),
            }
        }
        "RTO" | "RTO_PQ_PQ" | "RTO_QTY_QTY" => named("valueRatio", ratio(element)),
        "II" => {
            named("valueString", element.attr("extension").or(element.attr("root")).map(|text| json!(text)))
        }
        // Without a type, the attributes tell.
        _ if element.attr("code").is_some() => named("valueCodeableConcept", context.concept(element)),
        _ if element.attr("value").is_some() => amount("value", element),
        _ => named("valueString", words()),
    }
}

/// A value that is no number (`trace`, `<5`), as it is written.
fn written(element: &Element) -> Option<Value> {
    let value = element.attr("value")?;
    let unit = element.attr("unit").map(|unit| format!(" {unit}")).unwrap_or_default();
    Some(json!(format!("{value}{unit}")))
}

/// What is usual: numbers where there are two ends or one, words else.
fn ranges(context: &Context<'_>, entry: &Element) -> Vec<Value> {
    let ranges =
        entry.all("referenceRange").filter_map(|one| one.child("observationRange")).filter_map(|held| {
            let value =
                held.child("value").filter(|value| value.data_type().is_none_or(|name| name == "IVL_PQ"));
            let mut fields = Fields::default();
            if let Some(Value::Object(ends)) = value.and_then(range) {
                ends.into_iter().for_each(|(name, end)| fields.put(&name, Some(end)));
            }
            let meaning = held.child("interpretationCode").and_then(|code| context.concept(code));
            let words = context.words_of(held, "text").or_else(|| {
                let value = held.child("value")?;
                context.words(value).or_else(|| value.attr("displayName").map(str::to_owned))
            });
            fields.put("text", words);
            if fields.is_empty() {
                return None;
            }
            fields.put("type", meaning);
            fields.value()
        });
    ranges.collect()
}

/// The category that follows from the section. A result may come from a laboratory or from elsewhere: it has none.
pub(super) fn category(about: Option<&str>) -> Option<Value> {
    let code = match about? {
        "vitals" => "vital-signs",
        "social" => "social-history",
        "exam" => "exam",
        _ => return None,
    };
    Some(coded(CATEGORY, code))
}
