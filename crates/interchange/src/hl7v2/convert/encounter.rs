//! PV1 and PV2: the visit.

use super::datatypes::{coded_field, coded_fields, coded_in, identifier, mapped, place};
use super::node::{Node, concept, named, words};
use super::{Conversion, period, reference_to};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use serde_json::{Value, json};

impl Conversion<'_> {
    pub(super) fn take_visit(&mut self, pv1: &Segment<'_>, rest: &[Segment<'_>]) {
        pv1.pass_over(&[1]);
        let near = rest.iter().take_while(|segment| !matches!(segment.name, "PID" | "PV1" | "ORC" | "OBR"));
        let more = near.into_iter().find(|segment| segment.name == "PV2");
        let number = pv1.field(19).first();
        let own = self.own.clone();
        let known = number.as_ref().and_then(|part| part.text(1));
        let id = match &known {
            Some(known) => self.shared_id("Encounter", &[&self.patient_key(), known]),
            None => self.shared_id("Encounter", &["message", &own, &pv1.whole()]),
        };
        let mut node = Node::resource("Encounter", &id);
        node.list("identifier", number.and_then(|part| identifier(self, &part)));
        let (start, end) = (self.date_time(pv1, 44), self.date_time(pv1, 45));
        node.set("status", Some(self.visit_status(end.is_some())));
        node.set("class", Some(class(pv1)));
        node.list("type", pv1.field(4).first().and_then(|part| coded_in("0007", &part)));
        node.set("serviceType", pv1.field(10).first().and_then(|part| coded_in("0069", &part)));
        node.set("subject", self.patient.clone());
        for (field, role) in [(7, "ATND"), (8, "REF"), (9, "CON"), (17, "ADM"), (52, "PART")] {
            node.list("participant", self.participants(pv1, field, role));
        }
        node.set("period", period(start, end));
        if let Some(more) = more {
            node.list(
                "reasonCode",
                [coded_field(more, 3), more.text(12).map(|text| words(&text))].into_iter().flatten(),
            );
        }
        node.set("hospitalization", self.hospitalization(pv1)).list("location", locations(pv1));
        let encounter = node.value();
        self.encounter = Some(json!({ "reference": reference_to(&encounter) }));
        if self.kind == "ADT" {
            if self.known.insert(reference_to(&encounter)) {
                self.add(encounter);
            } else {
                self.leave_out_whole(pv1, "The visit is told of twice; the first time counts.");
            }
        } else {
            self.mention(encounter);
        }
    }

    /// What the event says of the visit; a message about something else only tells whether it is over.
    fn visit_status(&self, has_ended: bool) -> &'static str {
        let by_event = if self.kind == "ADT" { tables::code("visit", &self.event) } else { None };
        by_event.unwrap_or(if has_ended { "finished" } else { "unknown" })
    }

    fn participants(&mut self, pv1: &Segment<'_>, field: usize, role: &str) -> Vec<Value> {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
        let people = self.practitioners(pv1, field);
        people
            .into_iter()
            .map(|person| json!({ "type": [concept(system, role)], "individual": person }))
            .collect()
    }

    fn hospitalization(&mut self, pv1: &Segment<'_>) -> Option<Value> {
        let mut node = Node::default();
        node.set("preAdmissionIdentifier", pv1.field(5).first().and_then(|part| identifier(self, &part)));
        node.set("admitSource", coded_field(pv1, 14)).set("reAdmission", coded_field(pv1, 13));
        node.list("dietPreference", coded_fields(pv1, 38)).list("specialArrangement", coded_fields(pv1, 15));
        let left_to = pv1.field(37).first().and_then(|part| part.words());
        node.set("destination", left_to.map(|place| named(&place)));
        node.set("dischargeDisposition", coded_field(pv1, 36));
        node.some()
    }
}

/// The class of FHIR, or that of HL7 v2 where FHIR has none of its meaning.
fn class(pv1: &Segment<'_>) -> Value {
    let part = pv1.field(2).first();
    let sent = part.as_ref().and_then(|part| part.text(1));
    let known =
        part.and_then(|part| mapped(&part, "class", "http://terminology.hl7.org/CodeSystem/v3-ActCode"));
    let is_known = sent.as_ref().is_some_and(|code| tables::code("class", code).is_some());
    let coding = known.filter(|_| is_known).map(|class| class["coding"][0].clone());
    coding.unwrap_or_else(|| {
        let code = sent.filter(|code| !code.contains(char::is_whitespace)).unwrap_or_else(|| "U".to_owned());
        json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0004", "code": code })
    })
}

/// Where the patient is, was and will be.
fn locations(pv1: &Segment<'_>) -> Vec<Value> {
    let told = [(3, "active"), (6, "completed"), (11, "active"), (42, "planned"), (43, "completed")];
    let told = told.into_iter().filter_map(|(field, status)| {
        let place = place(&pv1.field(field).first()?)?;
        Some(json!({ "location": named(&place), "status": status }))
    });
    told.collect()
}
