//! Procedures that were done, or were not.

use super::agents::{function, individual};
use super::codes::identifiers;
use super::context::Context;
use super::device::{device_with, is_details};
use super::fields::Fields;
use super::medication::{is_indication, reasons};
use super::note::{comments, is_comment};
use super::observation;
use super::plan;
use super::statement::{is_template, parts, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

/// A procedure. One that is an observation with a value is an Observation too, which the procedure reports.
pub(super) fn procedure<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    if entry.mood() != "EVN" {
        return plan::request(context, entry);
    }
    let code = context.concept_of(entry, "code");
    let code = code.or_else(|| context.words_of(entry, "text").map(|words| json!({ "text": words })));
    let Some(code) = code else { return Vec::new() };
    let status = if entry.is_negated() {
        "not-done"
    } else {
        mapped("procedure-status", entry.of("statusCode", "code").unwrap_or_default()).unwrap_or("unknown")
    };
    let time = context.interval(entry.child("effectiveTime"));
    let mut reasons = reasons(context, entry);
    let mut fields =
        Fields::of("Procedure").with("identifier", Some(identifiers(entry))).with("status", Some(status));
    if status == "not-done" && !reasons.is_empty() {
        fields.put("statusReason", Some(reasons.remove(0)));
    }
    fields.put("code", Some(code));
    fields.put("subject", Some(context.patient_reference()));
    match &time.at {
        Some(at) => fields.put("performedDateTime", Some(at.as_str())),
        None => fields.put("performedPeriod", time.period()),
    }
    let author = context.author(entry);
    fields.put("recorder", author.who.map(individual));
    let performers = context.performers(entry).into_iter().filter_map(|(actor, performer)| {
        Fields::default().with("function", function(context, performer)).with("actor", Some(actor)).value()
    });
    let performers: Vec<Value> = performers.collect();
    fields.put("performer", Some(performers));
    fields.put("location", context.locations(entry).into_iter().next());
    fields.put("reasonCode", Some(reasons));
    fields.put("bodySite", Some(context.concepts_of(entry, "targetSiteCode")));
    let mut made = Vec::new();
    let (devices, is_implant) = devices(context, entry);
    for device in devices {
        let reference = json!({ "reference": device });
        if is_implant {
            fields.push("focalDevice", json!({ "manipulated": reference }));
        } else {
            fields.push("usedReference", reference);
        }
        made.push(device);
    }
    let mut notes = comments(context, entry);
    if let Some(method) = context.concept_of(entry, "methodCode").as_ref().and_then(super::allergy::said) {
        notes.push(json!({ "text": format!("Method: {method}") }));
    }
    fields.put("note", Some(notes));
    let specimens = specimens(context, entry);
    made.extend(specimens);
    if let Some(found) = finding(context, entry) {
        made.push(found);
    }
    made.insert(0, context.add(entry, fields));
    made.extend(rest(context, entry, |part| {
        is_comment(part) || is_indication(part) || is_details(part) || is_template(part, "20")
    }));
    if parts(entry).any(|part| is_template(part, "20")) {
        context.leave_out("What the patient was told with a procedure stands in its words only.".to_owned());
    }
    made
}

/// What a procedure that is an observation found.
fn finding<'d>(context: &mut Context<'d>, entry: &'d Element) -> Option<String> {
    let is_observation = entry.name() == "observation" && !entry.is_negated();
    let has_value =
        is_observation && entry.all("value").any(|value| observation::value(context, value).is_some());
    if !has_value {
        return None;
    }
    observation::single(context, entry, "finding")
}

/// The devices of a procedure, and whether they are what it was about: an organizer of their identifiers, or a UDI, says so.
fn devices<'d>(context: &mut Context<'d>, entry: &'d Element) -> (Vec<String>, bool) {
    let details = parts(entry).find(|part| is_details(part));
    let roles = entry.all("participant").filter(|one| matches!(one.attr("typeCode"), Some("DEV" | "PRD")));
    let roles: Vec<&'d Element> = roles.filter_map(|one| one.child("participantRole")).collect();
    let has_udi =
        |role: &Element| role.all("id").any(|id| id.attr("root") == Some("2.16.840.1.113883.3.3719"));
    let is_implant =
        details.is_some() || roles.iter().any(|role| has_udi(role)) || context.about == Some("devices");
    let made = roles.into_iter().filter_map(|role| device_with(context, role, details)).collect();
    (made, is_implant)
}

/// What was taken for examination.
pub(super) fn specimens<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let roles: Vec<&'d Element> = entry.all("specimen").filter_map(|one| one.child("specimenRole")).collect();
    let mut made = Vec::new();
    for role in roles {
        let kind = role.child("specimenPlayingEntity").and_then(|entity| context.concept_of(entity, "code"));
        if kind.is_none() && identifiers(role).is_empty() {
            continue;
        }
        let fields = Fields::of("Specimen")
            .with("identifier", Some(identifiers(role)))
            .with("type", kind)
            .with("subject", Some(context.patient_reference()));
        made.push(context.add(role, fields));
    }
    made
}
