//! DG1, PRB and PR1: diagnoses, problems, procedures.

use super::Conversion;
use super::datatypes::{coded_field, concept_words, entity};
use super::node::{Node, concept, words};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use serde_json::{Value, json};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

impl Conversion<'_> {
    pub(super) fn take_diagnosis(&mut self, dg1: &Segment<'_>) {
        // DG1-2 names the code system as a whole, which DG1-3 does too; DG1-15 only ranks.
        dg1.pass_over(&[1, 2, 15]);
        let Some((code, called)) = named_thing(dg1, 3, 4) else {
            self.leave_out_whole(dg1, "It does not say what the diagnosis is.");
            return;
        };
        let Some(patient) = self.subject(dg1, "A diagnosis") else { return };
        let number = dg1.field(20).first();
        let visit = self.encounter.as_ref().and_then(|visit| visit["reference"].as_str()).unwrap_or_default();
        let visit = visit.to_owned();
        let id = self.own_id("Condition", &[&self.patient_key(), &visit, &called]);
        let mut node = Node::resource("Condition", &id);
        node.list("identifier", number.and_then(|part| entity(&part, None)));
        let is_taken_back = dg1.code(21) == "D";
        let sure = dg1.text(6).and_then(|kind| tables::code("diagnosis", &kind));
        let sure = if is_taken_back { Some("entered-in-error") } else { sure };
        node.set("verificationStatus", sure.map(|code| concept(VERIFICATION, code)));
        node.list("category", [concept(CATEGORY, "encounter-diagnosis")]).set("code", Some(code));
        node.set("subject", Some(patient)).set("encounter", self.encounter.clone());
        let told = self.date_time(dg1, 5);
        let attested = self.date_time(dg1, 19);
        node.set("recordedDate", told.or(attested));
        node.set("recorder", self.practitioners(dg1, 16).into_iter().next());
        self.add(node.value());
    }

    pub(super) fn take_problem(&mut self, prb: &Segment<'_>) {
        prb.pass_over(&[2]);
        let Some((code, called)) = named_thing(prb, 3, 0) else {
            self.leave_out_whole(prb, "It does not say what the problem is.");
            return;
        };
        let Some(patient) = self.subject(prb, "A problem") else { return };
        let number = prb.field(4).first();
        let known = number.and_then(|part| part.text(1)).unwrap_or(called);
        let id = self.own_id("Condition", &[&self.patient_key(), "problem", &known]);
        let mut node = Node::resource("Condition", &id);
        node.list("identifier", number.and_then(|part| entity(&part, None)));
        let ended = self.date_time(prb, 9);
        let is_taken_back = prb.code(1) == "DE";
        if !is_taken_back {
            let state = if ended.is_some() { "resolved" } else { "active" };
            node.set("clinicalStatus", Some(concept(CLINICAL, state)));
        }
        node.set("verificationStatus", is_taken_back.then(|| concept(VERIFICATION, "entered-in-error")));
        node.list("category", [concept(CATEGORY, "problem-list-item")]).set("code", Some(code));
        node.set("subject", Some(patient)).set("encounter", self.encounter.clone());
        node.set("onsetDateTime", self.date_time(prb, 16)).set("abatementDateTime", ended);
        let told = self.date_time(prb, 7);
        node.set("recordedDate", told);
        self.add(node.value());
    }

    pub(super) fn take_procedure(&mut self, pr1: &Segment<'_>) {
        pr1.pass_over(&[1, 2, 14]);
        let Some((code, called)) = named_thing(pr1, 3, 4) else {
            self.leave_out_whole(pr1, "It does not say what was done.");
            return;
        };
        let Some(patient) = self.subject(pr1, "A procedure") else { return };
        let number = pr1.field(19).first();
        let day = pr1.code(5);
        let id = self.own_id("Procedure", &[&self.patient_key(), &called, &day]);
        let mut node = Node::resource("Procedure", &id);
        node.list("identifier", number.and_then(|part| entity(&part, None)));
        let is_taken_back = pr1.code(20) == "D";
        node.set("status", Some(if is_taken_back { "entered-in-error" } else { "completed" }));
        node.set("code", Some(code)).set("subject", Some(patient)).set("encounter", self.encounter.clone());
        node.set("performedDateTime", self.date_time(pr1, 5));
        let mut performers: Vec<Value> = Vec::new();
        for field in [11, 8, 12] {
            let people = self.practitioners(pr1, field);
            performers.extend(people.into_iter().map(|person| json!({ "actor": person })));
        }
        node.list("performer", performers).list("reasonCode", coded_field(pr1, 15));
        node.set("category", coded_field(pr1, 6));
        self.add(node.value());
    }
}

/// What a coded field and, in older messages, a field of words beside it call a thing.
fn named_thing(segment: &Segment<'_>, coded: usize, described: usize) -> Option<(Value, String)> {
    let text = if described > 0 { segment.text(described) } else { None };
    let code = coded_field(segment, coded);
    let mut code = code.or_else(|| text.as_deref().map(words))?;
    if let (Some(text), None) = (text, code.get("text")) {
        code["text"] = text.into();
    }
    // Older messages name the system of the code in the field before it.
    let older = if described > 0 { segment.text(coded - 1) } else { None };
    if let Some(system) = older.and_then(|name| tables::system(&name))
        && let Some(coding) = code["coding"].get_mut(0).filter(|coding| coding.get("system").is_none())
    {
        coding["system"] = system.into();
    }
    let key = code["coding"][0]["code"].as_str().map(str::to_owned);
    let key = key.or_else(|| concept_words(&code))?;
    Some((code, key))
}
