//! The International Patient Summary: one FHIR document that any system can read (HL7 IPS 1.1 and 2.0 on R4).
//!
//! It is a pure function of what was read: the same state of the record gives the same bytes. What the record does not
//! say is said to be unknown, never to be absent.
//!
//! Start reading at [`document`], then the table in [`sections`].

mod absent;
mod narrative;
mod references;
mod sections;
#[cfg(test)]
mod tests;

use crate::card::lines::medicine_concept;
use crate::card::medicines::marks;
use crate::record::{Extent, Record};
use crate::words::{LOINC, concept, text};
use salus_core::Uid;
use salus_fhir::json::Value;
use serde_json::json;
use std::collections::BTreeMap;

const PROFILES: &str = "http://hl7.org/fhir/uv/ips/StructureDefinition";

/// The document Bundle of a record. A card holds the parts that matter in an emergency, a summary all of them.
pub(crate) fn document(record: &Record, extent: Extent) -> Value {
    let mut bundle = Contents::default();
    let subject = bundle.add(record.patient.clone());
    let author = bundle.add(author());
    let sections: Vec<Value> = sections::TABLE
        .iter()
        .filter(|section| extent == Extent::Summary || section.is_vital)
        .filter_map(|section| section.write(record, &mut bundle))
        .collect();
    let versions = bundle.versions.clone();
    let named: Vec<&str> = versions.iter().map(String::as_str).collect();
    let id = |what: &str| Uid::named(&[&["ips", what], named.as_slice()].concat()).to_string();
    let as_of = record.as_of.to_string();
    let composition = json!({
        "resourceType": "Composition",
        "id": id("composition"),
        "meta": { "profile": [format!("{PROFILES}/Composition-uv-ips")] },
        "text": narrative::lines(&[format!("What is known about {}'s health.", person(record))]),
        "status": "final",
        "type": { "coding": [{ "system": LOINC, "code": "60591-5", "display": "Patient summary Document" }] },
        "subject": { "reference": subject },
        "date": as_of,
        "author": [{ "reference": author }],
        "title": format!("Patient summary of {}", person(record)),
        "confidentiality": "N",
        "section": sections,
    });
    let mut entries =
        vec![json!({ "fullUrl": format!("urn:uuid:{}", id("composition")), "resource": composition })];
    entries.extend(bundle.finish());
    json!({
        "resourceType": "Bundle",
        "id": id("bundle"),
        "meta": { "profile": [format!("{PROFILES}/Bundle-uv-ips")] },
        "identifier": { "system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", id("bundle")) },
        "type": "document",
        "timestamp": as_of,
        "entry": entries,
    })
}

/// The resources of the document, each under the name by which the others refer to it.
#[derive(Default)]
pub(crate) struct Contents {
    resources: Vec<(String, Value)>,
    /// From `Type/id` to the name in the document.
    names: BTreeMap<String, String>,
    /// `Type/id/version` of each, by which the document is named.
    versions: Vec<String>,
}

impl Contents {
    /// Takes a resource in, once, and tells its name.
    fn add(&mut self, resource: Value) -> String {
        let part = |name: &str| text(&resource, name).unwrap_or_default().to_owned();
        let local = format!("{}/{}", part("resourceType"), part("id"));
        if let Some(name) = self.names.get(&local) {
            return name.clone();
        }
        let name = format!("urn:uuid:{}", Uid::named(&["ips", &local]));
        let version = resource.pointer("/meta/versionId").and_then(Value::as_str).unwrap_or_default();
        self.versions.push(format!("{local}/{version}"));
        self.names.insert(local, name.clone());
        self.resources.push((name.clone(), resource));
        name
    }

    /// Takes a resource of the record in, with what it cannot be understood without.
    pub(crate) fn take(&mut self, record: &Record, resource: &Value) -> String {
        for member in ["medicationReference", "device"] {
            let reference = resource.get(member).and_then(|reference| text(reference, "reference"));
            if let Some(meant) = reference.and_then(|reference| record.find(reference)) {
                self.add(meant.clone());
            }
        }
        let mut resource = resource.clone();
        tag(record, &mut resource);
        self.add(resource)
    }

    fn finish(self) -> impl Iterator<Item = Value> {
        let Self { resources, names, .. } = self;
        resources.into_iter().map(move |(name, mut resource)| {
            clean(&mut resource);
            references::enclose(&mut resource, &names);
            json!({ "fullUrl": name, "resource": resource })
        })
    }
}

/// The system of the tags that mark medicines which change what helpers do.
const MARKS: &str = "urn:salus:CodeSystem/emergency-mark";

fn tag(record: &Record, resource: &mut Value) {
    let Some(code) = medicine_concept(record, resource) else { return };
    let found = marks(concept(code).unwrap_or_default(), code);
    if !found.is_empty() {
        let tags =
            found.iter().map(|mark| json!({"system": MARKS, "code": mark.kind, "display": mark.label}));
        let tags: Value = tags.collect();
        resource["meta"]["tag"] = tags;
    }
}

/// Leaves out what is about the store and not about the person, and narratives of others, whose links lead nowhere.
fn clean(resource: &mut Value) {
    let Some(members) = resource.as_object_mut() else { return };
    members.remove("text");
    if let Some(tags) = members.remove("meta").and_then(|meta| meta.get("tag").cloned()) {
        members.insert("meta".to_owned(), json!({ "tag": tags }));
    }
}

/// Who puts the document together.
fn author() -> Value {
    json!({
        "resourceType": "Device",
        "id": "salus",
        "deviceName": [{ "name": "Salus", "type": "manufacturer-name" }],
        "version": [{ "value": env!("CARGO_PKG_VERSION") }],
    })
}

fn person(record: &Record) -> String {
    let names = crate::words::all(&record.patient, "name");
    let name = names.iter().find(|name| name["use"] != "old").and_then(salus_fhir::human_name);
    name.unwrap_or_else(|| "this person".to_owned())
}
