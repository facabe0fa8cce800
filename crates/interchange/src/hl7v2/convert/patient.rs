//! PID, PD1, NK1, MRG: the patient and who is near to them.

use super::datatypes::{
    address, coded, coded_field, concept_words, identifier, mapped, person_name, said, telecom,
};
use super::node::{Node, extension, words};
use super::{Before, Conversion, period, reference_to};
use crate::hl7v2::structure::{Part, Segment};
use serde_json::{Value, json};

/// Kinds of messages that are sent to tell about the patient; in others the patient is only named.
const ABOUT_PATIENTS: [&str; 2] = ["ADT", "VXU"];

impl Conversion<'_> {
    pub(super) fn take_patient(&mut self, pid: &Segment<'_>, rest: &[Segment<'_>]) {
        pid.pass_over(&[1]);
        let id = self.patient_id(pid);
        let mut node = Node::resource("Patient", &id);
        let mut extensions = self.traits(pid);
        node.list("identifier", self.patient_numbers(pid)).list("name", names(pid));
        let phones = [13, 14, 40].into_iter().flat_map(|number| pid.field(number).all());
        let phones: Vec<Value> = phones.filter_map(|part| telecom(&part)).collect();
        node.list("telecom", unique(phones));
        node.set("gender", self.gender(pid, 8));
        let born = self.date(pid, 7);
        node.set("birthDate", born.clone());
        if let Some(exactly) = self.times.instant(&pid.code(7)).ok().flatten()
            && !exactly.contains("T00:00:00")
        {
            let url = "http://hl7.org/fhir/StructureDefinition/patient-birthTime";
            node.set("_birthDate", Some(json!({ "extension": [extension(url, "valueDateTime", exactly)] })));
        }
        self.death(pid, &mut node);
        node.list("address", pid.field(11).all().filter_map(|part| address(&part)));
        let marital = pid.field(16).first();
        let system = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
        node.set("maritalStatus", marital.and_then(|part| mapped(&part, "marital", system)));
        births(pid, &mut node);
        let spoken = coded_field(pid, 15).map(|language| json!({ "language": language }));
        node.list("communication", spoken);
        self.general_practitioners(rest, &mut node);
        node.list("extension", extensions.drain(..));
        self.add_patient(pid, node.value());
    }

    fn add_patient(&mut self, pid: &Segment<'_>, patient: Value) {
        let words = patient["name"][0].as_object().and_then(|_| said(&patient["name"][0]));
        let mut reference = Node::default();
        reference.set("reference", Some(reference_to(&patient))).set("display", words);
        self.patient = Some(reference.value());
        if ABOUT_PATIENTS.contains(&self.kind.as_str()) {
            // A message may name its patient again and again, before each visit or order.
            if self.known.insert(reference_to(&patient)) {
                self.resources.push(patient);
                self.patient_at = Some(self.resources.len() - 1);
            } else {
                self.leave_out_whole(pid, "The patient is told of twice; the first time counts.");
            }
        } else {
            self.mention(patient);
        }
        self.before = Before::Other;
    }

    /// The id that follows from the patient's number: their medical record number, if several are told.
    fn patient_id(&mut self, pid: &Segment<'_>) -> String {
        let numbers: Vec<Part<'_>> =
            [3, 2, 4].into_iter().flat_map(|number| pid.field(number).all()).collect();
        let of_kind = |kind: &[&str]| {
            numbers.iter().find(|part| {
                part.text(1).is_some() && kind.contains(&part.text(5).unwrap_or_default().as_str())
            })
        };
        let number =
            of_kind(&["MR", "MRN"]).or_else(|| of_kind(&["PI", "PT", "AN", ""])).or_else(|| numbers.first());
        if let Some(number) = number.filter(|number| number.text(1).is_some()) {
            return self.patient_id_of(number);
        }
        let name = pid.field(5).first().and_then(|part| part.words()).unwrap_or_default();
        if name.is_empty() {
            return self.id_by_place("Patient", pid);
        }
        self.shared_id("Patient", &["name", &name, &pid.code(7)])
    }

    fn patient_id_of(&self, number: &Part<'_>) -> String {
        let authority = number.sub(4, 2).or_else(|| number.text(4)).unwrap_or_default();
        self.shared_id("Patient", &[&authority, &number.text(1).unwrap_or_default()])
    }

    fn patient_numbers(&self, pid: &Segment<'_>) -> Vec<Value> {
        let numbers = [3, 2, 4].into_iter().flat_map(|number| pid.field(number).all());
        let mut held: Vec<Value> = numbers.filter_map(|part| identifier(self, &part)).collect();
        let kinds = [(19, "SS", Some("http://hl7.org/fhir/sid/us-ssn")), (20, "DL", None)];
        for (number, kind, system) in kinds {
            let Some(value) = pid.text(number) else { continue };
            let mut node = Node::default();
            let coding = json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": kind });
            node.set("type", Some(json!({ "coding": [coding] })));
            node.set("system", system).set("value", Some(value));
            held.push(node.value());
        }
        unique(held)
    }

    /// What FHIR has extensions for.
    fn traits(&mut self, pid: &Segment<'_>) -> Vec<Value> {
        let url = |name: &str| format!("http://hl7.org/fhir/StructureDefinition/patient-{name}");
        let mut extensions = Vec::new();
        extensions.extend(omb(pid, 10, "race", &["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"]));
        extensions.extend(omb(pid, 22, "ethnicity", &["2135-2", "2186-5"]));
        let maiden = pid.field(6).first().and_then(|name| name.text(1));
        extensions.extend(maiden.map(|name| extension(&url("mothersMaidenName"), "valueString", name)));
        let religion = coded_field(pid, 17);
        extensions
            .extend(religion.map(|religion| extension(&url("religion"), "valueCodeableConcept", religion)));
        let born_at = pid.text(23);
        extensions.extend(born_at.map(|place| extension(&url("birthPlace"), "valueAddress", words(&place))));
        for citizen in pid.field(26).all().filter_map(|part| coded(&part)) {
            let code = extension("code", "valueCodeableConcept", citizen);
            extensions.push(json!({ "url": url("citizenship"), "extension": [code] }));
        }
        extensions
    }

    fn death(&mut self, pid: &Segment<'_>, node: &mut Node) {
        let indicator = pid.code(30);
        match self.date_time(pid, 29) {
            Some(time) => node.set("deceasedDateTime", Some(time)),
            None => node.set("deceasedBoolean", yes_or_no(&indicator)),
        };
    }

    fn general_practitioners(&mut self, rest: &[Segment<'_>], node: &mut Node) {
        let mut near =
            rest.iter().take_while(|segment| !matches!(segment.name, "PID" | "ORC" | "OBR" | "PV1"));
        let Some(more) = near.find(|segment| segment.name == "PD1") else { return };
        let mut known = self.practitioners(more, 4);
        let places: Vec<Value> = more.field(3).all().filter_map(|part| self.organization(&part)).collect();
        known.extend(places);
        node.list("generalPractitioner", known);
    }

    pub(super) fn take_relation(&mut self, nk1: &Segment<'_>) {
        nk1.pass_over(&[1]);
        let name: Vec<Value> = nk1.field(2).all().filter_map(|part| person_name(&part)).collect();
        let numbers: Vec<Value> = nk1.field(33).all().filter_map(|part| identifier(self, &part)).collect();
        let Some(patient) = self.subject(nk1, "A related person") else { return };
        let told = name.first().and_then(said).unwrap_or_default();
        let kind = nk1.code(3);
        let id = self.own_id("RelatedPerson", &[&self.patient_key(), &told, &kind]);
        let mut node = Node::resource("RelatedPerson", &id);
        node.list("identifier", numbers).set("patient", Some(patient));
        let system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
        let relation = nk1.field(3).first().and_then(|part| mapped(&part, "relation", system));
        let system = "http://terminology.hl7.org/CodeSystem/v2-0131";
        let role = nk1.field(7).first().and_then(|part| mapped(&part, "contact", system));
        node.list("relationship", relation.into_iter().chain(role)).list("name", name);
        let phones = [5, 6].into_iter().flat_map(|number| nk1.field(number).all());
        let phones: Vec<Value> = phones.filter_map(|part| telecom(&part)).collect();
        node.list("telecom", unique(phones));
        node.set("gender", self.gender(nk1, 15));
        node.set("birthDate", self.date(nk1, 16));
        node.list("address", nk1.field(4).all().filter_map(|part| address(&part)));
        let (start, end) = (self.date_time(nk1, 8), self.date_time(nk1, 9));
        node.set("period", period(start, end));
        let spoken = coded_field(nk1, 20).map(|language| json!({ "language": language }));
        node.list("communication", spoken);
        self.add(node.value());
    }

    /// The number that the patient had: it is noted, and no two records become one.
    pub(super) fn take_merge(&mut self, mrg: &Segment<'_>) {
        let old = mrg.field(1).first().or_else(|| mrg.field(4).first());
        let Some(old) = old.filter(|old| old.text(1).is_some()) else { return };
        let reference = format!("Patient/{}", self.patient_id_of(&old));
        let held = identifier(self, &old);
        let is_other = self.patient.as_ref().is_none_or(|patient| patient["reference"] != reference.as_str());
        let patient = self.patient_at.filter(|_| is_other).and_then(|at| self.resources.get_mut(at));
        if let (Some(patient), Some(held)) = (patient, held) {
            patient["link"] = json!([{ "other": { "identifier": held }, "type": "replaces" }]);
        }
        let reason = "The patient had another number before. It is noted with the patient; two records are not made one.";
        self.leave_out_whole(mrg, reason);
    }
}

fn names(pid: &Segment<'_>) -> Vec<Value> {
    let aliases = pid.field(9).all().filter_map(|part| person_name(&part));
    unique(pid.field(5).all().filter_map(|part| person_name(&part)).chain(aliases).collect())
}

fn births(pid: &Segment<'_>, node: &mut Node) {
    let order = pid.text(25).and_then(|order| order.parse::<u16>().ok());
    match (yes_or_no(&pid.code(24)), order) {
        (Some(true), Some(order)) if order > 0 => node.set("multipleBirthInteger", Some(order)),
        (told, _) => node.set("multipleBirthBoolean", told),
    };
}

pub(super) fn yes_or_no(code: &str) -> Option<bool> {
    match code {
        "Y" | "YES" => Some(true),
        "N" | "NO" => Some(false),
        _ => None,
    }
}

/// Race or ethnicity as the US Core extension, whose categories are those of the OMB.
fn omb(pid: &Segment<'_>, number: usize, name: &str, categories: &[&str]) -> Option<Value> {
    let told: Vec<Value> = pid.field(number).all().filter_map(|part| coded(&part)).collect();
    let words: Vec<String> = told.iter().filter_map(concept_words).collect();
    if words.is_empty() {
        return None;
    }
    let codings = told.iter().flat_map(|concept| concept["coding"].as_array().into_iter().flatten());
    let mut parts: Vec<Value> = Vec::new();
    for coding in codings {
        let is_cdc = coding["system"] == "urn:oid:2.16.840.1.113883.6.238";
        let is_category = coding["code"].as_str().is_some_and(|code| categories.contains(&code));
        let part = if is_category { "ombCategory" } else { "detailed" };
        if is_cdc {
            parts.push(extension(part, "valueCoding", coding.clone()));
        }
    }
    parts.push(extension("text", "valueString", words.join(", ")));
    let url = format!("http://hl7.org/fhir/us/core/StructureDefinition/us-core-{name}");
    Some(json!({ "url": url, "extension": parts }))
}

fn unique(values: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
