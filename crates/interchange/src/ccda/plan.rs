//! What is planned: requests, goals, appointments, and communications about them.

use super::agents::{individual, participation};
use super::codes::identifiers;
use super::context::Context;
use super::dosage;
use super::fields::Fields;
use super::medication::{self, instruction, is_indication, reasons};
use super::note::{comments, is_comment};
use super::observation;
use super::quantity::quantity;
use super::statement::{is_template, parts, rest};
use super::tables::{mapped, meant};
use super::time::{day, is_instant};
use super::tree::Element;
use serde_json::{Value, json};

/// Something to be done: a test, a procedure, a referral, an instruction.
pub(super) fn request<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let code = context.concept_of(entry, "code");
    if entry.is_negated() && code.as_ref().is_none_or(|code| code.get("coding").is_none()) {
        context.leave_out("Nothing of a kind is planned: its words say so.".to_owned());
        return Vec::new();
    }
    let is_instruction = is_template(entry, "20");
    let words = context.words_of(entry, "text");
    let code = code.or_else(|| words.clone().map(|words| json!({ "text": words })));
    if code.is_none() {
        return Vec::new();
    }
    let time = context.interval(entry.child("effectiveTime"));
    let author = context.author(entry);
    let status = entry.of("statusCode", "code").unwrap_or_default();
    let mut fields = Fields::of("ServiceRequest")
        .with("identifier", Some(identifiers(entry)))
        .with("status", mapped("request-status", status))
        .with("intent", mapped("intent", entry.mood()))
        .with("priority", entry.of("priorityCode", "code").and_then(|code| mapped("request-priority", code)))
        .with("doNotPerform", entry.is_negated().then_some(true))
        .with("code", code)
        .with("subject", Some(context.patient_reference()));
    match &time.at {
        Some(at) => fields.put("occurrenceDateTime", Some(at.as_str())),
        None => fields.put("occurrencePeriod", time.period()),
    }
    fields.put("authoredOn", author.when);
    fields.put("requester", author.who);
    let performers = context.performers(entry).into_iter().map(|(actor, _)| actor);
    let performers: Vec<Value> = performers.collect();
    fields.put("performer", Some(performers));
    fields.put("locationReference", Some(context.locations(entry)));
    fields.put("reasonCode", Some(reasons(context, entry)));
    fields.put("bodySite", Some(context.concepts_of(entry, "targetSiteCode")));
    let mut notes = comments(context, entry);
    if let Some(method) = context.concept_of(entry, "methodCode").as_ref().and_then(super::allergy::said) {
        notes.push(json!({ "text": format!("Method: {method}") }));
    }
    fields.put("note", Some(notes));
    let told = instruction(context, entry);
    fields.put("patientInstruction", if is_instruction { words.or(told) } else { told });
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, |part| {
        is_comment(part) || is_indication(part) || is_template(part, "20")
    }));
    made
}

/// A medicine, a vaccination or a supply of a medicine that is asked for.
pub(super) fn medication_request<'d>(
    context: &mut Context<'d>,
    entry: &'d Element,
    medicine: Option<Value>,
) -> Vec<String> {
    let is_supply = entry.name() == "supply";
    let Some(medicine) = medicine.or_else(|| medication::medicine(context, entry)) else { return Vec::new() };
    let author = context.author(entry);
    let status = entry.of("statusCode", "code").unwrap_or_default();
    // A supply in the mood INT is the order itself, and so is a medicine that somebody is to take now: a plan has a
    // template of its own.
    let is_order = is_supply || (entry.mood() == "INT" && is_template(entry, "16"));
    let intent = if is_order { Some("order") } else { mapped("intent", entry.mood()) };
    let mut fields = Fields::of("MedicationRequest")
        .with("identifier", Some(identifiers(entry)))
        .with("status", mapped("medication-request-status", status))
        .with("intent", intent)
        .with("priority", entry.of("priorityCode", "code").and_then(|code| mapped("request-priority", code)))
        .with("doNotPerform", entry.is_negated().then_some(true))
        .with("medicationCodeableConcept", Some(medicine.clone()))
        .with("subject", Some(context.patient_reference()))
        .with("authoredOn", author.when)
        .with("requester", author.who)
        .with("reasonCode", Some(reasons(context, entry)))
        .with("note", Some(comments(context, entry)));
    let time = dosage::bounds(entry).map(|bounds| context.interval(Some(bounds)));
    let repeats = entry.of("repeatNumber", "value").and_then(|text| text.parse::<u32>().ok());
    if is_supply {
        let dispense = Fields::default()
            .with("validityPeriod", time.and_then(|time| time.any_period()))
            .with("numberOfRepeatsAllowed", repeats.and_then(|fills| fills.checked_sub(1)))
            .with("quantity", entry.stated("quantity").and_then(quantity));
        let told = instruction(context, entry);
        let told = told.map(|words| json!([{ "patientInstruction": words }]));
        fields.put("dosageInstruction", told);
        fields.put("dispenseRequest", dispense.value());
    } else {
        fields.put(
            "dosageInstruction",
            dosage::dosage(context, entry, time.as_ref()).map(|dosage| vec![dosage]),
        );
    }
    let mut made = vec![context.add(entry, fields)];
    made.extend(medication::supplies(context, entry, &medicine));
    made.extend(medication::others(context, entry));
    made
}

/// A goal.
pub(super) fn goal<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let code = context.concept_of(entry, "code");
    let value = entry.child("value").and_then(|value| observation::value(context, value));
    let text = |name: &str, value: &Value| match name {
        "valueCodeableConcept" => Some(value.clone()),
        "valueString" => value.as_str().map(|words| json!({ "text": words })),
        _ => None,
    };
    // "What" stands in the value where it is words or a code, else in the code.
    let words = || context.words_of(entry, "text").map(|words| json!({ "text": words }));
    let described = value.as_ref().and_then(|(name, value)| text(name, value));
    let Some(description) = described.clone().or_else(|| code.clone()).or_else(words) else {
        return Vec::new();
    };
    if entry.is_negated() {
        context.leave_out("That something is no goal, has no form in FHIR.".to_owned());
        return Vec::new();
    }
    let time = context.interval(entry.child("effectiveTime"));
    let author = context.author(entry);
    let status = entry.of("statusCode", "code").unwrap_or_default();
    let priority =
        parts(entry).filter(|part| is_template(part, "143")).find_map(|part| part.of("value", "code"));
    let priority = priority
        .and_then(|code| meant("goal-priority", code))
        .map(|(code, _)| super::fields::coded("http://terminology.hl7.org/CodeSystem/goal-priority", code));
    let mut target = Fields::default();
    if let Some((name, value)) = value {
        let detail = match name.as_str() {
            "valueQuantity" => Some("detailQuantity"),
            "valueRange" => Some("detailRange"),
            "valueInteger" => Some("detailInteger"),
            "valueRatio" => Some("detailRatio"),
            "valueBoolean" => Some("detailBoolean"),
            "valueCodeableConcept" if described.is_some() && code.is_some() => Some("detailCodeableConcept"),
            _ => None,
        };
        if let Some(detail) = detail {
            target.put("measure", code);
            target.put(detail, Some(value));
        }
    }
    target.put("dueDate", time.last().map(day));
    let target = if target.has("measure") || target.has("dueDate") { target.value() } else { None };
    let fields = Fields::of("Goal")
        .with("identifier", Some(identifiers(entry)))
        .with("lifecycleStatus", mapped("goal-status", status))
        .with("priority", priority)
        .with("description", Some(description))
        .with("subject", Some(context.patient_reference()))
        .with("startDate", time.first().map(day))
        .with("target", target.map(|target| vec![target]))
        .with("expressedBy", author.who.map(individual))
        .with("note", Some(comments(context, entry)));
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, |part| is_comment(part) || is_template(part, "143")));
    made
}

/// A visit to come. FHIR wants a booked one to have its start and end to the second: any other is a proposal.
pub(super) fn appointment<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    if entry.is_negated() {
        context.leave_out("A visit is said not to be planned: its words say so.".to_owned());
        return Vec::new();
    }
    let time = context.interval(entry.child("effectiveTime"));
    let code = context.concept_of(entry, "code");
    let words = context.words_of(entry, "text");
    if code.is_none() && words.is_none() && time.any_period().is_none() {
        // It says nothing itself; what stands in it may.
        return rest(context, entry, |_| false);
    }
    let is_cancelled = matches!(entry.of("statusCode", "code"), Some("cancelled" | "aborted"));
    let exact = match (&time.start, &time.end) {
        (Some(start), Some(end)) if entry.mood() == "APT" && is_instant(start) && is_instant(end) => {
            Some((start, end))
        }
        _ => None,
    };
    let status = match (is_cancelled, exact) {
        (true, _) => "cancelled",
        (false, Some(_)) => "booked",
        (false, None) => "proposed",
    };
    let mut participants = vec![json!({
        "actor": context.patient_reference(),
        "status": if status == "booked" { "accepted" } else { "needs-action" }
    })];
    let actors = context.performers(entry).into_iter().map(|(actor, _)| actor);
    let actors: Vec<Value> = actors.chain(context.locations(entry)).collect();
    participants.extend(
        actors.into_iter().map(|actor| json!({ "actor": individual(actor), "status": "needs-action" })),
    );
    let mut fields = Fields::of("Appointment")
        .with("identifier", Some(identifiers(entry)))
        .with("status", Some(status))
        .with("serviceType", code.map(|code| vec![code]))
        .with("reasonCode", Some(reasons(context, entry)))
        .with("description", words);
    match exact {
        Some((start, end)) => {
            fields.put("start", Some(start.as_str()));
            fields.put("end", Some(end.as_str()));
        }
        None => fields.put("requestedPeriod", time.any_period().map(|period| vec![period])),
    }
    fields.put("patientInstruction", instruction(context, entry));
    fields.put("participant", Some(participants));
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, |part| {
        is_comment(part) || is_indication(part) || is_template(part, "20")
    }));
    made
}

/// What one who cares told another.
pub(super) fn communication<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let time = context.interval(entry.child("effectiveTime"));
    let author = context.author(entry);
    let status = entry.of("statusCode", "code").unwrap_or_default();
    let mut recipients = Vec::new();
    for participant in entry.all("participant") {
        let role = participant.child("participantRole");
        let name = role.and_then(|role| role.at(&["playingEntity", "name"])).and_then(super::people::spoken);
        match (name, role.and_then(|role| identifiers(role).into_iter().next())) {
            (None, None) => {}
            (name, identifier) => recipients
                .extend(Fields::default().with("identifier", identifier).with("display", name).value()),
        }
    }
    let fields = Fields::of("Communication")
        .with("identifier", Some(identifiers(entry)))
        .with("status", mapped("communication-status", status))
        .with("subject", Some(context.patient_reference()))
        .with("topic", context.concept_of(entry, "code"))
        .with("sent", time.first())
        .with("recipient", Some(recipients))
        .with("sender", author.who)
        .with("payload", context.words_of(entry, "text").map(|words| json!([{ "contentString": words }])))
        .with("note", Some(comments(context, entry)));
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, is_comment));
    made
}

/// How somebody takes part, for those that do.
pub(super) fn part(code: Option<&str>) -> Option<Value> {
    code.map(participation)
}
