//! Where the resources are from: the message's header as a Provenance.

use super::node::{Node, concept, extension, named};
use super::{Conversion, reference_to};
use crate::hl7v2::structure::Segment;
use serde_json::{Value, json};

impl Conversion<'_> {
    /// Says who sent what was written, when, and in which message.
    pub(super) fn origin(&mut self, header: &Segment<'_>) {
        let cut = self.times.cut();
        let recorded = self.times.instant(&header.code(7));
        if cut > 0 {
            let reason = format!(
                "Neither this time nor {cut} others of the message tell their offset from UTC: only the days were taken over."
            );
            self.leave_out(header.place(7), reason);
        }
        // How messages are sent, acknowledged and numbered is no part of the record.
        header.pass_over(&[1, 2, 5, 6, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25]);
        header.pass_over(&[3, 4, 7, 10]);
        let mut targets: Vec<Value> =
            self.resources.iter().map(|resource| json!({ "reference": reference_to(resource) })).collect();
        if let Some(patient) = &self.patient
            && !targets.iter().any(|target| target["reference"] == patient["reference"])
        {
            targets.push(json!({ "reference": patient["reference"] }));
        }
        if targets.is_empty() {
            return;
        }
        let control = self.control.clone();
        let id = self.own_id("Provenance", &[&control, &header.code(7)]);
        let mut node = Node::resource("Provenance", &id);
        node.list("target", targets);
        match recorded {
            Ok(Some(recorded)) => node.set("recorded", Some(recorded)),
            _ => {
                let url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
                node.set("_recorded", Some(json!({ "extension": [extension(url, "valueCode", "unknown")] })))
            }
        };
        node.set("occurredDateTime", self.times.date_time(&header.code(7)).ok().flatten());
        let system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
        let sender = if self.sender.is_empty() { "Sender not named" } else { &self.sender };
        node.list("agent", [json!({ "type": concept(system, "transmitter"), "who": named(sender) })]);
        let what = format!("HL7 v2 message {}^{}", self.kind, self.event);
        let mut source = Node::default();
        source.set("display", Some(what));
        source.set("identifier", (!control.is_empty()).then(|| json!({ "value": control })));
        node.list("entity", [json!({ "role": "source", "what": source.value() })]);
        self.resources.push(node.value());
    }
}
