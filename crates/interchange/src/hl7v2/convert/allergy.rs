//! AL1 and IAM: allergies.

use super::Conversion;
use super::datatypes::{coded, coded_field, concept_words, entity};
use super::node::{Node, concept, words};
use crate::hl7v2::structure::Segment;
use crate::hl7v2::tables;
use serde_json::{Value, json};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

impl Conversion<'_> {
    pub(super) fn take_allergy(&mut self, segment: &Segment<'_>) {
        segment.pass_over(&[1]);
        let is_iam = segment.name == "IAM";
        let code = coded_field(segment, 3);
        let number = if is_iam { segment.field(7).first() } else { None };
        let Some(patient) = self.subject(segment, "An allergy") else { return };
        let called = code.as_ref().and_then(concept_words);
        let Some(called) = called.or_else(|| number.and_then(|part| part.text(1))) else {
            self.leave_out_whole(segment, "It does not say what the allergy is to.");
            return;
        };
        let id = self.own_id("AllergyIntolerance", &[&self.patient_key(), &called]);
        let mut node = Node::resource("AllergyIntolerance", &id);
        node.list("identifier", number.and_then(|part| entity(&part, None)));
        self.allergy_state(segment, &mut node);
        let sensitivity = if is_iam { segment.text(9) } else { None };
        node.set("type", sensitivity.and_then(|kind| tables::code("sensitivity", &kind)));
        let kind = segment.text(2);
        let category = kind.as_deref().and_then(|kind| tables::code("allergen", kind));
        node.list("category", category.map(Value::from)).set("code", code).set("patient", Some(patient));
        node.set("encounter", self.encounter.clone());
        let began = if is_iam { self.date_time(segment, 11) } else { self.date_time(segment, 6) };
        node.set("onsetDateTime", began);
        if is_iam {
            node.set("recordedDate", self.date_time(segment, 13));
            node.set("recorder", self.practitioners(segment, 18).into_iter().next());
        }
        node.list("reaction", reaction(segment));
        self.add(node.value());
    }

    /// Whether it stands, and how sure that is.
    fn allergy_state(&mut self, segment: &Segment<'_>, node: &mut Node) {
        let told = if segment.name == "IAM" { segment.code(17) } else { String::new() };
        let is_taken_back = segment.name == "IAM" && segment.code(6) == "D";
        let verification = tables::code("allergy-verification", &told);
        if verification != Some("entered-in-error") {
            let state = if is_taken_back || told == "I" { "inactive" } else { "active" };
            node.set("clinicalStatus", Some(concept(CLINICAL, state)));
        }
        node.set("verificationStatus", verification.map(|code| concept(VERIFICATION, code)));
    }
}

/// What happened. A severity that is told without a reaction is that of a reaction nobody told.
fn reaction(segment: &Segment<'_>) -> Option<Value> {
    let severity = segment.text(4).and_then(|severity| tables::code("severity", &severity));
    let seen: Vec<Value> = segment
        .field(5)
        .all()
        .filter_map(|part| match part.text(2) {
            Some(_) => coded(&part),
            None => part.text(1).map(|text| words(&text)),
        })
        .collect();
    if seen.is_empty() && severity.is_none() {
        return None;
    }
    let untold = || {
        let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
        json!({ "coding": [{ "system": system, "code": "unknown" }], "text": "Reaction not told" })
    };
    let mut node = Node::default();
    node.list("manifestation", if seen.is_empty() { vec![untold()] } else { seen });
    node.set("severity", severity);
    node.some()
}
