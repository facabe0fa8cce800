//! From the segments of a message to resources.
//!
//! The segments are walked in order. What belongs together is gathered before it is written: an order with what was
//! found ([`order::Order`]), a document with its text, an appointment with its parts. A note belongs to what stands
//! before it.
//!
//! Ids follow from the sender and from what the sender calls a thing: a patient from their number, a result from the
//! number of its order and its code. So the same message gives the same ids, and a corrected result those of the
//! result that it corrects. What the sender gives no number gets an id from the message's own, and what stands twice
//! under one number is counted.

mod allergy;
mod appointment;
mod charge;
mod coverage;
mod datatypes;
mod diagnosis;
mod document;
mod encounter;
mod medication;
mod node;
mod observation;
mod order;
mod origin;
mod patient;
mod people;
mod vaccination;
mod value;

use super::message::{Message, segments};
use super::structure::Segment;
use super::tables;
use super::time::Times;
use crate::{Converted, LeftOut};
use node::Node;
use salus_core::Uid;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// What has been read so far.
pub(super) struct Conversion<'s> {
    kind: String,
    event: String,
    sender: String,
    control: String,
    /// What ids follow from: who sends, and which message it is. Short, whatever was sent.
    scope: String,
    own: String,
    times: Times,
    resources: Vec<Value>,
    mentioned: Vec<Value>,
    left_out: Vec<LeftOut>,
    /// How often each id was given.
    given: HashMap<String, usize>,
    /// The ids of those mentioned.
    known: HashSet<String>,
    /// References to the patient and the visit that the segments are about.
    patient: Option<Value>,
    encounter: Option<Value>,
    /// Where the patient stands among the resources.
    patient_at: Option<usize>,
    order: Option<order::Order<'s>>,
    /// A specimen that stands before the orders on it.
    specimen: Option<order::Shared<'s>>,
    document: Option<document::Document<'s>>,
    appointment: Option<appointment::Appointment<'s>>,
    before: Before,
}

/// What a note would belong to.
enum Before {
    /// Something that takes no notes.
    Other,
    /// The order that is being gathered.
    Order,
    /// The appointment that is being gathered.
    Appointment,
    /// A resource, by its place.
    Resource(usize),
}

pub(super) fn convert(message: &Message) -> Converted {
    let lines = message.lines();
    let segments = segments(&lines, message.separators);
    let sent = segments.first().map(|header| header.code(7)).unwrap_or_default();
    let mut chart = Conversion {
        kind: message.kind(),
        event: message.event(),
        scope: Uid::named(&[&message.sender()]).to_string(),
        own: own(message, &sent),
        sender: message.sender(),
        control: message.control_id(),
        times: Times::of(&sent),
        resources: Vec::new(),
        mentioned: Vec::new(),
        left_out: message.notes.clone(),
        given: HashMap::new(),
        known: HashSet::new(),
        patient: None,
        encounter: None,
        patient_at: None,
        order: None,
        specimen: None,
        document: None,
        appointment: None,
        before: Before::Other,
    };
    for (at, segment) in segments.iter().enumerate() {
        chart.take(segment, &segments[at + 1..]);
    }
    chart.close();
    if let Some(header) = segments.first() {
        chart.origin(header);
    }
    for segment in &segments {
        chart.tell_unread(segment);
    }
    Converted { resources: chart.resources, mentioned: chart.mentioned, left_out: chart.left_out }
}

impl<'s> Conversion<'s> {
    /// Takes the next segment in, with a look at those after it.
    fn take(&mut self, segment: &'s Segment<'s>, rest: &'s [Segment<'s>]) {
        // Who took part may stand between a thing and its notes.
        if !matches!(segment.name, "NTE" | "PRT") {
            self.before = Before::Other;
        }
        match segment.name {
            "PID" => {
                // An appointment stands before its patient.
                self.close_order();
                self.close_document();
                (self.encounter, self.specimen, self.patient_at) = (None, None, None);
                self.take_patient(segment, rest);
            }
            "NK1" => self.take_relation(segment),
            "PV1" => self.take_visit(segment, rest),
            "MRG" => self.take_merge(segment),
            "AL1" | "IAM" => self.take_allergy(segment),
            "DG1" => self.take_diagnosis(segment),
            "PRB" => self.take_problem(segment),
            "PR1" => self.take_procedure(segment),
            "IN1" => self.take_coverage(segment, rest),
            "FT1" => self.take_charge(segment),
            "TQ1" if self.is_of_appointment(segment) => {}
            "ORC" | "OBR" | "RXO" | "RXE" | "RXD" | "RXA" => self.open_order(segment),
            "RXR" | "RXC" | "TQ1" | "SPM" => self.add_to_order(segment),
            "OBX" => self.take_result(segment),
            "TXA" => self.open_document(segment),
            "SCH" => self.open_appointment(segment),
            "AIS" | "AIP" | "AIL" | "AIG" => self.add_to_appointment(segment),
            "NTE" => self.take_note(segment),
            // What happened stands in the header, when it was told in the resources.
            "EVN" => segment.pass_over(&[1, 2]),
            // PD1, PV2, IN2 are read with the segment before them; others have no mapping.
            _ => {}
        }
    }

    /// An appointment has times of its own.
    fn is_of_appointment(&mut self, timing: &'s Segment<'s>) -> bool {
        self.appointment.as_mut().map(|appointment| appointment.timing = Some(timing)).is_some()
    }

    /// Writes what was gathered.
    fn close(&mut self) {
        self.close_order();
        self.close_document();
        self.close_appointment();
    }

    fn take_note(&mut self, note: &Segment<'_>) {
        note.pass_over(&[1, 2, 4, 5, 6, 7, 8, 9]);
        let text = note.field(3).lines();
        if text.is_empty() {
            return;
        }
        let is_taken = match self.before {
            Before::Other => false,
            Before::Order => self.order.as_mut().map(|order| order.notes.push(text)).is_some(),
            Before::Appointment => {
                self.appointment.as_mut().map(|appointment| appointment.notes.push(text)).is_some()
            }
            Before::Resource(at) => {
                self.resources.get_mut(at).is_some_and(|resource| add_note(resource, &text))
            }
        };
        if !is_taken {
            self.leave_out_whole(note, "What this note stands behind takes no notes in FHIR.");
        }
    }

    /// Adds a resource and lets notes follow.
    fn add(&mut self, resource: Value) -> usize {
        self.resources.push(resource);
        let at = self.resources.len() - 1;
        self.before = Before::Resource(at);
        at
    }

    /// Adds a resource that is only told of in passing, once.
    fn mention(&mut self, resource: Value) {
        if self.known.insert(reference_to(&resource)) {
            self.mentioned.push(resource);
        }
    }

    /// An id that follows from these parts, within what the sender may name. Asked for again, it is another one.
    fn own_id(&mut self, type_name: &str, parts: &[&str]) -> String {
        let key = self.shared_id(type_name, parts);
        let count = self.given.entry(key.clone()).or_default();
        *count += 1;
        if *count == 1 {
            return key;
        }
        let again = count.to_string();
        Uid::named(&["hl7v2", &key, &again]).to_string()
    }

    /// An id that follows from these parts, the same each time.
    fn shared_id(&self, type_name: &str, parts: &[&str]) -> String {
        let whole: Vec<&str> =
            ["hl7v2", &self.scope, type_name].into_iter().chain(parts.iter().copied()).collect();
        Uid::named(&whole).to_string()
    }

    /// An id for what has no name but its place in this message.
    fn id_by_place(&mut self, type_name: &str, segment: &Segment<'_>) -> String {
        let own = self.own.clone();
        self.own_id(type_name, &["message", &own, &segment.whole()])
    }

    /// The id of the patient, to name what is theirs; the message's own where there is none.
    fn patient_key(&self) -> String {
        let patient = self.patient.as_ref().and_then(|patient| patient["reference"].as_str());
        patient.map_or_else(|| format!("message {}", self.own), str::to_owned)
    }

    fn leave_out(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.left_out.push(LeftOut::new(place, reason));
    }

    /// Leaves a segment out, whatever was read of it.
    fn leave_out_whole(&mut self, segment: &Segment<'_>, reason: impl Into<String>) {
        segment.pass_over_all();
        self.leave_out(segment.whole(), reason);
    }

    /// The patient, for a resource that must have one; without, the segment is left out.
    fn subject(&mut self, segment: &Segment<'_>, what: &str) -> Option<Value> {
        if self.patient.is_none() {
            self.leave_out_whole(
                segment,
                format!("{what} must be about a patient, and the message names none before it."),
            );
        }
        self.patient.clone()
    }

    /// A sex out of a field; one that is not known here is left out.
    fn gender(&mut self, segment: &Segment<'_>, number: usize) -> Option<&'static str> {
        let told = segment.text(number)?;
        let gender = tables::code("gender", &told);
        if gender.is_none() {
            self.leave_out(
                segment.place(number),
                format!("'{}' is no sex of table 0001.", node::shortened(&told)),
            );
        }
        gender
    }

    /// A time out of a field; one that is none is left out.
    fn date_time(&mut self, segment: &Segment<'_>, number: usize) -> Option<String> {
        let read = self.times.date_time(&segment.code(number));
        self.or_left_out(read, segment, number)
    }

    /// A day out of a field.
    fn date(&mut self, segment: &Segment<'_>, number: usize) -> Option<String> {
        let read = self.times.date(&segment.code(number));
        self.or_left_out(read, segment, number)
    }

    /// An instant out of a field; a time that is not told exactly enough is left out.
    fn instant(&mut self, segment: &Segment<'_>, number: usize) -> Option<String> {
        let text = segment.code(number);
        let read = self.times.instant(&text);
        let instant = self.or_left_out(read, segment, number);
        if instant.is_none() && !text.is_empty() && self.times.date(&text).is_ok() {
            let reason =
                "FHIR wants a time to the second with its offset from UTC here, and the message tells less.";
            self.leave_out(segment.place(number), reason);
        }
        instant
    }

    fn or_left_out(
        &mut self,
        read: Result<Option<String>, super::time::Fault>,
        segment: &Segment<'_>,
        number: usize,
    ) -> Option<String> {
        read.unwrap_or_else(|fault| {
            self.leave_out(segment.place(number), format!("{fault}."));
            None
        })
    }

    /// A period from two texts; what is no time is passed over, as only validity of names and numbers is told so.
    fn period(&self, start: Option<String>, end: Option<String>) -> Option<Value> {
        let read = |text: Option<String>| self.times.date_time(&text?).ok().flatten();
        period(read(start), read(end))
    }

    /// Tells which fields of a segment were not taken over.
    fn tell_unread(&mut self, segment: &Segment<'_>) {
        let numbers = segment.unread();
        if !numbers.is_empty() {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            if segment.is_read() {
                let place = format!("{}-{}", segment.whole(), numbers.join(","));
                self.leave_out(
                    place,
                    "What these fields say has no place in the resources that Salus makes.",
                );
            } else {
                let held = tables::segment(segment.name).map(|held| format!(", {held},")).unwrap_or_default();
                self.leave_out_whole(segment, format!("A segment {}{held} is not taken over.", segment.name));
            }
        }
        for number in segment.endless() {
            self.leave_out(segment.place(number), "Only the first 500 repetitions were looked at.");
        }
    }
}

/// What tells a message from others of its sender: its number and time, or all of it.
fn own(message: &Message, sent: &str) -> String {
    let control = message.control_id();
    let whole = if control.is_empty() { message.text.as_str() } else { "" };
    Uid::named(&[&control, sent, whole]).to_string()
}

/// `Type/id`.
fn reference_to(resource: &Value) -> String {
    let text = |key: &str| resource[key].as_str().unwrap_or_default();
    format!("{}/{}", text("resourceType"), text("id"))
}

fn period(start: Option<String>, end: Option<String>) -> Option<Value> {
    let mut node = Node::default();
    node.set("start", start).set("end", end);
    node.some()
}

/// Puts a note where a resource of its type has one.
fn add_note(resource: &mut Value, text: &str) -> bool {
    const WITH_NOTES: [&str; 10] = [
        "Observation",
        "AllergyIntolerance",
        "Condition",
        "Procedure",
        "ServiceRequest",
        "Immunization",
        "MedicationRequest",
        "MedicationDispense",
        "ChargeItem",
        "Specimen",
    ];
    let type_name = resource["resourceType"].as_str().unwrap_or_default();
    let is_able = WITH_NOTES.contains(&type_name);
    if is_able {
        let note = json!({ "text": text });
        match resource.get_mut("note") {
            Some(Value::Array(notes)) => notes.push(note),
            _ => resource["note"] = json!([note]),
        }
    }
    is_able
}
