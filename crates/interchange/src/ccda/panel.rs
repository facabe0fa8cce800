//! Organizers: results as a DiagnosticReport, vital signs and scales as an Observation with members.

use super::codes::identifiers;
use super::context::Context;
use super::fields::{Fields, coded};
use super::note::{comments, is_comment};
use super::observation::{self, CATEGORY};
use super::procedure::specimens;
use super::statement::{convert, parts, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

const LOINC: &str = "http://loinc.org";
const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";

/// A result organizer.
pub(super) fn report<'d>(context: &mut Context<'d>, organizer: &'d Element) -> Vec<String> {
    let (members, others) = members(context, organizer);
    if members.is_empty() && organizer.code().is_none() {
        return others;
    }
    let status =
        mapped("report-status", organizer.of("statusCode", "code").unwrap_or_default()).unwrap_or("unknown");
    let time = context.interval(organizer.child("effectiveTime"));
    let performers: Vec<Value> = context.performers(organizer).into_iter().map(|(actor, _)| actor).collect();
    let author = context.author(organizer);
    let who = if performers.is_empty() { author.who.into_iter().collect() } else { performers };
    let specimens: Vec<Value> =
        specimens(context, organizer).into_iter().map(|name| json!({ "reference": name })).collect();
    let mut fields = Fields::of("DiagnosticReport")
        .with("identifier", Some(identifiers(organizer)))
        .with("status", Some(status))
        .with("code", Some(context.demanded(organizer.child("code"))))
        .with("subject", Some(context.patient_reference()));
    match &time.at {
        Some(at) => fields.put("effectiveDateTime", Some(at.as_str())),
        None => fields.put("effectivePeriod", time.period()),
    }
    fields.put("issued", author.when.filter(|when| super::time::is_instant(when)));
    fields.put("performer", Some(who));
    fields.put("specimen", Some(specimens));
    fields.put("result", Some(references(&members)));
    let mut made = vec![context.add(organizer, fields)];
    if let Some(words) = organizer.all("component").find_map(|one| comment_words(context, one)) {
        context.leave_out(format!("A comment on a report: {words}"));
    }
    made.extend(members);
    made.extend(others);
    made
}

fn comment_words(context: &Context<'_>, component: &Element) -> Option<String> {
    let comment = component.elements().find(|part| is_comment(part))?;
    context.words_of(comment, "text")
}

/// Any other organizer of observations. Without a code it is nothing but its members.
pub(super) fn panel<'d>(context: &mut Context<'d>, organizer: &'d Element) -> Vec<String> {
    let pressure = pressure(context, organizer);
    let (mut members, others) = match &pressure {
        Some((_, read)) => members_but(context, organizer, read),
        None => members(context, organizer),
    };
    members.extend(pressure.map(|(name, _)| name));
    let code = context.concept_of(organizer, "code");
    let (Some(code), false) = (code, members.is_empty()) else { return [members, others].concat() };
    let status = mapped("observation-status", organizer.of("statusCode", "code").unwrap_or_default())
        .unwrap_or("unknown");
    let time = context.interval(organizer.child("effectiveTime"));
    let author = context.author(organizer);
    let mut fields = Fields::of("Observation")
        .with("identifier", Some(identifiers(organizer)))
        .with("status", Some(status))
        .with("category", observation::category(context.about).map(|category| vec![category]))
        .with("code", Some(code))
        .with("subject", Some(context.patient_reference()));
    match &time.at {
        Some(at) => fields.put("effectiveDateTime", Some(at.as_str())),
        None => fields.put("effectivePeriod", time.period()),
    }
    fields.put("performer", author.who.map(|who| vec![who]));
    fields.put("note", Some(comments(context, organizer)));
    fields.put("hasMember", Some(references(&members)));
    let mut made = vec![context.add(organizer, fields)];
    made.extend(members);
    made.extend(others);
    made
}

/// What the components became: observations, and anything else.
fn members<'d>(context: &mut Context<'d>, organizer: &'d Element) -> (Vec<String>, Vec<String>) {
    members_but(context, organizer, &[])
}

fn members_but<'d>(
    context: &mut Context<'d>,
    organizer: &'d Element,
    read: &[&'d Element],
) -> (Vec<String>, Vec<String>) {
    let is_read = |part: &Element| read.iter().any(|one| std::ptr::eq(*one, part));
    let (mut members, mut others) = (Vec::new(), Vec::new());
    let held: Vec<&'d Element> =
        parts(organizer).filter(|part| part.name() == "observation" && !is_read(part)).collect();
    for part in held {
        // The first is the observation itself; what else it holds is no member of the panel.
        let mut made = convert(context, part).into_iter();
        match made.next() {
            Some(name) if name.starts_with("Observation/") => members.push(name),
            other => others.extend(other),
        }
        others.extend(made);
    }
    others.extend(rest(context, organizer, |part| part.name() == "observation" || is_comment(part)));
    (members, others)
}

fn references(names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({ "reference": name })).collect()
}

/// Systolic and diastolic pressure of one organizer, taken at one time, are one Observation with two components, as
/// FHIR's vital signs have it.
fn pressure<'d>(context: &mut Context<'d>, organizer: &'d Element) -> Option<(String, [&'d Element; 2])> {
    let one = |code: &str| {
        let mut found =
            parts(organizer).filter(|part| part.name() == "observation" && part.code() == Some(code));
        let first = found
            .next()
            .filter(|one| !one.is_negated() && one.elements().all(|part| part.name() != "entryRelationship"));
        if found.next().is_some() { None } else { first }
    };
    let (systolic, diastolic) = (one(SYSTOLIC)?, one(DIASTOLIC)?);
    let at = |part: &'d Element| part.of("effectiveTime", "value");
    let is_measured =
        |part: &Element| part.stated("value").is_some_and(|value| value.attr("value").is_some());
    let is_one = at(systolic) == at(diastolic)
        && systolic.of("statusCode", "code") == diastolic.of("statusCode", "code")
        && is_measured(systolic)
        && is_measured(diastolic);
    if !is_one {
        return None;
    }
    let mut fields = observation::fields(context, systolic)?;
    let other = observation::fields(context, diastolic)?;
    let identifiers = [identifiers(systolic), identifiers(diastolic)].concat();
    let components: Vec<Value> = [&fields, &other].into_iter().filter_map(component).collect();
    for name in ["valueQuantity", "valueRange", "interpretation", "referenceRange"] {
        fields.remove(name);
    }
    fields.put("identifier", Some(identifiers));
    fields.put("code", Some(coded(LOINC, "85354-9")));
    fields.put("category", Some(vec![coded(CATEGORY, "vital-signs")]));
    fields.put("component", Some(components));
    Some((context.add_part(systolic, "pressure", fields), [systolic, diastolic]))
}

fn component(fields: &Fields) -> Option<Value> {
    let mut component = Fields::default();
    for name in ["code", "valueQuantity", "valueRange", "interpretation", "referenceRange"] {
        component.put(name, fields.get(name).cloned());
    }
    component.value()
}
