//! Medicines that somebody takes, has taken, or does not take.

use super::allergy::is_status;
use super::codes::{Denied, denied, identifiers};
use super::context::Context;
use super::dosage::{self, is_sig};
use super::fields::{Fields, is_among};
use super::note::{comments, is_comment};
use super::plan;
use super::statement::{is_template, parts, related, rest};
use super::supply;
use super::tables::{mapped, meant};
use super::tree::Element;
use serde_json::{Value, json};

const SNOMED: &str = "http://snomed.info/sct";

/// A medicine: what is taken is a statement, what is only meant to be is a request.
pub(super) fn medication<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    if entry.mood() != "EVN" {
        return plan::medication_request(context, entry, None);
    }
    let Some(medicine) = medicine(context, entry) else { return Vec::new() };
    let is_none = medicine["coding"][0]["code"] == "787481004";
    let status = if is_none {
        "unknown"
    } else if entry.is_negated() {
        "not-taken"
    } else {
        let code = entry.of("statusCode", "code").unwrap_or_default();
        stated(entry).or_else(|| mapped("statement-status", code)).unwrap_or("unknown")
    };
    let mut fields = Fields::of("MedicationStatement")
        .with("identifier", Some(identifiers(entry)))
        .with("status", Some(status))
        .with("medicationCodeableConcept", Some(medicine.clone()))
        .with("subject", Some(context.patient_reference()));
    if let Some(bounds) = dosage::bounds(entry) {
        let time = context.interval(Some(bounds));
        match &time.at {
            Some(at) => fields.put("effectiveDateTime", Some(at.as_str())),
            None => fields.put("effectivePeriod", time.period()),
        }
    }
    let author = context.author(entry);
    fields.put("dateAsserted", author.when);
    fields.put("informationSource", author.who);
    fields.put("reasonCode", Some(reasons(context, entry)));
    fields.put("note", Some(comments(context, entry)));
    fields.put("dosage", dosage::dosage(context, entry, None).map(|dosage| vec![dosage]));
    let mut made = vec![context.add(entry, fields)];
    made.extend(supplies(context, entry, &medicine));
    made.extend(others(context, entry));
    made
}

/// Whether it is taken now, where an observation in the entry says so: the entry's own state may be that of its record.
fn stated(entry: &Element) -> Option<&'static str> {
    let status = parts(entry).find(|part| is_status(part))?;
    mapped("medication-standing", status.of("value", "code")?)
}

/// What stands in the entry of a medicine and is something of its own.
pub(super) fn others<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    rest(context, entry, |part| {
        part.name() == "supply"
            || is_sig(part)
            || is_indication(part)
            || is_comment(part)
            || is_template(part, "20")
    })
}

/// Orders and dispenses of the medicine.
pub(super) fn supplies<'d>(context: &mut Context<'d>, entry: &'d Element, medicine: &Value) -> Vec<String> {
    let held: Vec<&'d Element> = parts(entry).filter(|part| part.name() == "supply").collect();
    held.into_iter().flat_map(|one| supply::medicine(context, one, Some(medicine))).collect()
}

/// What is consumed.
pub(super) fn product(entry: &Element) -> Option<&Element> {
    material(entry.at(&["consumable", "manufacturedProduct"])?)
}

pub(super) fn material(product: &Element) -> Option<&Element> {
    product.child("manufacturedMaterial").or_else(|| product.child("manufacturedLabeledDrug"))
}

/// The medicine. A negated entry about no medicine in particular says that there is none; one that does not say what it
/// denies gives nothing.
pub(super) fn medicine(context: &mut Context<'_>, entry: &Element) -> Option<Value> {
    let material = product(entry);
    let code = material.and_then(|material| material.child("code"));
    let named = material.and_then(|material| {
        let name = || material.child("name").map(Element::words).filter(|words| !words.is_empty());
        context.concept_of(material, "code").or_else(|| name().map(|name| json!({ "text": name })))
    });
    if !entry.is_negated() {
        let words = || context.words_of(entry, "text").map(|words| json!({ "text": words }));
        return Some(named.or_else(words).unwrap_or_else(|| context.demanded(code)));
    }
    match denied(named.as_ref(), code.and_then(Element::null)) {
        Denied::Named if !named.as_ref().is_some_and(is_any) => named,
        Denied::Named | Denied::Nothing if entry.mood() == "EVN" => {
            let text = "No known medications";
            let coding = json!([{ "system": SNOMED, "code": "787481004", "display": text }]);
            Some(json!({ "coding": coding, "text": text }))
        }
        _ => {
            context.leave_out(
                "That a medicine is not taken, or not to be, stands in its words only.".to_owned(),
            );
            None
        }
    }
}

/// Whether a concept means any medicine at all.
fn is_any(concept: &Value) -> bool {
    let codes =
        concept["coding"].as_array().into_iter().flatten().filter_map(|coding| coding["code"].as_str());
    let codes: Vec<&str> = codes.collect();
    !codes.is_empty() && codes.iter().all(|code| meant("any-medicine", code).is_some())
}

/// Why: the problems of indications, and reasons that are given as observations.
pub(super) fn reasons(context: &Context<'_>, entry: &Element) -> Vec<Value> {
    let mut reasons = Vec::new();
    for part in parts(entry).filter(|part| is_indication(part) && !part.is_negated()) {
        let reason = part.child("value").and_then(|value| context.concept(value));
        let reason = reason.or_else(|| context.words_of(part, "text").map(|words| json!({ "text": words })));
        reasons.extend(reason.filter(|reason| !is_among(&reasons, reason)));
    }
    reasons
}

/// Whether an observation gives the reason of the entry that it stands in.
pub(super) fn is_indication(part: &Element) -> bool {
    is_template(part, "19") || is_reason(part)
}

/// "Reason care action performed or not".
fn is_reason(part: &Element) -> bool {
    part.code() == Some("77301-0")
}

/// What the patient is told about an entry.
pub(super) fn instruction(context: &Context<'_>, entry: &Element) -> Option<String> {
    let mut instructions =
        related(entry, "SUBJ").chain(related(entry, "COMP")).filter(|part| is_template(part, "20"));
    instructions.find_map(|part| context.words_of(part, "text"))
}
