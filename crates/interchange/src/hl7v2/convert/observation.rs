//! OBX: results.

use super::datatypes::{coded_field, coded_fields, concept_words, entity, mapped};
use super::document::plain_text;
use super::node::{Node, named, words};
use super::value::{Element, file, reference_range};
use super::{Before, Conversion, reference_to};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use serde_json::{Value, json};

const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

impl<'s> Conversion<'s> {
    pub(super) fn take_result(&mut self, obx: &'s Segment<'s>) {
        obx.pass_over(&[1]);
        if self.order.as_mut().is_some_and(|order| order.keep_fact(obx)) {
            self.before = Before::Order;
            return;
        }
        let code = coded_field(obx, 3);
        let called = code.as_ref().and_then(concept_words);
        match obx.code(2).as_str() {
            "ED" | "RP" => return self.take_file(obx, called.as_deref()),
            "TX" | "FT" | "ST" if self.document.is_some() => return self.take_line(obx),
            _ => {}
        }
        let Some(code) = code else {
            self.leave_out_whole(obx, "It does not say what was found, only a value.");
            return;
        };
        if self.goes_on(obx) {
            return;
        }
        let values = self.values(obx);
        if values.is_empty() && obx.code(11) == "U" {
            let reason =
                "It says only that a result sent before is final now, and does not repeat the result.";
            self.leave_out_whole(obx, reason);
            return;
        }
        let observation = self.observation(obx, code, values);
        let at = self.add(observation);
        if let Some(order) = &mut self.order {
            order.results.push(at);
            order.text = Some((obx, at));
        }
    }

    /// An OBX behind something that was given, which is a result of its own.
    pub(super) fn result_alone(&mut self, obx: &Segment<'_>, part_of: Option<&Value>) {
        let Some(code) = coded_field(obx, 3) else {
            self.leave_out_whole(obx, "It does not say what was found, only a value.");
            return;
        };
        let values = self.values(obx);
        let mut observation = self.observation(obx, code, values);
        if let Some(part_of) = part_of {
            observation["partOf"] = json!([part_of]);
        }
        self.add(observation);
    }

    /// The Observation of an OBX.
    pub(super) fn observation(&mut self, obx: &Segment<'_>, code: Value, values: Vec<Element>) -> Value {
        let id = self.result_id(obx, &code);
        let mut node = Node::resource("Observation", &id);
        node.list("identifier", obx.field(21).first().and_then(|part| entity(&part, None)));
        let status = obx.text(11).and_then(|status| tables::code("observation", &status));
        node.set("status", Some(status.unwrap_or("unknown"))).set("code", Some(code.clone()));
        node.set("subject", self.patient.clone()).set("encounter", self.encounter.clone());
        let own = self.date_time(obx, 14);
        match own.or_else(|| self.date_time(obx, 19).filter(|_| self.order_span().is_none())) {
            Some(time) => node.set("effectiveDateTime", Some(time)),
            None => match self.order_span() {
                Some(Value::String(time)) => node.set("effectiveDateTime", Some(time)),
                span => node.set("effectivePeriod", span),
            },
        };
        node.list("performer", self.performers(obx));
        match <[Element; 1]>::try_from(values) {
            Ok([(name, value)]) => {
                node.set(name, Some(value));
            }
            // Several values of one thing are its components; many of them are named by its words only.
            Err(values) => {
                let code = if values.len() > 8 { words(&called(&code)) } else { code };
                let parts = values.into_iter().map(|(name, value)| {
                    let mut part = Node::default();
                    part.set("code", Some(code.clone())).set(name, Some(value));
                    part.value()
                });
                node.list("component", parts);
            }
        }
        let flags = obx.field(8).all().filter_map(|part| mapped(&part, "flag", INTERPRETATION));
        node.list("interpretation", flags.collect::<Vec<_>>());
        node.set("bodySite", coded_field(obx, 20)).set("method", coded_field(obx, 17));
        let device = obx.field(18).first().and_then(|part| part.words());
        node.set("device", device.map(|device| named(&device)));
        node.list("referenceRange", reference_range(obx));
        obx.field(19);
        node.value()
    }

    /// A result is known by its order and code; one without an order by patient, code and time.
    fn result_id(&mut self, obx: &Segment<'_>, code: &Value) -> String {
        let coding = &code["coding"][0];
        let called =
            coding["code"].as_str().map(str::to_owned).or_else(|| concept_words(code)).unwrap_or_default();
        let sub = obx.code(4);
        let parts: Vec<String> = match &self.order {
            Some(order) if order.is_known() => vec![order.key.clone()],
            _ if self.patient.is_some() && !obx.code(14).is_empty() => {
                vec!["patient".to_owned(), self.patient_key(), obx.code(14)]
            }
            _ => vec!["message".to_owned(), self.own.clone()],
        };
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        parts.extend([called.as_str(), sub.as_str()]);
        self.own_id("Observation", &parts)
    }

    fn performers(&mut self, obx: &Segment<'_>) -> Vec<Value> {
        let mut performers = self.practitioners(obx, 16);
        let lab: Vec<Value> = obx.field(23).all().filter_map(|part| self.organization(&part)).collect();
        let producer = coded_field(obx, 15).and_then(|producer| concept_words(&producer));
        let producer = producer.filter(|_| lab.is_empty()).map(|name| named(&name));
        performers.extend(lab.into_iter().chain(producer));
        performers
    }

    /// Adds a line to the text before, where one text comes in several segments.
    fn goes_on(&mut self, obx: &'s Segment<'s>) -> bool {
        let Some((before, at)) = self.order.as_ref().and_then(|order| order.text) else { return false };
        let is_text = |segment: &Segment<'_>| matches!(segment.code(2).as_str(), "TX" | "FT");
        let is_same = |number: usize| before.field(number).raw() == obx.field(number).raw();
        if !is_text(before) || !is_text(obx) || ![2, 3, 4, 11].into_iter().all(is_same) {
            return false;
        }
        let line = obx.field(5).lines();
        let Some(Value::String(text)) =
            self.resources.get_mut(at).and_then(|held| held.get_mut("valueString"))
        else {
            return false;
        };
        text.push('\n');
        text.push_str(&line);
        // What is said of each line is said of the first one already.
        obx.pass_over(&[6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 21, 23]);
        self.before = Before::Resource(at);
        true
    }

    /// A line of a document.
    fn take_line(&mut self, obx: &Segment<'_>) {
        obx.pass_over(&[3, 4, 11, 14]);
        let line = obx.field(5).lines();
        self.add_text(&line);
    }

    /// A file belongs to its document or report; alone it is a document.
    fn take_file(&mut self, obx: &Segment<'_>, called: Option<&str>) {
        obx.pass_over(&[3, 4, 11, 14]);
        let Some(form) = file(obx, called) else {
            self.leave_out_whole(
                obx,
                "It names a file, but does not hold it, or not in the encoding that it names.",
            );
            return;
        };
        if self.document.is_some() {
            self.add_form(form);
        } else if let Some(order) =
            self.order.as_mut().filter(|order| order.obr.is_some() || order.is_begun())
        {
            order.forms.push(form);
        } else {
            let when = self.times.instant(&obx.code(14)).ok().flatten();
            let kind = coded_field(obx, 3);
            let id = self.id_by_place("DocumentReference", obx);
            self.add_lone_file(&id, form, kind, when, Vec::new());
        }
    }

    /// A DocumentReference for a file that comes with no report.
    pub(super) fn add_lone_file(
        &mut self,
        id: &str,
        form: Value,
        kind: Option<Value>,
        when: Option<String>,
        related: Vec<Value>,
    ) {
        let mut node = Node::resource("DocumentReference", id);
        node.set("status", Some("current")).set("type", kind).set("subject", self.patient.clone());
        node.set("date", when).list("content", [json!({ "attachment": form })]);
        let mut context = Node::default();
        context.list("encounter", self.encounter.clone()).list("related", related);
        node.set("context", context.some());
        self.add(node.value());
    }

    /// References to results, with their names.
    pub(super) fn references(&self, places: &[usize]) -> Vec<Value> {
        let of = |at: &usize| {
            let held = self.resources.get(*at)?;
            let mut node = Node::default();
            node.set("reference", Some(reference_to(held))).set("display", concept_words(&held["code"]));
            node.some()
        };
        places.iter().filter_map(of).collect()
    }
}

fn called(code: &Value) -> String {
    concept_words(code).unwrap_or_default()
}

/// The values that are coded, as concepts: for particulars that are told as results.
pub(super) fn coded_values(obx: &Segment<'_>) -> Vec<Value> {
    coded_fields(obx, 5)
}

/// Notes behind a report, as a text that comes with it.
pub(super) fn notes(lines: &[String]) -> Option<Value> {
    (!lines.is_empty()).then(|| plain_text(&lines.join("\n"), Some("Notes")))
}
