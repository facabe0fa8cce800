//! Advance directives: what somebody wants, for when they cannot say it.

use super::agents::participation;
use super::codes::identifiers;
use super::context::Context;
use super::fields::{Fields, absent, coded};
use super::note::is_comment;
use super::people::spoken;
use super::statement::rest;
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/consentcategorycodes";

/// One directive.
pub(super) fn directive<'d>(context: &mut Context<'d>, observation: &'d Element) -> Vec<String> {
    let kind = context.concept_of(observation, "code");
    let wish = observation.child("value").and_then(|value| super::observation::value(context, value));
    let wish = wish.and_then(|(name, value)| match name.as_str() {
        "valueCodeableConcept" => Some(value),
        "valueString" => Some(json!({ "text": value })),
        _ => None,
    });
    let wish = wish.or_else(|| context.words_of(observation, "text").map(|words| json!({ "text": words })));
    if kind.is_none() && wish.is_none() {
        return Vec::new();
    }
    let time = context.interval(observation.child("effectiveTime"));
    let author = context.author(observation);
    let actors: Vec<Value> = observation.all("participant").filter_map(actor).collect();
    let provision = Fields::default()
        .with("period", time.any_period().map(|period| open(period, &time)))
        .with("actor", Some(actors))
        .with("code", wish.map(|wish| vec![wish]));
    let mut category = vec![coded(CATEGORY, "acd")];
    category.extend(kind);
    let status = observation.of("statusCode", "code").unwrap_or_default();
    let fields = Fields::of("Consent")
        .with("identifier", Some(identifiers(observation)))
        .with("status", mapped("consent-status", status))
        .with("scope", Some(coded(SCOPE, "adr")))
        .with("category", Some(category))
        .with("patient", Some(context.patient_reference()))
        .with("dateTime", author.when)
        .with("sourceAttachment", source(observation))
        // FHIR demands a policy; the document names none.
        .with("policyRule", Some(absent(None)))
        .with("provision", provision.value());
    let mut made = vec![context.add(observation, fields)];
    if let Some(who) = author.who.as_ref().and_then(|who| who["display"].as_str()) {
        context.leave_out(format!(
            "Who wrote a directive down, {who}, is not who gave it: Consent has no place for them."
        ));
    }
    made.extend(rest(context, observation, is_comment));
    made
}

/// From one time on.
fn open(mut period: Value, time: &super::time::Interval) -> Value {
    if let (Some(_), Some(members)) = (&time.at, period.as_object_mut()) {
        members.remove("end");
    }
    period
}

/// Who decides for the patient, or has looked at the directive.
fn actor(participant: &Element) -> Option<Value> {
    let role = participant.child("participantRole")?;
    let name = role.at(&["playingEntity", "name"]).and_then(spoken);
    let identifier = identifiers(role).into_iter().next();
    let reference = Fields::default().with("identifier", identifier).with("display", name).value()?;
    Some(json!({ "role": participation(participant.attr("typeCode")?), "reference": reference }))
}

/// The document that the directive stands in, which is not part of this one.
fn source(observation: &Element) -> Option<Value> {
    let text = observation.at(&["reference", "externalDocument", "text"])?;
    let name = text.of("reference", "value")?;
    Fields::default().with("contentType", text.attr("mediaType")).with("title", Some(name)).value()
}
