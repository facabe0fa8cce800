//! TXA with the OBX behind it: a document and its text.

use super::Conversion;
use super::datatypes::{coded_in, concept_words, entity};
use super::node::Node;
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

/// A document that is being gathered.
pub(super) struct Document<'s> {
    txa: &'s Segment<'s>,
    text: Vec<String>,
    forms: Vec<Value>,
    /// References to the orders it belongs to.
    related: Vec<Value>,
}

/// A plain text as an attachment.
pub(super) fn plain_text(text: &str, title: Option<&str>) -> Value {
    let mut node = Node::default();
    node.set("contentType", Some("text/plain; charset=utf-8"));
    node.set("data", Some(BASE64_STANDARD.encode(text))).set("title", title);
    node.value()
}

impl<'s> Conversion<'s> {
    pub(super) fn open_document(&mut self, txa: &'s Segment<'s>) {
        let before = self.resources.len();
        self.close_document();
        // In reports a document stands between the order and what it orders, with its files before it.
        let forms = match self.order.as_mut().filter(|order| order.is_begun()) {
            Some(order) => std::mem::take(&mut order.forms),
            None => Vec::new(),
        };
        if !self.order.as_ref().is_some_and(super::order::Order::is_begun) {
            self.close_order();
        }
        let related = self.requests_since(before);
        self.document = Some(Document { txa, text: Vec::new(), forms, related });
    }

    /// References to the orders that were written since, and to that which was told of last.
    fn requests_since(&self, before: usize) -> Vec<Value> {
        let written = self.resources[before..].iter().chain(self.mentioned.last());
        let orders = written.filter(|held| held["resourceType"] == "ServiceRequest");
        orders.map(|order| json!({ "reference": super::reference_to(order) })).collect()
    }

    /// A line of the document's text, or a file; false where no document is open.
    pub(super) fn add_text(&mut self, line: &str) -> bool {
        self.document.as_mut().map(|document| document.text.push(line.to_owned())).is_some()
    }

    pub(super) fn add_form(&mut self, form: Value) -> bool {
        self.document.as_mut().map(|document| document.forms.push(form)).is_some()
    }

    pub(super) fn close_document(&mut self) {
        let Some(document) = self.document.take() else { return };
        let txa = document.txa;
        txa.pass_over(&[1, 3, 18, 20]);
        let title = txa.text(25).or_else(|| txa.text(16));
        let kind = txa.field(2).first().and_then(|part| coded_in("0270", &part));
        let title = title.or_else(|| kind.as_ref().and_then(concept_words));
        let mut forms = document.forms;
        if !document.text.is_empty() {
            forms.insert(0, plain_text(&document.text.join("\n"), title.as_deref()));
        }
        if forms.is_empty() {
            let Some(title) = &title else {
                self.leave_out_whole(txa, "A document is told of without its text, a file or a title.");
                return;
            };
            forms.push(json!({ "title": title }));
        }
        let number = txa.field(12).first();
        let id = match number.as_ref().and_then(|part| part.text(1).or_else(|| part.text(3))) {
            Some(number) => self.own_id("DocumentReference", &["number", &number]),
            None => self.id_by_place("DocumentReference", txa),
        };
        let mut node = Node::resource("DocumentReference", &id);
        node.set("masterIdentifier", number.and_then(|part| entity(&part, None)));
        let is_taken_back = self.kind == "MDM" && self.event == "T11";
        node.set("status", Some(if is_taken_back { "entered-in-error" } else { "current" }));
        node.set("docStatus", txa.text(17).and_then(|status| tables::code("document", &status)));
        node.set("type", kind).set("subject", self.patient.clone());
        // The day of writing, of dictation, of what is written about: what FHIR wants here is exact to the second.
        let written =
            [6, 4, 7].into_iter().find_map(|field| self.times.instant(&txa.code(field)).ok().flatten());
        let activity = self.date_time(txa, 4);
        let written_day = self.date_time(txa, 6);
        txa.pass_over(&[7]);
        node.set("date", written);
        let mut authors = self.practitioners(txa, 9);
        authors.extend(
            self.practitioners(txa, 5).into_iter().filter(|_| authors.is_empty()).collect::<Vec<_>>(),
        );
        node.list("author", authors);
        node.set("authenticator", self.practitioners(txa, 22).into_iter().next());
        node.list("relatesTo", self.relation(txa));
        let forms = forms.into_iter().map(|mut form| {
            if let Some(day) = &written_day {
                form["creation"] = day.as_str().into();
            }
            json!({ "attachment": form })
        });
        node.list("content", forms);
        let mut context = Node::default();
        context.list("encounter", self.encounter.clone()).set("period", super::period(activity, None));
        context.list("related", document.related);
        node.set("context", context.some());
        self.add(node.value());
    }

    /// What the document adds to or replaces.
    fn relation(&mut self, txa: &Segment<'_>) -> Option<Value> {
        let parent = txa.field(13).first()?;
        let number = parent.text(1).or_else(|| parent.text(3))?;
        let code = match self.event.as_str() {
            "T05" | "T06" => "appends",
            "T09" | "T10" => "replaces",
            _ => return None,
        };
        let target = self.shared_id("DocumentReference", &["number", &number]);
        Some(json!({ "code": code, "target": { "reference": format!("DocumentReference/{target}") } }))
    }
}
