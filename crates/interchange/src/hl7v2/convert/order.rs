//! ORC and OBR: orders and reports.

use super::datatypes::{coded_field, coded_fields, concept_words, entity, mapped, quantity};
use super::node::{Node, concept};
use super::{Before, Conversion, observation, period, reference_to};
use crate::hl7v2::structure::{Part, Segment};
use crate::hl7v2::tables;
use salus_core::Uid;
use serde_json::{Value, json};

/// An order that is being gathered, with what was found.
#[derive(Default)]
pub(super) struct Order<'s> {
    pub(super) orc: Option<&'s Segment<'s>>,
    pub(super) obr: Option<&'s Segment<'s>>,
    /// RXO, RXE, RXD, RXA.
    pub(super) medicines: Vec<&'s Segment<'s>>,
    /// RXR: the ways by which it is given.
    pub(super) routes: Vec<&'s Segment<'s>>,
    /// RXC: what it is mixed of.
    pub(super) components: Vec<&'s Segment<'s>>,
    pub(super) timing: Option<&'s Segment<'s>>,
    /// After how many of the medicines the timing stands.
    timed_after: usize,
    specimens: Vec<&'s Segment<'s>>,
    pub(super) notes: Vec<String>,
    /// Places of its results.
    pub(super) results: Vec<usize>,
    /// The result before, which a text may go on.
    pub(super) text: Option<(&'s Segment<'s>, usize)>,
    /// Files that come with its report.
    pub(super) forms: Vec<Value>,
    /// OBX that tell particulars of a vaccination.
    pub(super) facts: Vec<&'s Segment<'s>>,
    /// What its ids follow from.
    pub(super) key: String,
    /// When it was observed: a text or a Period.
    span: Option<Value>,
}

/// A specimen before its orders, and its reference once it is written.
pub(super) struct Shared<'s> {
    spm: &'s Segment<'s>,
    written: Option<Value>,
}

/// Events whose messages tell a specimen first and then the orders on it.
const SPECIMEN_FIRST: [&str; 4] = ["R22", "R23", "O33", "O35"];

impl<'s> Order<'s> {
    /// Is nothing known yet but that there is an order?
    pub(super) fn is_begun(&self) -> bool {
        self.orc.is_some() && self.obr.is_none() && self.medicines.is_empty()
    }

    /// Does it have a number, so that it is the same in another message?
    pub(super) fn is_known(&self) -> bool {
        !self.key.is_empty()
    }

    /// Keeps an OBX for the vaccination that it is about; false where there is none.
    pub(super) fn keep_fact(&mut self, obx: &'s Segment<'s>) -> bool {
        let is_vaccination = self.medicines.iter().any(|segment| segment.name == "RXA");
        if is_vaccination {
            self.facts.push(obx);
        }
        is_vaccination
    }

    /// The placer's number or the filler's, from the order or what it orders.
    fn number(&self, orc: usize, obr: usize) -> Option<Part<'s>> {
        let of = |segment: Option<&'s Segment<'s>>, field: usize| segment?.field(field).first();
        let (ordered, requested) = (of(self.orc, orc), of(self.obr, obr));
        requested.filter(|part| part.text(1).is_some()).or(ordered)
    }

    pub(super) fn placer(&self) -> Option<Part<'s>> {
        self.number(2, 2)
    }

    pub(super) fn filler(&self) -> Option<Part<'s>> {
        self.number(3, 3)
    }
}

impl<'s> Conversion<'s> {
    pub(super) fn open_order(&mut self, segment: &'s Segment<'s>) {
        self.close_document();
        let goes_on = self.order.as_ref().is_some_and(|order| match segment.name {
            "OBR" => order.obr.is_none() && order.medicines.is_empty() && order.orc.is_some(),
            "RXO" | "RXA" => order.obr.is_none() && order.medicines.is_empty(),
            "RXE" | "RXD" => {
                order.obr.is_none() && order.medicines.iter().all(|held| held.name != segment.name)
            }
            _ => false,
        });
        if !goes_on {
            self.close_order();
        }
        let order = self.order.get_or_insert_default();
        match segment.name {
            "ORC" => order.orc = Some(segment),
            "OBR" => order.obr = Some(segment),
            _ => {
                if segment.name == "RXE" {
                    // What the pharmacy says counts before what was asked for.
                    order.routes.clear();
                    order.components.clear();
                }
                order.medicines.push(segment);
            }
        }
        if segment.name == "OBR" {
            self.read_request(segment);
        }
        self.before = Before::Order;
    }

    /// What results need to know of their OBR.
    fn read_request(&mut self, obr: &Segment<'_>) {
        let (start, end) = (self.date_time(obr, 7), self.date_time(obr, 8));
        let span = match (start, end) {
            (Some(start), None) => Some(Value::String(start)),
            (start, end) => period(start, end),
        };
        let Some(order) = &mut self.order else { return };
        order.span = span;
        let number = order.filler().and_then(|part| part.text(1)).map(|number| ("filler", number));
        let number =
            number.or_else(|| order.placer().and_then(|part| part.text(1)).map(|number| ("placer", number)));
        if let Some((kind, number)) = number {
            order.key = Uid::named(&[kind, &number, &obr.code(4)]).to_string();
        }
    }

    pub(super) fn order_span(&self) -> Option<Value> {
        self.order.as_ref()?.span.clone()
    }

    pub(super) fn add_to_order(&mut self, segment: &'s Segment<'s>) {
        if segment.name == "SPM" && (self.order.is_none() || SPECIMEN_FIRST.contains(&self.event.as_str())) {
            self.close_order();
            self.specimen = Some(Shared { spm: segment, written: None });
            return;
        }
        let Some(order) = &mut self.order else { return };
        let is_handed_out = order.medicines.iter().any(|held| held.name == "RXD");
        match segment.name {
            "SPM" => order.specimens.push(segment),
            // How it was handed out is how it was asked for.
            _ if is_handed_out => {}
            "RXR" => order.routes.push(segment),
            "RXC" => order.components.push(segment),
            // An order may be timed in several parts; the first one counts, the others are told as left out.
            _ if order.timing.is_none() || order.medicines.len() > order.timed_after => {
                order.timing = Some(segment);
                order.timed_after = order.medicines.len();
            }
            _ => {}
        }
        self.before = Before::Order;
    }

    pub(super) fn close_order(&mut self) {
        let Some(order) = self.order.take() else { return };
        if !order.medicines.is_empty() {
            self.close_medicines(&order);
        } else if let Some(obr) = order.obr {
            self.close_request(&order, obr);
        } else if let Some(orc) = order.orc {
            let mut order = order;
            for form in std::mem::take(&mut order.forms) {
                let id = self.id_by_place("DocumentReference", orc);
                self.add_lone_file(&id, form, None, None, Vec::new());
            }
            let reason = "It orders something that no segment behind it names in a way that Salus reads.";
            self.leave_out_whole(orc, reason);
        }
    }

    fn close_request(&mut self, order: &Order<'s>, obr: &'s Segment<'s>) {
        obr.pass_over(&[1]);
        let code = coded_field(obr, 4).or_else(|| coded_field(obr, 44));
        let Some(code) = code else {
            self.leave_out_whole(obr, "It does not say what was ordered.");
            return;
        };
        let is_told = self.kind == "MDM";
        let is_report = !is_told
            && (!obr.code(25).is_empty() || matches!(self.kind.as_str(), "ORU" | "OUL" | "ORF" | "OPU"));
        let specimens = self.specimens(order, obr);
        if let [only] = specimens.as_slice() {
            for at in &order.results {
                if let Some(result) = self.resources.get_mut(*at) {
                    result["specimen"] = only.clone();
                }
            }
        }
        let is_ordered = !is_report || order.orc.is_some() || order.placer().is_some();
        let request =
            if is_ordered { self.request(order, obr, &code, &specimens, is_report || is_told) } else { None };
        if let Some(request) = &request {
            for at in &order.results {
                if let Some(result) = self.resources.get_mut(*at) {
                    result["basedOn"] = json!([request]);
                }
            }
        }
        if is_report {
            let mut forms = order.forms.clone();
            if request.is_none() || self.is_mentioned(request.as_ref()) {
                forms.extend(observation::notes(&order.notes));
            }
            self.report(order, obr, code, specimens, request, forms);
        } else {
            let related: Vec<Value> = request.into_iter().collect();
            for (at, form) in order.forms.iter().enumerate() {
                let id =
                    self.own_id("DocumentReference", &[&self.own.clone(), &obr.whole(), &at.to_string()]);
                self.add_lone_file(&id, form.clone(), Some(code.clone()), None, related.clone());
            }
        }
    }

    fn is_mentioned(&self, reference: Option<&Value>) -> bool {
        let name = reference.and_then(|reference| reference["reference"].as_str());
        name.is_some_and(|name| self.known.contains(name))
    }

    /// The ServiceRequest, by its reference. With a report or document it is only told of in passing.
    fn request(
        &mut self,
        order: &Order<'s>,
        obr: &Segment<'_>,
        code: &Value,
        specimens: &[Value],
        in_passing: bool,
    ) -> Option<Value> {
        let subject = self.subject(obr, "An order")?;
        let (placer, filler) = (order.placer(), order.filler());
        let number = placer.as_ref().and_then(|part| part.text(1)).map(|number| ("placer", number));
        let number =
            number.or_else(|| filler.as_ref().and_then(|part| part.text(1)).map(|number| ("filler", number)));
        let id = match number {
            Some((kind, number)) => self.own_id("ServiceRequest", &[kind, &number, &obr.code(4)]),
            None => self.id_by_place("ServiceRequest", obr),
        };
        let mut node = Node::resource("ServiceRequest", &id);
        node.list("identifier", self.order_numbers(placer.as_ref(), filler.as_ref()));
        node.set(
            "requisition",
            order.orc.and_then(|orc| orc.field(4).first()).and_then(|part| entity(&part, None)),
        );
        node.set("status", Some(self.order_status(order, obr.code(25) == "F")));
        node.set("intent", Some("order"));
        node.set("priority", self.priority(order, Some(obr)));
        node.set("code", Some(code.clone()))
            .set("subject", Some(subject))
            .set("encounter", self.encounter.clone());
        self.when_wanted(order, obr, &mut node);
        let ordered = order.orc.and_then(|orc| self.date_time(orc, 9));
        node.set("authoredOn", ordered);
        node.set("requester", self.requester(order, Some(obr)));
        let orc_reasons = order.orc.map(|orc| coded_fields(orc, 16)).unwrap_or_default();
        node.list("reasonCode", coded_fields(obr, 31).into_iter().chain(orc_reasons));
        node.list("specimen", specimens.iter().cloned());
        if !in_passing {
            node.list("supportingInfo", self.references(&order.results));
        }
        let clinical = obr.field(13).lines();
        let clinical = (!clinical.is_empty()).then_some(clinical);
        let notes = clinical.iter().chain(&order.notes).map(|text| json!({ "text": text }));
        node.list("note", notes.collect::<Vec<_>>());
        node.set("patientInstruction", order.timing.and_then(|timing| timing.text(11)));
        let request = node.value();
        let reference = json!({ "reference": reference_to(&request) });
        if in_passing {
            self.mention(request);
        } else {
            self.add(request);
        }
        Some(reference)
    }

    /// What the order's state is: as it is told, else what is asked for.
    pub(super) fn order_status(&self, order: &Order<'_>, is_done: bool) -> &'static str {
        let Some(orc) = order.orc else { return if is_done { "completed" } else { "unknown" } };
        let told = orc.text(5).and_then(|status| tables::code("order", &status));
        let asked = orc.text(1).and_then(|control| tables::code("control", &control));
        match asked {
            Some(taken_back @ "revoked") => taken_back,
            _ if is_done => "completed",
            _ => told.or(asked).unwrap_or("unknown"),
        }
    }

    pub(super) fn priority(&self, order: &Order<'_>, obr: Option<&Segment<'_>>) -> Option<&'static str> {
        let of_quantity = |segment: Option<&Segment<'_>>, field: usize| {
            segment.and_then(|segment| segment.field(field).first()).and_then(|part| part.text(6))
        };
        let told = order.timing.and_then(|timing| timing.text(9));
        let told = told.or_else(|| obr.and_then(|obr| obr.text(5))).or_else(|| of_quantity(obr, 27));
        let told = told.or_else(|| of_quantity(order.orc, 7))?;
        tables::code("priority", &told)
    }

    pub(super) fn requester(&mut self, order: &Order<'_>, obr: Option<&Segment<'_>>) -> Option<Value> {
        let by_order = order.orc.map(|orc| self.practitioners(orc, 12)).unwrap_or_default();
        let by_request = obr.map(|obr| self.practitioners(obr, 16)).unwrap_or_default();
        by_order.into_iter().chain(by_request).next()
    }

    fn when_wanted(&mut self, order: &Order<'_>, obr: &Segment<'_>, node: &mut Node) {
        let (mut start, mut end) = match order.timing {
            Some(timing) => (self.date_time(timing, 7), self.date_time(timing, 8)),
            None => (None, None),
        };
        let quantities = [(Some(obr), 27), (order.orc, 7)];
        for part in quantities.into_iter().filter_map(|(segment, field)| segment?.field(field).first()) {
            let read = |text: Option<String>| self.times.date_time(&text?).ok().flatten();
            start = start.or_else(|| read(part.text(4)));
            end = end.or_else(|| read(part.text(5)));
        }
        match (start, end) {
            (Some(start), None) => node.set("occurrenceDateTime", Some(start)),
            (start, end) => node.set("occurrencePeriod", period(start, end)),
        };
    }

    fn report(
        &mut self,
        order: &Order<'s>,
        obr: &Segment<'_>,
        code: Value,
        specimens: Vec<Value>,
        request: Option<Value>,
        forms: Vec<Value>,
    ) {
        let id = match order.key.as_str() {
            "" => self.id_by_place("DiagnosticReport", obr),
            key => self.own_id("DiagnosticReport", &[key]),
        };
        let mut node = Node::resource("DiagnosticReport", &id);
        node.list("identifier", self.order_numbers(order.placer().as_ref(), order.filler().as_ref()));
        node.list("basedOn", request);
        let status = obr.text(25).and_then(|status| tables::code("report", &status));
        node.set("status", Some(status.unwrap_or("unknown")));
        let section = obr.text(24).filter(|code| !code.contains(char::is_whitespace));
        let system = "http://terminology.hl7.org/CodeSystem/v2-0074";
        node.list("category", section.map(|code| concept(system, &code)));
        node.set("code", Some(code))
            .set("subject", self.patient.clone())
            .set("encounter", self.encounter.clone());
        match order.span.clone() {
            Some(Value::String(time)) => node.set("effectiveDateTime", Some(time)),
            span => node.set("effectivePeriod", span),
        };
        node.set("issued", self.instant(obr, 22));
        node.list("resultsInterpreter", self.interpreters(obr, 32)).list("specimen", specimens);
        node.list("result", self.references(&order.results)).list("presentedForm", forms);
        self.add(node.value());
    }

    /// The specimens of SPM, or that of older messages in OBR-15, as references.
    fn specimens(&mut self, order: &Order<'s>, obr: &Segment<'_>) -> Vec<Value> {
        let mut references = Vec::new();
        for spm in &order.specimens {
            references.push(self.specimen(order, spm));
        }
        if references.is_empty() {
            references.extend(self.shared_specimen(order));
        }
        let source = obr.field(15).first().filter(|_| references.is_empty());
        if let Some(source) = source {
            let kind = super::datatypes::coded_in("0070", &source.part(1));
            let site = super::datatypes::coded(&source.part(4));
            let Some(kind) = kind else { return references };
            let id = self.own_id("Specimen", &[&order.key, &self.own.clone(), &obr.whole()]);
            let mut node = Node::resource("Specimen", &id);
            node.set("type", Some(kind)).set("subject", self.patient.clone());
            node.set("receivedTime", self.date_time(obr, 14));
            let mut collection = Node::default();
            collection.set("bodySite", site);
            node.set("collection", collection.some());
            references.push(self.add_specimen(node.value()));
        }
        references
    }

    /// The specimen that stands before its orders, written once.
    fn shared_specimen(&mut self, order: &Order<'s>) -> Option<Value> {
        let mut shared = self.specimen.take()?;
        let reference = match shared.written {
            Some(reference) => reference,
            None => self.specimen(order, shared.spm),
        };
        shared.written = Some(reference.clone());
        self.specimen = Some(shared);
        Some(reference)
    }

    fn specimen(&mut self, order: &Order<'s>, spm: &Segment<'_>) -> Value {
        spm.pass_over(&[1]);
        let number = spm.field(2).first();
        let sub = |part: &Part<'_>, at: usize| part.sub(at, 1);
        let placed = number.as_ref().and_then(|part| sub(part, 1));
        let filled = number.as_ref().and_then(|part| sub(part, 2));
        let known = filled.clone().or_else(|| placed.clone());
        let id = match &known {
            Some(known) => self.own_id("Specimen", &[&order.key, known]),
            None => self.id_by_place("Specimen", spm),
        };
        let mut node = Node::resource("Specimen", &id);
        let kind = |value: Option<String>, kind: &str| {
            let coding = json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": kind });
            value.map(|value| json!({ "type": { "coding": [coding] }, "value": value }))
        };
        node.list("identifier", kind(placed, "PLAC").into_iter().chain(kind(filled, "FILL")));
        let kind = spm.field(4).first().and_then(|part| super::datatypes::coded_in("0070", &part));
        node.set("type", kind).set("subject", self.patient.clone());
        node.set("receivedTime", self.date_time(spm, 18));
        let mut collection = Node::default();
        let taken = spm.field(17).first().and_then(|span| span.text(2));
        let (start, end) =
            (self.date_time(spm, 17), taken.and_then(|end| self.times.date_time(&end).ok().flatten()));
        match (start, end) {
            (start, Some(end)) => collection.set("collectedPeriod", period(start, Some(end))),
            (start, None) => collection.set("collectedDateTime", start),
        };
        let amount = spm.field(12).first();
        let number =
            amount.as_ref().and_then(|part| part.text(1)).and_then(|text| super::datatypes::decimal(&text));
        let unit = amount.map(|part| part.part(2));
        collection.set("quantity", number.map(|number| quantity(number, unit.as_ref())));
        collection.set("method", coded_field(spm, 7)).set("bodySite", coded_field(spm, 8));
        node.set("collection", collection.some());
        node.list("condition", coded_fields(spm, 24));
        node.list("note", spm.text(14).map(|text| json!({ "text": text })));
        self.add_specimen(node.value())
    }

    fn add_specimen(&mut self, specimen: Value) -> Value {
        let mut reference = Node::default();
        reference.set("reference", Some(reference_to(&specimen)));
        reference.set("display", specimen.get("type").and_then(concept_words));
        self.add(specimen);
        reference.value()
    }
}

/// A route or site of giving something.
pub(super) fn route(order: &Order<'_>, field: usize) -> Option<Value> {
    order.routes.iter().find_map(|route| {
        let part = route.field(field).first()?;
        mapped(&part, "absent", "")
    })
}
