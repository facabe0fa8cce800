//! What is handed over: medicines, and things that are none.

use super::codes::identifiers;
use super::context::Context;
use super::device;
use super::fields::Fields;
use super::medication::material;
use super::note::{comments, is_comment};
use super::plan;
use super::quantity::quantity;
use super::statement::{is_template, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::{Value, json};

/// A supply: of a medicine, if its product is one.
pub(super) fn supply<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let is_medicine = product(entry).is_some() && !is_template(entry, "50");
    if is_medicine { medicine(context, entry, None) } else { thing(context, entry) }
}

pub(super) fn product(entry: &Element) -> Option<&Element> {
    material(entry.at(&["product", "manufacturedProduct"])?)
}

/// An order or a dispense of a medicine: of the one it stands in, if it names none.
pub(super) fn medicine<'d>(context: &mut Context<'d>, entry: &'d Element, of: Option<&Value>) -> Vec<String> {
    if entry.is_negated() {
        context.leave_out(
            "A medicine is said not to have been handed over, or not to be: its words say it.".to_owned(),
        );
        return Vec::new();
    }
    let named = product(entry).and_then(|product| context.concept_of(product, "code"));
    let Some(medicine) = named.or_else(|| of.cloned()) else {
        context.leave_out("A supply names no medicine.".to_owned());
        return Vec::new();
    };
    if entry.mood() != "EVN" {
        return plan::medication_request(context, entry, Some(medicine));
    }
    let time = context.interval(entry.child("effectiveTime"));
    let status = entry.of("statusCode", "code").unwrap_or_default();
    let performers = context.performers(entry).into_iter().map(|(actor, _)| json!({ "actor": actor }));
    let performers: Vec<Value> = performers.collect();
    let fields = Fields::of("MedicationDispense")
        .with("identifier", Some(identifiers(entry)))
        .with("status", mapped("dispense-status", status))
        .with("medicationCodeableConcept", Some(medicine))
        .with("subject", Some(context.patient_reference()))
        .with("performer", Some(performers))
        .with("quantity", entry.stated("quantity").and_then(quantity))
        .with("whenHandedOver", time.first())
        .with("note", Some(comments(context, entry)));
    let mut made = vec![context.add(entry, fields)];
    made.extend(rest(context, entry, |part| is_comment(part) || is_template(part, "17")));
    made
}

/// A walking aid, a glucose meter: given, or asked for.
fn thing<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<String> {
    let role = entry.all("participant").filter_map(|one| one.child("participantRole"));
    let role =
        role.into_iter().find(|role| role.child("playingDevice").is_some() || role.child("id").is_some());
    let device = role.and_then(|role| device::device(context, role));
    let code = product(entry).and_then(|product| context.concept_of(product, "code"));
    if device.is_none() && code.is_none() {
        context.leave_out("A supply names no thing.".to_owned());
        return Vec::new();
    }
    let time = context.interval(entry.child("effectiveTime"));
    let amount = entry.stated("quantity").and_then(quantity);
    let author = context.author(entry);
    let mut made: Vec<String> = device.iter().cloned().collect();
    let mut fields;
    let status = entry.of("statusCode", "code").unwrap_or_default();
    if entry.mood() == "EVN" {
        let mut item = Fields::default().with("quantity", amount);
        match (&device, code) {
            (Some(device), _) => item.put("itemReference", Some(json!({ "reference": device }))),
            (None, code) => item.put("itemCodeableConcept", code),
        }
        fields = Fields::of("SupplyDelivery")
            .with("identifier", Some(identifiers(entry)))
            .with("status", mapped("delivery-status", status))
            .with("patient", Some(context.patient_reference()))
            .with("suppliedItem", item.value());
    } else {
        fields = Fields::of("DeviceRequest")
            .with("identifier", Some(identifiers(entry)))
            .with("status", mapped("request-status", status))
            .with("intent", mapped("intent", entry.mood()));
        match (&device, code) {
            (Some(device), _) => fields.put("codeReference", Some(json!({ "reference": device }))),
            (None, code) => fields.put("codeCodeableConcept", code),
        }
        let amount =
            amount.map(|amount| json!([{ "code": { "text": "Quantity" }, "valueQuantity": amount }]));
        fields.put("parameter", amount);
        fields.put("subject", Some(context.patient_reference()));
    }
    match &time.at {
        Some(at) => fields.put("occurrenceDateTime", Some(at.as_str())),
        None => fields.put("occurrencePeriod", time.period()),
    }
    if entry.mood() != "EVN" {
        fields.put("authoredOn", author.when);
        fields.put("requester", author.who);
        fields.put("note", Some(comments(context, entry)));
    }
    made.push(context.add(entry, fields));
    made.extend(rest(context, entry, |part| is_comment(part) && entry.mood() != "EVN"));
    made
}
