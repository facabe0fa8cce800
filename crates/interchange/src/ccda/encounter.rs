//! Visits: those of the section, and the one that the document was written in.

use super::agents::{function, individual};
use super::codes::{coding, identifiers, unknown};
use super::condition::{self, Category};
use super::context::Context;
use super::fields::Fields;
use super::medication::{is_indication, reasons};
use super::note::{comments, is_comment};
use super::plan::part;
use super::statement::{is_template, parts, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

const ACT_CODE: &str = "2.16.840.1.113883.5.4";

/// A visit that took place, or did not.
pub(super) fn encounter<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let status = if entry.is_negated() {
        "cancelled"
    } else {
        mapped("encounter-status", entry.of("statusCode", "code").unwrap_or_default()).unwrap_or("unknown")
    };
    let diagnoses: Vec<&'d Element> = parts(entry).filter(|part| is_template(part, "80")).collect();
    let mut conditions = Vec::new();
    let mut problems = Vec::new();
    for diagnosis in diagnoses.into_iter().filter(|diagnosis| !diagnosis.is_negated()) {
        let made = condition::concern(context, diagnosis, Category::Diagnosis);
        if !parts(diagnosis).any(Element::is_negated) {
            let found = made.iter().filter(|name| name.starts_with("Condition/"));
            problems.extend(found.map(|name| json!({ "condition": { "reference": name } })));
        }
        conditions.extend(made);
    }
    let words = context.words_of(entry, "text").map(|words| json!({ "text": words }));
    let kind = context.concept_of(entry, "code").or(words);
    let mut fields = Fields::of("Encounter")
        .with("identifier", Some(identifiers(entry)))
        .with("status", Some(status))
        .with("class", Some(class(entry)))
        .with("type", kind.map(|kind| vec![kind]))
        .with("subject", Some(context.patient_reference()));
    let participants = context.performers(entry).into_iter().filter_map(|(actor, performer)| {
        let role = function(context, performer).or_else(|| part(performer.attr("typeCode")));
        let role = role.map(|role| vec![role]);
        Fields::default().with("type", role).with("individual", Some(individual(actor))).value()
    });
    let participants: Vec<Value> = participants.collect();
    fields.put("participant", Some(participants));
    let time = context.interval(entry.child("effectiveTime"));
    fields.put("period", started(&time));
    fields.put("reasonCode", Some(reasons(context, entry)));
    fields.put("diagnosis", Some(problems));
    fields.put("hospitalization", discharge(context, entry, "sdtc:dischargeDispositionCode"));
    let places = context.locations(entry).into_iter().map(|place| json!({ "location": place }));
    let places: Vec<Value> = places.collect();
    fields.put("location", Some(places));
    let mut made = vec![context.add(entry, fields)];
    made.extend(conditions);
    if !comments(context, entry).is_empty() {
        context.leave_out("A comment on a visit stands in its words only.".to_owned());
    }
    made.extend(rest(context, entry, |part| {
        is_indication(part) || is_comment(part) || is_template(part, "80")
    }));
    made
}

/// The visit that the document is about (`componentOf`). Gives its name.
pub(super) fn encompassing<'d>(context: &mut Context<'d>, root: &'d Element) -> Option<String> {
    let encounter = root.at(&["componentOf", "encompassingEncounter"])?;
    let mut participants = Vec::new();
    for participant in encounter.all("encounterParticipant") {
        let who = participant.child("assignedEntity").and_then(|assigned| context.person(assigned));
        let role = part(participant.attr("typeCode")).map(|role| vec![role]);
        participants.extend(who.and_then(|who| {
            Fields::default().with("type", role).with("individual", Some(individual(who))).value()
        }));
    }
    if let Some(assigned) = encounter.at(&["responsibleParty", "assignedEntity"])
        && let Some(who) = context.person(assigned)
    {
        participants
            .push(json!({ "type": [super::agents::participation("PPRF")], "individual": individual(who) }));
    }
    let time = context.interval(encounter.child("effectiveTime"));
    let kind = context.concept_of(encounter, "code");
    let place = encounter.at(&["location", "healthCareFacility"]).and_then(|place| context.location(place));
    let fields = Fields::of("Encounter")
        .with("identifier", Some(identifiers(encounter)))
        .with("status", Some("unknown"))
        .with("class", Some(class(encounter)))
        .with("type", kind.map(|kind| vec![kind]))
        .with("subject", Some(context.patient_reference()))
        .with("participant", Some(participants))
        .with("period", started(&time))
        .with("hospitalization", discharge(context, encounter, "dischargeDispositionCode"))
        .with("location", place.map(|place| vec![json!({ "location": place })]));
    // The same visit may be an entry, which tells more of it.
    let source = context.entry(encounter).filter(|entry| entry.name() == "encounter").unwrap_or(encounter);
    Some(context.add(source, fields))
}

/// When a visit began and ended: one time is when it began.
fn started(time: &super::time::Interval) -> Option<Value> {
    match &time.at {
        Some(at) => Some(json!({ "start": at })),
        None => time.period(),
    }
}

/// FHIR demands a class: the code or a translation of it may be one.
fn class(entry: &Element) -> Value {
    let code = entry.child("code");
    let codes = code.into_iter().chain(code.into_iter().flat_map(|code| code.all("translation")));
    let class = codes.filter(|code| code.attr("codeSystem") == Some(ACT_CODE)).find_map(coding);
    class.unwrap_or_else(|| unknown(None)["coding"][0].clone())
}

fn discharge(context: &Context<'_>, entry: &Element, name: &str) -> Option<Value> {
    let code = context.concept_of(entry, name)?;
    Some(json!({ "dischargeDisposition": code }))
}
