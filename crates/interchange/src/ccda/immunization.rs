//! Vaccinations: given, refused, planned.

use super::agents::function;
use super::codes::identifiers;
use super::context::Context;
use super::fields::{Fields, absent};
use super::medication::{product, reasons};
use super::note::{comments, is_comment};
use super::plan;
use super::quantity::quantity;
use super::statement::{is_template, parts, related, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

/// A vaccination; a planned one is a request.
pub(super) fn immunization<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    if entry.mood() != "EVN" {
        return plan::medication_request(context, entry, None);
    }
    let material = product(entry);
    let code = material.and_then(|material| material.child("code"));
    if entry.is_negated() && code.is_none_or(|code| context.concept(code).is_none()) {
        context.leave_out("That a vaccination was not given, stands in its words only.".to_owned());
        return Vec::new();
    }
    let time = context.interval(entry.child("effectiveTime"));
    let status = if entry.is_negated() {
        "not-done"
    } else {
        mapped("immunization-status", entry.of("statusCode", "code").unwrap_or_default())
            .unwrap_or("completed")
    };
    let mut reason: Vec<Value> = reasons(context, entry);
    let mut fields =
        Fields::of("Immunization").with("identifier", Some(identifiers(entry))).with("status", Some(status));
    if status == "not-done" {
        let refusal = related(entry, "RSON").find(|part| is_refusal(part));
        let refusal = refusal
            .and_then(|part| context.concept_of(part, "value").or_else(|| context.concept_of(part, "code")));
        fields.put("statusReason", refusal.or_else(|| reason.pop()));
    }
    fields.put("vaccineCode", Some(context.demanded(code)));
    fields.put("patient", Some(context.patient_reference()));
    match time.first() {
        Some(when) => fields.put("occurrenceDateTime", Some(when)),
        None => {
            let why = entry.child("effectiveTime").and_then(Element::null);
            fields.put("_occurrenceDateTime", Some(absent(why)));
        }
    }
    let maker = entry.at(&["consumable", "manufacturedProduct", "manufacturerOrganization"]);
    fields.put("manufacturer", maker.and_then(|maker| context.organization(maker)));
    fields.put("lotNumber", material.and_then(|one| one.child("lotNumberText")).map(Element::words));
    fields.put("site", context.concept_of(entry, "approachSiteCode"));
    fields.put("route", context.concept_of(entry, "routeCode"));
    fields.put("doseQuantity", entry.stated("doseQuantity").and_then(quantity));
    let performers = context.performers(entry).into_iter().filter_map(|(actor, performer)| {
        Fields::default().with("function", function(context, performer)).with("actor", Some(actor)).value()
    });
    let performers: Vec<Value> = performers.collect();
    fields.put("performer", Some(performers));
    fields.put("location", context.locations(entry).into_iter().next());
    let author = context.author(entry);
    fields.put("recorded", author.when);
    fields.put("note", Some(comments(context, entry)));
    fields.put("reasonCode", Some(reason));
    fields.put("education", Some(education(context, entry)));
    fields.put("reaction", Some(reactions(context, entry)));
    fields.put("protocolApplied", protocol(entry));
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, |part| {
        is_refusal(part)
            || is_comment(part)
            || ["9", "19", "20", "118"].iter().any(|short| is_template(part, short))
            || is_dose_number(part)
    }));
    made
}

fn is_refusal(part: &Element) -> bool {
    is_template(part, "53") || part.of("code", "codeSystem") == Some("2.16.840.1.113883.5.8")
}

fn is_dose_number(part: &Element) -> bool {
    part.code() == Some("30973-2")
}

/// Which dose of a series it was.
fn protocol(entry: &Element) -> Option<Value> {
    let told = parts(entry).find(|part| is_dose_number(part)).and_then(|part| part.of("value", "value"));
    let number = told.or_else(|| entry.of("repeatNumber", "value").filter(|_| entry.mood() == "EVN"))?;
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    Some(json!([{ "doseNumberPositiveInt": number }]))
}

/// What was handed or told to the patient.
fn education(context: &Context<'_>, entry: &Element) -> Vec<Value> {
    let instructions = parts(entry).filter(|part| is_template(part, "20"));
    let told = instructions.filter_map(|part| {
        let name = part.of("code", "displayName").or_else(|| part.code()).map(str::to_owned);
        name.or_else(|| context.words_of(part, "text"))
    });
    told.map(|name| json!({ "documentType": name })).collect()
}

/// A reaction is an observation of its own, which the vaccination refers to.
fn reactions<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<Value> {
    let parts: Vec<&'d Element> = parts(entry).filter(|part| is_template(part, "9")).collect();
    let mut reactions = Vec::new();
    for part in parts {
        let time = context.interval(part.child("effectiveTime"));
        let when = time.first().map(str::to_owned);
        for name in super::observation::observation(context, part) {
            let detail = json!({ "reference": name });
            reactions
                .extend(Fields::default().with("date", when.clone()).with("detail", Some(detail)).value());
        }
    }
    reactions
}
