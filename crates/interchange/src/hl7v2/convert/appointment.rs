//! SCH with AIS, AIP, AIL, AIG: appointments.

use super::Conversion;
use super::datatypes::{coded_field, concept_words, place};
use super::node::{Node, named};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::{Value, json};
use std::collections::HashSet;

/// An appointment that is being gathered.
pub(super) struct Appointment<'s> {
    sch: &'s Segment<'s>,
    pub(super) timing: Option<&'s Segment<'s>>,
    pub(super) notes: Vec<String>,
    parts: Vec<&'s Segment<'s>>,
}

/// When something begins and ends, as the segments tell it.
#[derive(Default)]
struct Span {
    start: Option<String>,
    end: Option<String>,
    minutes: Option<u32>,
}

impl<'s> Conversion<'s> {
    pub(super) fn open_appointment(&mut self, sch: &'s Segment<'s>) {
        self.close_appointment();
        self.appointment = Some(Appointment { sch, timing: None, notes: Vec::new(), parts: Vec::new() });
        self.before = super::Before::Appointment;
    }

    pub(super) fn add_to_appointment(&mut self, segment: &'s Segment<'s>) {
        if let Some(appointment) = &mut self.appointment {
            appointment.parts.push(segment);
            self.before = super::Before::Appointment;
        }
    }

    pub(super) fn close_appointment(&mut self) {
        let Some(appointment) = self.appointment.take() else { return };
        let sch = appointment.sch;
        sch.pass_over(&[3, 5, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
        let status = self.appointment_status(sch);
        let numbers = self.order_numbers(sch.field(1).first().as_ref(), sch.field(2).first().as_ref());
        let id = match sch.text(2).or_else(|| sch.text(1)) {
            Some(number) => self.own_id("Appointment", &["number", &number]),
            None => self.id_by_place("Appointment", sch),
        };
        let mut node = Node::resource("Appointment", &id);
        node.list("identifier", numbers).set("status", Some(status));
        let services = appointment.parts.iter().filter(|part| part.name == "AIS");
        node.list("serviceType", services.filter_map(|part| coded_field(part, 3)));
        node.set("appointmentType", coded_field(sch, 8));
        let reasons: Vec<Value> = [coded_field(sch, 7), coded_field(sch, 6)].into_iter().flatten().collect();
        node.set("description", reasons.first().and_then(concept_words));
        node.list(
            "reasonCode",
            reasons
                .into_iter()
                .filter(|reason| reason.get("coding").is_some() || reason.get("text").is_some()),
        );
        self.when(&appointment, &mut node);
        node.set("comment", (!appointment.notes.is_empty()).then(|| appointment.notes.join("\n")));
        node.list("participant", self.attending(&appointment, status));
        self.add(node.value());
    }

    fn appointment_status(&self, sch: &Segment<'_>) -> &'static str {
        let told = sch.text(25).and_then(|status| tables::code("appointment", &status));
        let by_event = tables::code("schedule", &self.event);
        match by_event {
            Some(taken_back @ ("cancelled" | "entered-in-error" | "noshow")) => taken_back,
            _ => told.or(by_event).unwrap_or("pending"),
        }
    }

    /// Its times: exact ones, or the day alone.
    fn when(&mut self, appointment: &Appointment<'_>, node: &mut Node) {
        let span = self.span(appointment);
        let exact = |time: &Option<String>| time.clone().filter(|time| time.contains('T'));
        let start = exact(&span.start);
        let by_length = || later(start.as_deref()?, span.minutes?);
        let end = exact(&span.end).or_else(by_length);
        node.set("minutesDuration", span.minutes.filter(|minutes| *minutes > 0));
        match (start, end) {
            (Some(start), Some(end)) => {
                node.set("start", Some(start)).set("end", Some(end));
            }
            _ => {
                node.list("requestedPeriod", super::period(span.start, span.end));
            }
        }
    }

    fn span(&mut self, appointment: &Appointment<'_>) -> Span {
        let sch = appointment.sch;
        let mut span = Span { minutes: minutes(sch.text(9), sch.text(10)), ..Span::default() };
        if let Some(timing) = appointment.timing {
            span.start = self.date_time(timing, 7);
            span.end = self.date_time(timing, 8);
        }
        if let Some(quantity) = sch.field(11).first() {
            let read = |text: Option<String>| self.times.date_time(&text?).ok().flatten();
            span.start = span.start.or_else(|| read(quantity.text(4)));
            span.end = span.end.or_else(|| read(quantity.text(5)));
        }
        for part in &appointment.parts {
            let (at, length, unit) = match part.name {
                "AIS" => (4, 7, 8),
                "AIG" => (8, 11, 12),
                _ => (6, 9, 10),
            };
            let start = self.date_time(part, at);
            span.start = span.start.or(start);
            let told = minutes(part.text(length), part.text(unit));
            span.minutes = span.minutes.or(told);
        }
        span
    }

    /// Who and what takes part.
    fn attending(&mut self, appointment: &Appointment<'_>, status: &str) -> Vec<Value> {
        let answer =
            if matches!(status, "booked" | "arrived" | "fulfilled") { "accepted" } else { "tentative" };
        let mut attending: Vec<Value> = Vec::new();
        let mut known = HashSet::new();
        let mut add = |actor: Value| {
            if known.insert(actor.to_string()) {
                attending.push(json!({ "actor": actor, "status": answer }));
            }
        };
        self.patient.iter().cloned().for_each(&mut add);
        for part in &appointment.parts {
            // Which set of resources it is of, and what it may be replaced by, are no part of the record.
            part.pass_over(&[1, 2]);
            match part.name {
                "AIP" => self.practitioners(part, 3).into_iter().for_each(&mut add),
                "AIL" => part
                    .field(3)
                    .all()
                    .filter_map(|room| place(&room))
                    .map(|room| named(&room))
                    .for_each(&mut add),
                "AIG" => coded_field(part, 3)
                    .and_then(|thing| concept_words(&thing))
                    .map(|name| named(&name))
                    .into_iter()
                    .for_each(&mut add),
                _ => {}
            }
        }
        if attending.is_empty() {
            attending.push(json!({ "actor": named("Not named"), "status": answer }));
        }
        attending
    }
}

/// A duration in minutes; without a unit it is told in minutes.
fn minutes(number: Option<String>, unit: Option<String>) -> Option<u32> {
    let number: u32 = number?.parse().ok()?;
    let factor = match unit.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "min" | "m" | "minutes" => 1,
        "h" | "hr" | "hour" | "hours" => 60,
        "d" | "day" | "days" => 24 * 60,
        "s" | "sec" => return Some(number / 60).filter(|minutes| *minutes > 0),
        _ => return None,
    };
    number.checked_mul(factor)
}

/// A time so many minutes later, with the same offset.
fn later(start: &str, minutes: u32) -> Option<String> {
    let at: Timestamp = start.parse().ok()?;
    let later = at.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()?;
    let offset = if start.ends_with('Z') {
        Offset::UTC
    } else {
        let zone = start.get(start.len() - 6..)?;
        let (hours, rest) = (zone.get(1..3)?.parse::<i32>().ok()?, zone.get(4..6)?.parse::<i32>().ok()?);
        let seconds = (hours * 60 + rest) * 60;
        Offset::from_seconds(if zone.starts_with('-') { -seconds } else { seconds }).ok()?
    };
    let local = offset.to_datetime(later);
    let zone = if start.ends_with('Z') { "Z" } else { &start[start.len() - 6..] };
    Some(format!("{}{zone}", local.strftime("%Y-%m-%dT%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_follows_from_a_duration() {
        for (start, minutes, end) in [
            ("2021-09-24T09:30:00+02:15", 50, "2021-09-24T10:20:00+02:15"),
            ("2021-12-31T23:30:00-05:00", 60, "2022-01-01T00:30:00-05:00"),
            ("2021-09-24T09:30:00Z", 1, "2021-09-24T09:31:00Z"),
        ] {
            assert_eq!(later(start, minutes).as_deref(), Some(end));
        }
        assert_eq!(later("2021-09-24", 5), None);
    }
}
