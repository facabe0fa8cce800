//! RXO, RXE, RXD, RXA outside of vaccinations: medicines asked for, handed out and given.

use super::Conversion;
use super::datatypes::{coded_field, coded_fields, concept_words, decimal, quantity};
use super::node::Node;
use super::order::{Order, route};
use super::period;
use crate::hl7v2::structure::{Part, Segment};
use crate::hl7v2::tables;
use serde_json::{Value, json};

impl<'s> Conversion<'s> {
    pub(super) fn close_medicines(&mut self, order: &Order<'s>) {
        let of = |name: &str| order.medicines.iter().copied().find(|segment| segment.name == name);
        if let Some(rxa) = of("RXA") {
            return if self.kind == "VXU" { self.vaccination(order, rxa) } else { self.giving(order, rxa) };
        }
        let request = self.prescription(order, of("RXO"), of("RXE"));
        if let Some(rxd) = of("RXD") {
            self.dispense(order, rxd, request);
        }
    }

    /// The MedicationRequest: what the pharmacy made of the order (RXE) before what was asked for (RXO).
    fn prescription(
        &mut self,
        order: &Order<'s>,
        rxo: Option<&'s Segment<'s>>,
        rxe: Option<&'s Segment<'s>>,
    ) -> Option<Value> {
        let asked = rxo.and_then(|rxo| coded_field(rxo, 1));
        let made = rxe.and_then(|rxe| coded_field(rxe, 2));
        let whole = rxe.or(rxo)?;
        let Some(code) = made.clone().or_else(|| asked.clone()) else {
            self.leave_out_whole(whole, "It does not say what the medicine is.");
            return None;
        };
        if let (Some(rxo), Some(asked), Some(made)) = (rxo, &asked, &made)
            && concept_words(asked) != concept_words(made)
        {
            let asked = concept_words(asked).unwrap_or_default();
            self.leave_out(
                rxo.place(1),
                format!("Asked for was {asked}; taken over is what the pharmacy made of it."),
            );
        }
        let subject = self.subject(whole, "A prescription")?;
        let (placer, filler) = (order.placer(), order.filler());
        let number = placer.as_ref().or(filler.as_ref()).and_then(|part| part.text(1));
        let called = concept_words(&code).unwrap_or_default();
        let id = match number {
            Some(number) => self.own_id("MedicationRequest", &[&number, &called]),
            None => self.id_by_place("MedicationRequest", whole),
        };
        let mut node = Node::resource("MedicationRequest", &id);
        let prescription = rxe.and_then(|rxe| rxe.text(15)).map(|number| json!({ "value": number }));
        node.list(
            "identifier",
            self.order_numbers(placer.as_ref(), filler.as_ref()).into_iter().chain(prescription),
        );
        let status = match self.order_status(order, false) {
            "revoked" => "cancelled",
            status => status,
        };
        node.set("status", Some(status)).set("intent", Some("order"));
        node.set("priority", self.priority(order, None));
        self.medicine(order, code, &mut node);
        node.set("subject", Some(subject)).set("encounter", self.encounter.clone());
        node.set("authoredOn", order.orc.and_then(|orc| self.date_time(orc, 9)));
        let ordered_by = self.requester(order, None);
        let prescriber = rxe.map(|rxe| self.practitioners(rxe, 13)).unwrap_or_default().into_iter().next();
        let prescriber = prescriber
            .or_else(|| rxo.map(|rxo| self.practitioners(rxo, 14)).unwrap_or_default().into_iter().next());
        node.set("requester", ordered_by.or(prescriber));
        node.list("reasonCode", order.orc.map(|orc| coded_fields(orc, 16)).unwrap_or_default());
        node.list("note", order.notes.iter().map(|text| json!({ "text": text })));
        let dosage = self.dosage(order, rxo, rxe);
        node.list("dosageInstruction", dosage);
        node.set("dispenseRequest", supply(rxo, rxe));
        let substitution = rxe.and_then(|rxe| rxe.text(9)).or_else(|| rxo.and_then(|rxo| rxo.text(9)));
        let allowed = match substitution.as_deref() {
            Some("N") => Some(false),
            Some("G" | "T" | "Y") => Some(true),
            _ => None,
        };
        node.set("substitution", allowed.map(|allowed| json!({ "allowedBoolean": allowed })));
        let request = node.value();
        let reference = super::reference_to(&request);
        self.add(request);
        Some(json!({ "reference": reference }))
    }

    /// The medicine: a code, or one that is mixed of several.
    fn medicine(&mut self, order: &Order<'_>, code: Value, node: &mut Node) {
        let parts = order.components.iter().filter_map(|rxc| {
            rxc.pass_over(&[1]);
            let mut part = Node::default();
            part.set("itemCodeableConcept", Some(coded_field(rxc, 2)?));
            let amount = rxc.text(3).and_then(|text| decimal(&text));
            let unit = rxc.field(4).first();
            let one = json!({ "value": 1 });
            let strength = amount
                .map(|amount| json!({ "numerator": quantity(amount, unit.as_ref()), "denominator": one }));
            part.set("strength", strength);
            part.some()
        });
        let parts: Vec<Value> = parts.collect();
        // A mixture of itself alone is the medicine.
        if let [only] = parts.as_slice()
            && only["itemCodeableConcept"]["coding"] == code["coding"]
        {
            node.set("medicationCodeableConcept", Some(code));
        } else if parts.is_empty() {
            node.set("medicationCodeableConcept", Some(code));
        } else {
            let held = json!({ "resourceType": "Medication", "id": "medication", "code": code, "ingredient": parts });
            node.list("contained", [held]);
            node.set(
                "medicationReference",
                Some(json!({ "reference": "#medication", "display": concept_words(&code) })),
            );
        }
    }

    fn dosage(
        &mut self,
        order: &Order<'_>,
        rxo: Option<&Segment<'_>>,
        rxe: Option<&Segment<'_>>,
    ) -> Option<Value> {
        let words = |segment: Option<&Segment<'_>>, field: usize| {
            let lines = segment?.field(field).all().filter_map(|part| part.text(2).or_else(|| part.text(1)));
            let lines: Vec<String> = lines.collect();
            (!lines.is_empty()).then(|| lines.join("\n"))
        };
        let mut node = Node::default();
        let to_give = words(rxe, 7).or_else(|| words(rxo, 7));
        let mut instructions = to_give;
        if let Some(more) = order.timing.and_then(|timing| timing.text(11)) {
            instructions = Some(instructions.map_or(more.clone(), |held| format!("{held}\n{more}")));
        }
        node.set("text", instructions);
        node.set("timing", self.timing(order, rxe));
        let needed =
            order.timing.and_then(|timing| timing.text(3)).is_some_and(|pattern| pattern.starts_with("PRN"));
        node.set("asNeededBoolean", needed.then_some(true));
        node.set("site", route(order, 2)).set("route", route(order, 1)).set("method", route(order, 4));
        let (low, high, unit) = match (rxe, rxo) {
            (Some(rxe), _) => (rxe.text(3), rxe.text(4), rxe.field(5).first()),
            (None, Some(rxo)) => (rxo.text(2), rxo.text(3), rxo.field(4).first()),
            (None, None) => (None, None, None),
        };
        node.list("doseAndRate", dose(low, high, unit.as_ref()));
        node.some()
    }

    /// How often, and from when until when.
    fn timing(&mut self, order: &Order<'_>, rxe: Option<&Segment<'_>>) -> Option<Value> {
        let old = rxe
            .and_then(|rxe| rxe.field(1).first())
            .or_else(|| order.orc.and_then(|orc| orc.field(7).first()));
        let pattern = order.timing.and_then(|timing| timing.field(3).first()).and_then(|part| part.text(1));
        let pattern = pattern.or_else(|| old.and_then(|part| part.sub(2, 1)));
        let read = |text: Option<String>| self.times.date_time(&text?).ok().flatten();
        let (old_start, old_end) =
            (read(old.and_then(|part| part.text(4))), read(old.and_then(|part| part.text(5))));
        let (start, end) = match order.timing {
            Some(timing) => (self.date_time(timing, 7), self.date_time(timing, 8)),
            None => (None, None),
        };
        let mut repeat = Node::default();
        repeat.set("boundsPeriod", period(start.or(old_start), end.or(old_end)));
        let known = pattern.as_deref().and_then(|pattern| tables::code("repeat", pattern));
        let known: Vec<&str> = known.map(|known| known.split('/').collect()).unwrap_or_default();
        if let [frequency, every, unit] = known.as_slice() {
            let number = |text: &str| text.parse::<u32>().ok();
            repeat
                .set("frequency", number(frequency))
                .set("period", number(every))
                .set("periodUnit", Some(*unit));
        }
        let mut node = Node::default();
        node.set("repeat", repeat.some()).set("code", pattern.map(|pattern| json!({ "text": pattern })));
        node.some()
    }

    fn dispense(&mut self, order: &Order<'s>, rxd: &'s Segment<'s>, request: Option<Value>) {
        rxd.pass_over(&[1]);
        let Some(code) = coded_field(rxd, 2) else {
            self.leave_out_whole(rxd, "It does not say what the medicine is.");
            return;
        };
        let called = concept_words(&code).unwrap_or_default();
        let number = rxd.text(7);
        let id = match &number {
            Some(number) => self.own_id("MedicationDispense", &[number, &called, &rxd.code(3)]),
            None => self.id_by_place("MedicationDispense", rxd),
        };
        let mut node = Node::resource("MedicationDispense", &id);
        node.list("identifier", number.map(|number| json!({ "value": number })));
        node.set("status", Some("completed"));
        self.medicine(order, code, &mut node);
        node.set("subject", self.patient.clone()).set("context", self.encounter.clone());
        let people = self.practitioners(rxd, 10);
        node.list("performer", people.into_iter().map(|person| json!({ "actor": person })));
        node.list("authorizingPrescription", request);
        let unit = rxd.field(5).first();
        let amount = rxd.text(4).and_then(|text| decimal(&text));
        node.set("quantity", amount.map(|amount| quantity(amount, unit.as_ref())));
        node.set("whenHandedOver", self.date_time(rxd, 3));
        node.list(
            "note",
            rxd.field(9).all().filter_map(|part| part.whole()).map(|text| json!({ "text": text })),
        );
        self.add(node.value());
    }

    /// RXA in a message that is about no vaccination: a medicine was given.
    fn giving(&mut self, order: &Order<'s>, rxa: &'s Segment<'s>) {
        rxa.pass_over(&[1, 2]);
        let (Some(code), Some(given)) = (coded_field(rxa, 5), self.date_time(rxa, 3)) else {
            self.leave_out_whole(rxa, "It does not say what was given, or when.");
            return;
        };
        let Some(subject) = self.subject(rxa, "A medicine that was given") else { return };
        let called = concept_words(&code).unwrap_or_default();
        let id = self.own_id("MedicationAdministration", &[&self.patient_key(), &called, &rxa.code(3)]);
        let mut node = Node::resource("MedicationAdministration", &id);
        let status = match (rxa.code(20).as_str(), rxa.code(21).as_str()) {
            (_, "D") => "entered-in-error",
            ("RE" | "NA", _) => "not-done",
            ("CP" | "PA", _) => "completed",
            _ => "unknown",
        };
        node.set("status", Some(status));
        self.medicine(order, code, &mut node);
        node.set("subject", Some(subject)).set("context", self.encounter.clone());
        node.set("effectiveDateTime", Some(given));
        let people = self.practitioners(rxa, 10);
        node.list("performer", people.into_iter().map(|person| json!({ "actor": person })));
        let unit = rxa.field(7).first();
        let amount = rxa.text(6).filter(|amount| amount != "999").and_then(|text| decimal(&text));
        let mut dosage = Node::default();
        dosage.set("site", route(order, 2)).set("route", route(order, 1));
        dosage.set("dose", amount.map(|amount| quantity(amount, unit.as_ref())));
        let dosage = dosage.some().filter(|dosage| dosage.get("dose").is_some());
        node.set("dosage", dosage).list("note", order.notes.iter().map(|text| json!({ "text": text })));
        self.add(node.value());
        for obx in &order.facts {
            self.result_alone(obx, None);
        }
    }
}

fn dose(low: Option<String>, high: Option<String>, unit: Option<&Part<'_>>) -> Option<Value> {
    let measure =
        |text: Option<String>| text.and_then(|text| decimal(&text)).map(|number| quantity(number, unit));
    match (measure(low), measure(high)) {
        (Some(low), Some(high)) => Some(json!({ "doseRange": { "low": low, "high": high } })),
        (Some(low), None) => Some(json!({ "doseQuantity": low })),
        _ => None,
    }
}

/// How much is handed out, and how often again.
fn supply(rxo: Option<&Segment<'_>>, rxe: Option<&Segment<'_>>) -> Option<Value> {
    let (amount, unit, refills) = match (rxe, rxo) {
        (Some(rxe), _) => (rxe.text(10), rxe.field(11).first(), rxe.text(12)),
        (None, Some(rxo)) => (rxo.text(11), rxo.field(12).first(), rxo.text(13)),
        (None, None) => (None, None, None),
    };
    let mut node = Node::default();
    let refills =
        refills.and_then(|refills| refills.parse::<u32>().ok()).filter(|refills| *refills < 1_000_000);
    node.set("numberOfRepeatsAllowed", refills);
    let amount = amount.and_then(|text| decimal(&text));
    node.set("quantity", amount.map(|amount| quantity(amount, unit.as_ref())));
    node.some()
}
