//! RXA of a VXU: vaccinations.

use super::Conversion;
use super::datatypes::{coded_field, coded_fields, concept_words, decimal, place, quantity};
use super::node::{Node, concept, named};
use super::observation::coded_values;
use super::order::{Order, route};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl<'s> Conversion<'s> {
    pub(super) fn vaccination(&mut self, order: &Order<'s>, rxa: &'s Segment<'s>) {
        // The numbers only count; the end of giving is its beginning.
        rxa.pass_over(&[1, 2, 4]);
        let code = coded_field(rxa, 5);
        // CVX 998: nothing was given, and only what is behind is of interest.
        let is_none = rxa.code(5) == "998";
        let given = self.date_time(rxa, 3);
        if code.is_none() || is_none || given.is_none() {
            self.leave_out_whole(
                rxa,
                "It tells of no vaccination: nothing was given, or the vaccine or its day is missing.",
            );
            for obx in &order.facts {
                self.result_alone(obx, None);
            }
            return;
        }
        let Some(patient) = self.subject(rxa, "A vaccination") else { return };
        let called = rxa.code(5);
        let number = order.filler().or_else(|| order.placer());
        let number = number.and_then(|part| part.text(1)).filter(|number| number != "9999");
        let id = match &number {
            Some(number) => self.own_id("Immunization", &["order", number, &called]),
            None => self.own_id("Immunization", &[&self.patient_key(), &called, &rxa.code(3)]),
        };
        let mut node = Node::resource("Immunization", &id);
        node.list("identifier", self.order_numbers(order.placer().as_ref(), order.filler().as_ref()));
        node.set("status", Some(vaccination_status(rxa))).set("statusReason", coded_field(rxa, 18));
        node.set("vaccineCode", code).set("patient", Some(patient)).set("encounter", self.encounter.clone());
        node.set("occurrenceDateTime", given);
        source(rxa, &mut node);
        let at = rxa.field(27).first().and_then(|part| place(&part));
        let at = at.or_else(|| rxa.field(11).first().and_then(|part| place(&part)));
        node.set("location", at.map(|place| named(&place)));
        let maker: Option<Value> = rxa
            .field(17)
            .first()
            .and_then(|part| part.text(2).or_else(|| part.text(1)))
            .map(|name| named(&name));
        node.set("manufacturer", maker)
            .set("lotNumber", rxa.text(15))
            .set("expirationDate", self.date(rxa, 16));
        node.set("site", route(order, 2)).set("route", route(order, 1));
        let unit = rxa.field(7).first();
        // 999 stands for an amount that nobody knows.
        let amount = rxa.text(6).filter(|amount| amount != "999").and_then(|text| decimal(&text));
        node.set("doseQuantity", amount.map(|amount| quantity(amount, unit.as_ref())));
        node.list("performer", self.vaccinators(order, rxa));
        node.list("note", order.notes.iter().map(|text| json!({ "text": text })));
        node.list("reasonCode", coded_fields(rxa, 19));
        let others = self.particulars(&order.facts, &mut node);
        let vaccination = node.value();
        let reference = json!({ "reference": super::reference_to(&vaccination) });
        let at = self.add(vaccination);
        for obx in others {
            self.result_alone(obx, Some(&reference));
        }
        self.before = super::Before::Resource(at);
    }

    fn vaccinators(&mut self, order: &Order<'_>, rxa: &Segment<'_>) -> Vec<Value> {
        let system = "http://terminology.hl7.org/CodeSystem/v2-0443";
        let mut all = Vec::new();
        for person in self.practitioners(rxa, 10) {
            all.push(json!({ "function": concept(system, "AP"), "actor": person }));
        }
        if let Some(person) = self.requester(order, None) {
            all.push(json!({ "function": concept(system, "OP"), "actor": person }));
        }
        all
    }

    /// Puts what OBX tell of the vaccination itself into it; gives back the others.
    fn particulars(&mut self, facts: &[&'s Segment<'s>], node: &mut Node) -> Vec<&'s Segment<'s>> {
        let mut others = Vec::new();
        let mut sheets: BTreeMap<String, Node> = BTreeMap::new();
        let (mut eligibility, mut funding, mut dose) = (Vec::new(), None, None);
        for obx in facts {
            let kind = tables::code("vaccine-fact", &obx.code(3));
            let words = || coded_values(obx).first().and_then(concept_words).or_else(|| obx.text(5));
            let sheet = sheets.entry(obx.code(4));
            match kind {
                Some("programEligibility") => eligibility.extend(coded_values(obx)),
                Some("fundingSource") if funding.is_none() => funding = coded_values(obx).into_iter().next(),
                Some("doseNumber") if dose.is_none() => dose = words(),
                Some("documentType") => {
                    sheet.or_default().set("documentType", words());
                }
                Some(kind @ ("publicationDate" | "presentationDate")) => {
                    let read = self.date_time(obx, 5);
                    sheet.or_default().set(kind, read);
                }
                _ => {
                    others.push(*obx);
                    continue;
                }
            }
            obx.pass_over(&[1, 2, 3, 4, 5, 11, 14, 17]);
        }
        node.list("programEligibility", eligibility).set("fundingSource", funding);
        node.list("education", sheets.into_values().filter_map(Node::some));
        node.list("protocolApplied", dose.map(|dose| json!({ "doseNumberString": dose })));
        others
    }
}

fn vaccination_status(rxa: &Segment<'_>) -> &'static str {
    let told = rxa.text(20).and_then(|status| tables::code("vaccination", &status));
    if rxa.code(21) == "D" { "entered-in-error" } else { told.unwrap_or("completed") }
}

/// Who knows of it: whoever gave it (00), or somebody else by a record.
fn source(rxa: &Segment<'_>, node: &mut Node) {
    let told = rxa.field(9).first();
    match told.as_ref().and_then(|part| part.text(1)).as_deref() {
        Some("00") => {
            node.set("primarySource", Some(true));
        }
        Some(code) if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            node.set("primarySource", Some(false)).set("reportOrigin", coded_field(rxa, 9));
        }
        _ => {}
    }
}
