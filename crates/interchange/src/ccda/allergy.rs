//! Allergies and intolerances: the concern, the observation, its reactions.

use super::agents::individual;
use super::codes::{Denied, denied, identifiers};
use super::condition;
use super::context::Context;
use super::fields::{Fields, coded};
use super::note::comments;
use super::statement::{is_template, kind, parts, related, rest};
use super::tables::{mapped, meant};
use super::tree::Element;
use serde_json::{Value, json};
use std::collections::HashSet;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const ABATEMENT: &str = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement";
const SNOMED: &str = "http://snomed.info/sct";

/// A concern holds the allergy that it is about.
pub(super) fn concern<'d>(context: &mut Context<'d>, act: &'d Element) -> Vec<String> {
    let is_allergy =
        |part: &Element| part.name() == "observation" && kind(part, Some("allergies")) == "allergy";
    let held: Vec<&'d Element> = parts(act).filter(|part| is_allergy(part)).collect();
    let mut made: Vec<String> = held.into_iter().flat_map(|one| allergy(context, one, Some(act))).collect();
    let is_alone = parts(act).filter(|part| is_allergy(part)).count() == 1;
    made.extend(rest(context, act, |part| {
        is_allergy(part) || is_template(part, "64") || (is_alone && is_severity(part))
    }));
    made
}

/// One allergy.
pub(super) fn allergy<'d>(
    context: &mut Context<'d>,
    observation: &'d Element,
    concern: Option<&'d Element>,
) -> Vec<String> {
    let value = observation.child("value");
    let kind = value.and_then(|value| value.attr("code")).unwrap_or_default();
    let Some(code) = substance(context, observation, value) else { return Vec::new() };
    let is_none_known = observation.is_negated() && no_known(&code).is_some();
    let time = context.interval(observation.child("effectiveTime"));
    let mut fields = Fields::of("AllergyIntolerance").with("identifier", Some(identifiers(observation)));
    if let Some(end) = time.last().filter(|_| !observation.is_negated()) {
        fields.put("extension", Some(json!([{ "url": ABATEMENT, "valueDateTime": end }])));
    }
    let status = clinical_status(observation, concern, time.last().is_some());
    // FHIR demands one of every allergy that is no mistake (ait-1): what is listed without a state holds.
    let status = status.filter(|_| !observation.is_negated()).unwrap_or("active");
    let is_void = condition::is_void(observation, concern);
    fields.put("clinicalStatus", (!is_void).then(|| coded(CLINICAL, status)));
    let verification = match (is_void, observation.is_negated() && !is_none_known) {
        (true, _) => "entered-in-error",
        (false, true) => "refuted",
        (false, false) => "confirmed",
    };
    fields.put("verificationStatus", Some(coded(VERIFICATION, verification)));
    fields.put("type", meant("allergy-type", kind).map(|(kind, _)| kind));
    fields.put("category", meant("allergy-category", kind).map(|(category, _)| vec![category]));
    fields.put("criticality", criticality(observation));
    fields.put("code", Some(code));
    fields.put("patient", Some(context.patient_reference()));
    fields.put("onsetDateTime", time.first());
    let author = context.author(observation);
    let author = if author.who.is_some() {
        author
    } else {
        concern.map(|act| context.author(act)).unwrap_or_default()
    };
    fields.put("recordedDate", author.when);
    fields.put("recorder", author.who.map(individual));
    let beside =
        concern.filter(|act| parts(act).filter(|part| part.child("participant").is_some()).count() == 1);
    let held = related(observation, "SUBJ").chain(beside.into_iter().flat_map(|act| related(act, "SUBJ")));
    let severity = held.into_iter().find(|part| is_severity(part));
    let manifested = manifested(observation);
    let reactions = reactions(context, &manifested, severity);
    let mut notes = comments(context, observation);
    notes.extend(concern.map(|act| comments(context, act)).unwrap_or_default());
    // FHIR has the severity of a reaction only: what no reaction takes over is noted.
    let is_told = manifested.iter().any(|part| !related(part, "SUBJ").any(is_severity));
    if let Some(severity) = severity.filter(|_| reactions.is_empty() || !is_told) {
        let words = severity.child("value").and_then(|value| context.concept(value)).as_ref().and_then(said);
        notes.extend(words.map(|words| json!({ "text": format!("Severity: {words}") })));
    }
    fields.put("note", Some(notes));
    fields.put("reaction", Some(reactions));
    let mut made = vec![context.add(
        if observation.child("id").is_some() { observation } else { concern.unwrap_or(observation) },
        fields,
    )];
    let is_read = |part: &Element| {
        ["8", "9", "28", "145", "64", "119"].iter().any(|short| is_template(part, short))
            || is_severity(part)
            || is_status(part)
            || is_criticality(part)
    };
    let known: HashSet<*const Element> = manifested.iter().map(|part| std::ptr::from_ref(*part)).collect();
    made.extend(rest(context, observation, |part| {
        is_read(part) || known.contains(&std::ptr::from_ref(part))
    }));
    made
}

/// What somebody is allergic to. A negated entry about nothing in particular says that no allergy is known.
fn substance(context: &mut Context<'_>, observation: &Element, value: Option<&Element>) -> Option<Value> {
    let agents =
        observation.all("participant").filter(|one| matches!(one.attr("typeCode"), Some("CSM") | None));
    let entities = agents.filter_map(|one| one.at(&["participantRole", "playingEntity"]));
    let entities: Vec<&Element> = entities.collect();
    let named = entities.iter().find_map(|entity| {
        let name = || entity.child("name").map(Element::words).filter(|words| !words.is_empty());
        context.concept_of(entity, "code").or_else(|| name().map(|name| json!({ "text": name })))
    });
    let null = entities.first().and_then(|entity| entity.of("code", "nullFlavor"));
    let kind = value.and_then(|value| value.attr("code")).unwrap_or_default();
    if observation.is_negated() {
        let none = meant("no-known-allergy", kind).map(|(code, display)| {
            json!({ "coding": [{ "system": SNOMED, "code": code, "display": display }], "text": display })
        });
        match denied(named.as_ref(), null) {
            Denied::Named => return named,
            Denied::Nothing | Denied::Unnamed if none.is_some() => return none,
            Denied::Nothing | Denied::Unnamed if value.and_then(|value| context.concept(value)).is_some() => {
            }
            _ => {
                context.leave_out(
                    "That there is no allergy to something without a code, stands in its words only."
                        .to_owned(),
                );
                return None;
            }
        }
    }
    named.or_else(|| value.and_then(|value| context.concept(value))).or_else(|| {
        let words = context.words_of(observation, "text")?;
        Some(json!({ "text": words }))
    })
}

/// The code of "no known …", if that is what a concept says.
fn no_known(concept: &Value) -> Option<&str> {
    const CODES: [&str; 4] = ["716186003", "409137002", "429625007", "428607008"];
    let code = concept["coding"][0]["code"].as_str()?;
    CODES.contains(&code).then_some(code)
}

/// The status that is stated, else the one that follows from an end or from the concern.
fn clinical_status(observation: &Element, concern: Option<&Element>, is_over: bool) -> Option<&'static str> {
    let stated =
        parts(observation).find(|part| is_status(part)).and_then(|status| status.of("value", "code"));
    let stated = stated.and_then(|code| mapped("clinical-status", code));
    let allowed = stated.map(|status| match status {
        "active" | "inactive" | "resolved" => status,
        "remission" => "inactive",
        _ => "active",
    });
    let concern = || {
        concern.and_then(|act| act.of("statusCode", "code")).and_then(|code| mapped("clinical-status", code))
    };
    allowed.or(is_over.then_some("resolved")).or_else(concern)
}

fn criticality(observation: &Element) -> Option<&'static str> {
    let part = parts(observation).find(|part| is_criticality(part))?;
    mapped("criticality", part.of("value", "code")?)
}

fn reactions<'d>(
    context: &mut Context<'d>,
    manifested: &[&'d Element],
    shared: Option<&'d Element>,
) -> Vec<Value> {
    let mut reactions = Vec::new();
    for &part in manifested {
        if part.is_negated() {
            context.leave_out("A reaction is said not to have occurred: its words say so.".to_owned());
            continue;
        }
        let words = context.words_of(part, "text");
        let value =
            part.stated("value").or_else(|| part.child("value")).and_then(|value| context.concept(value));
        let Some(manifestation) = value.or_else(|| words.clone().map(|words| json!({ "text": words })))
        else {
            context.leave_out("A reaction is not named.".to_owned());
            continue;
        };
        let own = related(part, "SUBJ").find(|inner| is_severity(inner)).or(shared);
        let code = own.and_then(|severity| severity.of("value", "code")).unwrap_or_default();
        let time = context.interval(part.child("effectiveTime"));
        reactions.extend(
            Fields::default()
                .with("manifestation", Some(vec![manifestation]))
                .with("description", words)
                .with("onset", time.first())
                .with("severity", meant("severity", code).map(|(severity, _)| severity))
                .value(),
        );
        rest(context, part, is_severity);
    }
    reactions
}

/// The reactions that an observation holds: manifestations of it, and whatever has a reaction's template.
fn manifested(observation: &Element) -> Vec<&Element> {
    let holders =
        observation.elements().filter(|child| matches!(child.name(), "entryRelationship" | "component"));
    let held = holders.filter_map(|holder| {
        let part = holder.child("observation")?;
        (holder.attr("typeCode") == Some("MFST") || is_template(part, "9")).then_some(part)
    });
    held.collect()
}

fn is_severity(part: &Element) -> bool {
    is_template(part, "8") || part.code() == Some("SEV")
}

pub(super) fn is_status(part: &Element) -> bool {
    is_template(part, "28") || is_template(part, "6") || part.code() == Some("33999-4")
}

fn is_criticality(part: &Element) -> bool {
    is_template(part, "145") || part.code() == Some("82606-5")
}

/// A concept in words.
pub(super) fn said(concept: &Value) -> Option<String> {
    let text = concept["text"].as_str().or_else(|| concept["coding"][0]["display"].as_str());
    text.or_else(|| concept["coding"][0]["code"].as_str()).map(str::to_owned)
}
