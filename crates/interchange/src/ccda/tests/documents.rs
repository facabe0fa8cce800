//! Published documents and fragments: everything reads, is valid, is the same twice, and loses no entry.

use super::{OPEN, wrapped};
use crate::ccda::{Document, read};
use crate::{Converted, LeftOut};
use roxmltree::Node;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_fhir::{validate, validate_fully};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The files of the shared documents, by name; nothing where the data is not at hand.
fn shared(folder: &str, extension: &str) -> BTreeMap<String, PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("ccda").join(folder)) else {
        println!("skipped: no shared data");
        return BTreeMap::new();
    };
    let paths = files.map(|file| file.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    wanted.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

fn whole_documents() -> BTreeMap<String, String> {
    let files = shared(".", "ccda").into_iter();
    files.map(|(name, path)| (name, std::fs::read_to_string(path).unwrap())).collect()
}

/// The examples as documents: a fragment is put where it belongs.
fn examples() -> BTreeMap<String, String> {
    let files = shared("examples", "xml").into_iter();
    files.map(|(name, path)| (name, enclosed(&std::fs::read_to_string(path).unwrap()))).collect()
}

/// A document around a fragment of any size.
fn enclosed(fragment: &str) -> String {
    let fragment = fragment.trim_start_matches('\u{FEFF}').trim();
    let start = fragment.find("?>").filter(|_| fragment.starts_with("<?xml")).map_or(0, |end| end + 2);
    let fragment = &fragment[start..];
    if fragment.contains("<ClinicalDocument ") {
        return fragment.to_owned();
    }
    if fragment.contains("<ClinicalDocument>") {
        return fragment.replacen("<ClinicalDocument>", OPEN, 1);
    }
    let alone = wrapped(fragment);
    let parsed = roxmltree::Document::parse(&alone).unwrap();
    let first = parsed.root_element().children().find(Node::is_element).unwrap();
    let section = |entry: &str| {
        format!(
            "<component><structuredBody><component><section><title>Fragment</title>{entry}</section></component>\
             </structuredBody></component>"
        )
    };
    let inner = match first.tag_name().name() {
        "section" => format!(
            "<component><structuredBody><component>{fragment}</component></structuredBody></component>"
        ),
        "component" if fragment.contains("<nonXMLBody") => fragment.to_owned(),
        "component" => format!("<component><structuredBody>{fragment}</structuredBody></component>"),
        "entry" => section(fragment),
        "act" | "observation" | "organizer" | "procedure" | "substanceAdministration" => {
            section(&format!("<entry>{fragment}</entry>"))
        }
        "entryRelationship" => {
            section(&format!("<entry><act classCode=\"ACT\" moodCode=\"EVN\">{fragment}</act></entry>"))
        }
        "assignedAuthor" => format!("<author>{fragment}</author>"),
        // Parts of the header, and parts of parts.
        _ => fragment.to_owned(),
    };
    wrapped(&inner)
}

fn convert(name: &str, text: &str) -> Converted {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}")).to_fhir()
}

fn all(converted: &Converted) -> impl Iterator<Item = &Value> {
    converted.resources.iter().chain(&converted.mentioned)
}

fn documents_and_examples() -> BTreeMap<String, String> {
    whole_documents().into_iter().chain(examples()).collect()
}

#[test]
fn every_resource_of_every_document_is_valid() {
    for (name, text) in documents_and_examples() {
        for resource in all(&convert(&name, &text)) {
            let mut issues = validate(resource);
            issues.extend(validate_fully(resource, Timestamp::UNIX_EPOCH));
            let errors = issues.iter().filter(|issue| issue.is_error());
            let errors: Vec<_> = errors.map(|issue| (&issue.expression, &issue.diagnostics)).collect();
            assert!(errors.is_empty(), "{name}: {} {errors:?}", resource["resourceType"]);
        }
    }
}

#[test]
fn a_second_reading_gives_the_same() {
    for (name, text) in documents_and_examples() {
        let (first, second) = (convert(&name, &text), convert(&name, &text));
        assert!(first.resources == second.resources && first.mentioned == second.mentioned, "{name}");
        assert!(first.left_out == second.left_out, "{name}");
    }
}

#[test]
fn every_reference_leads_to_something() {
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("reference").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    for (name, text) in documents_and_examples() {
        let converted = convert(&name, &text);
        let named = all(&converted)
            .map(|one| format!("{}/{}", one["resourceType"].as_str().unwrap(), one["id"].as_str().unwrap()));
        let mut names = BTreeSet::new();
        for one in named {
            assert!(names.insert(one.clone()), "{name}: {one} is there twice");
        }
        let mut found = Vec::new();
        all(&converted).for_each(|one| references(one, &mut found));
        for reference in found {
            assert!(names.contains(reference), "{name}: {reference} leads nowhere");
        }
    }
}

/// The entries of a document, each alone in a document of its own with the header and the narrative of the first.
fn entries(text: &str) -> Vec<(String, String)> {
    let parsed = roxmltree::Document::parse(text).unwrap();
    let root = parsed.root_element();
    let named = |node: &Node<'_, '_>, name: &str| node.tag_name().name() == name;
    let header: String = root
        .children()
        .filter(|node| node.is_element() && !named(node, "component"))
        .map(|node| &text[node.range()])
        .collect();
    let mut alone = Vec::new();
    for section in root.descendants().filter(|node| named(node, "section")) {
        let parts = |wanted: &dyn Fn(&str) -> bool| -> String {
            let held = section.children().filter(|node| node.is_element() && wanted(node.tag_name().name()));
            held.map(|node| &text[node.range()]).collect()
        };
        let head = parts(&|name| matches!(name, "templateId" | "code" | "title" | "text"));
        for (index, entry) in section.children().filter(|node| named(node, "entry")).enumerate() {
            let document = format!(
                "{OPEN}{header}<component><structuredBody><component><section>{head}{}</section></component>\
                 </structuredBody></component></ClinicalDocument>",
                &text[entry.range()]
            );
            alone.push((
                format!("{} entry {}", head.chars().take(80).collect::<String>(), index + 1),
                document,
            ));
        }
    }
    alone
}

/// What stands in the sections of the Composition, by reference.
fn entries_told(converted: &Converted) -> usize {
    let composition = converted.resources.iter().find(|one| one["resourceType"] == "Composition").unwrap();
    composition["section"][0]["entry"].as_array().map_or(0, Vec::len)
}

fn is_of_entry(one: &LeftOut) -> bool {
    one.place.contains(", entry ")
}

#[test]
fn each_entry_becomes_something_or_is_told_to_be_left_out() {
    let mut count = 0;
    for (name, text) in whole_documents() {
        for (place, document) in entries(&text) {
            let converted = convert(&name, &document);
            let is_told = entries_told(&converted) > 0 || converted.left_out.iter().any(is_of_entry);
            assert!(is_told, "{name}: {place}");
            count += 1;
        }
    }
    assert!(count == 0 || count > 250, "only {count} entries were seen");
}

/// Entries that read as what nobody could mean: a test of the test above, and of the words of its answer.
#[test]
fn an_entry_of_no_known_kind_is_told() {
    for (xml, expect) in [
        ("<entry><regionOfInterest/></entry>", "The regionOfInterest has no place in FHIR."),
        ("<entry><act nullFlavor=\"NI\"/></entry>", "The act says only that nothing is known (NI)."),
        (
            "<entry><act moodCode=\"EVN\"><code code=\"X\" displayName=\"Odd\"/></act></entry>",
            "The act \"Odd\" has no place in FHIR.",
        ),
        ("<entry><observation moodCode=\"EVN\"/></entry>", "The observation has no place in FHIR."),
    ] {
        let text = wrapped(&format!(
            "<component><structuredBody><component><section><title>Odd</title>{xml}</section></component></structuredBody></component>"
        ));
        let left_out = convert(xml, &text).left_out;
        assert!(left_out.contains(&LeftOut::new("Odd (no code), entry 1", expect)), "{xml}");
    }
}

/// How many resources of each type the sections of a document give. Counted by hand in the documents.
#[test]
fn documents_give_what_was_counted_in_them() {
    let table: [(&str, &[(&str, usize)]); 5] = [
        (
            "Patient-1.ccda",
            &[
                ("AllergyIntolerance", 3),
                ("Condition", 4),
                ("DiagnosticReport", 5),
                ("Encounter", 5),
                ("Immunization", 2),
                ("MedicationStatement", 8),
                ("Patient", 1),
                ("Procedure", 9),
            ],
        ),
        (
            "C-CDA_R2-1_CCD.xml.ccda",
            &[
                ("AllergyIntolerance", 2),
                ("Condition", 4),
                ("Consent", 1),
                ("Coverage", 1),
                ("DiagnosticReport", 2),
                ("Encounter", 1),
                ("FamilyMemberHistory", 1),
                ("Immunization", 5),
                ("MedicationDispense", 1),
                ("MedicationStatement", 2),
                ("Procedure", 4),
                ("SupplyDelivery", 4),
            ],
        ),
        ("CCD.ccda", &[("AllergyIntolerance", 1), ("DiagnosticReport", 1), ("Procedure", 3)]),
        ("CDA_with_Embedded_PDF.ccda", &[("DocumentReference", 1), ("Composition", 1)]),
        ("Unstructured_Document_reference.ccda", &[("DocumentReference", 0), ("Composition", 1)]),
    ];
    let documents = whole_documents();
    for (name, expect) in table {
        let Some(text) = documents.get(name) else { continue };
        let converted = convert(name, text);
        for (type_name, count) in expect {
            let found = converted.resources.iter().filter(|one| one["resourceType"] == *type_name).count();
            assert_eq!(found, *count, "{name}: {type_name}");
        }
    }
}

#[test]
fn the_words_of_the_sections_can_be_read() {
    let documents = whole_documents();
    let Some(text) = documents.get("Discharge_Summary.ccda") else { return };
    let sections = read(text.as_bytes()).map(|document: Document| document.sections()).unwrap();
    let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
    assert!(titles.contains(&"HOSPITAL COURSE"), "{titles:?}");
    assert!(sections.iter().all(|section| !section.text.is_empty()));
}
