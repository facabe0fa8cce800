//! Documents that mean harm, or were cut off.

use super::wrapped;
use crate::ccda::{CcdaError, MAX_BYTES, read};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Every refusal is quick: no reading works before it has looked at limits.
const SOON: Duration = Duration::from_secs(30);

#[track_caller]
fn check(text: &str, expect: CcdaError) {
    let start = Instant::now();
    assert_eq!(read(text.as_bytes()).err(), Some(expect));
    assert!(start.elapsed() < SOON);
}

#[test]
fn what_is_no_document_is_refused_with_a_reason() {
    check("", CcdaError::NotXml { line: 1, column: 1 });
    check("<a/>", CcdaError::NotCda);
    check("<ClinicalDocument/>", CcdaError::NotCda);
    check("<ClinicalDocument xmlns=\"urn:hl7-org:v2\"/>", CcdaError::NotCda);
    assert_eq!(read(b"<a>\xFF</a>").err(), Some(CcdaError::NotText));
    assert_eq!(read(&vec![b' '; MAX_BYTES + 1]).err(), Some(CcdaError::TooLarge));
    assert!(matches!(read(wrapped("<a>").as_bytes()).err(), Some(CcdaError::NotXml { .. })));
}

#[test]
fn entities_are_not_expanded() {
    let lol = "<!DOCTYPE ClinicalDocument [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
               <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>";
    check(&format!("{lol}{}", wrapped("<title>&d;</title>")), CcdaError::Doctype);
    let outside = "<!DOCTYPE x [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
    check(&format!("{outside}{}", wrapped("<title>&file;</title>")), CcdaError::Doctype);
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [200, 1_000, 100_000] {
        let start = Instant::now();
        let text = wrapped(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)));
        assert!(read(text.as_bytes()).is_err(), "{depth}");
        assert!(start.elapsed() < SOON);
    }
}

/// Lists in which everything would have to be compared with everything.
#[test]
fn long_lists_are_read_in_the_time_that_they_take() {
    let allergy = "<templateId root=\"2.16.840.1.113883.10.20.22.4.7\"/><value code=\"1\"/>";
    let each = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    for (name, entries) in [
        (
            "entries",
            each(20_000, &|n| format!("<entry><observation><code code=\"{n}\"/></observation></entry>")),
        ),
        (
            "translations",
            format!(
                "<entry><observation><code code=\"a\">{}</code></observation></entry>",
                each(40_000, &|n| format!("<translation code=\"{n}\"/>"))
            ),
        ),
        (
            "reactions",
            format!(
                "<entry><observation>{allergy}{}</observation></entry>",
                each(20_000, &|n| format!(
                    "<entryRelationship typeCode=\"MFST\"><observation><value code=\"{n}\"/></observation></entryRelationship>"
                ))
            ),
        ),
        (
            "reasons",
            format!(
                "<entry><procedure><code code=\"a\"/>{}</procedure></entry>",
                each(20_000, &|n| format!(
                    "<entryRelationship typeCode=\"RSON\"><observation><code code=\"77301-0\"/><value code=\"{n}\"/></observation></entryRelationship>"
                ))
            ),
        ),
        (
            "empty anchors",
            format!(
                "<text>{}</text>{}",
                each(20_000, &|n| format!("<content ID=\"a{n}\"/>")),
                each(20_000, &|n| format!(
                    "<entry><observation><code nullFlavor=\"OTH\"><originalText><reference value=\"#a{n}\"/></originalText></code></observation></entry>"
                ))
            ),
        ),
    ] {
        let start = Instant::now();
        let text = wrapped(&format!(
            "<component><structuredBody><component><section>{entries}</section></component></structuredBody></component>"
        ));
        assert!(
            read(text.as_bytes()).is_ok_and(|document| !document.to_fhir().resources.is_empty()),
            "{name}"
        );
        assert!(start.elapsed() < SOON, "{name}: {:?}", start.elapsed());
    }
}

/// As deep as is read at all, on a thread with as little stack as any has.
#[test]
fn entries_in_entries_are_read_to_the_end() {
    for (open, close) in [
        (
            "<observation moodCode=\"EVN\"><code code=\"1\"/><entryRelationship>",
            "</entryRelationship></observation>",
        ),
        ("<organizer moodCode=\"EVN\"><code code=\"1\"/><component>", "</component></organizer>"),
        (
            "<procedure moodCode=\"EVN\"><code code=\"1\"/><entryRelationship>",
            "</entryRelationship></procedure>",
        ),
        (
            "<encounter moodCode=\"EVN\"><code code=\"1\"/><entryRelationship>",
            "</entryRelationship></encounter>",
        ),
        (
            "<substanceAdministration moodCode=\"EVN\"><code code=\"1\"/><entryRelationship>",
            "</entryRelationship></substanceAdministration>",
        ),
        (
            "<supply moodCode=\"INT\"><participant><participantRole><id root=\"1.2\"/></participantRole></participant><entryRelationship>",
            "</entryRelationship></supply>",
        ),
        ("<act moodCode=\"INT\"><code code=\"1\"/><entryRelationship>", "</entryRelationship></act>"),
        ("<section><text>a</text><component>", "</component></section>"),
    ] {
        let depth = 59;
        let inner = format!(
            "{}<observation moodCode=\"EVN\"><code code=\"2\"/></observation>{}",
            open.repeat(depth),
            close.repeat(depth)
        );
        let body = if open.starts_with("<section") {
            inner
        } else {
            format!("<section><entry>{inner}</entry></section>")
        };
        let text = wrapped(&format!(
            "<component><structuredBody><component>{body}</component></structuredBody></component>"
        ));
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let converted =
            thread.spawn(move || read(text.as_bytes()).map(|document| document.to_fhir().resources.len()));
        assert!(converted.unwrap().join().unwrap().is_ok(), "{open}");
    }
}

/// Ten thousand entries that each quote the whole narrative would be a document a thousand times as large.
#[test]
fn quoting_a_long_narrative_again_and_again_ends() {
    let start = Instant::now();
    let words = "word ".repeat(100_000);
    let entry = "<entry><observation moodCode=\"EVN\"><code nullFlavor=\"OTH\"><originalText>\
                 <reference value=\"#all\"/></originalText></code></observation></entry>";
    let text = wrapped(&format!(
        "<component><structuredBody><component><section><text ID=\"all\">{words}</text>{}</section></component>\
         </structuredBody></component>",
        entry.repeat(10_000)
    ));
    let converted = read(text.as_bytes()).unwrap().to_fhir();
    let size: usize = converted.resources.iter().map(|one| one.to_string().len()).sum();
    assert!(size < 20 * text.len(), "{size} bytes from {}", text.len());
    assert!(start.elapsed() < SOON);
}

const SMALL: &str = include_str!("small.xml");

#[test]
fn the_small_document_reads() {
    let converted = read(SMALL.as_bytes()).unwrap().to_fhir();
    let types: Vec<&str> =
        converted.resources.iter().filter_map(|one| one["resourceType"].as_str()).collect();
    for expect in ["Patient", "AllergyIntolerance", "MedicationStatement", "Observation", "Composition"] {
        assert!(types.contains(&expect), "{types:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_document_that_is_cut_off_does_no_harm(end in 0..SMALL.len()) {
        let mut end = end;
        while !SMALL.is_char_boundary(end) {
            end -= 1;
        }
        let _ = read(&SMALL.as_bytes()[..end]).map(|document| document.to_fhir());
    }

    /// Whole elements and attributes go missing or are replaced: what remains well-formed is converted, and valid.
    #[test]
    fn a_document_that_was_tampered_with_does_no_harm(
        changes in prop::collection::vec((0..4_usize, any::<prop::sample::Index>(), ".{0,6}"), 1..6),
    ) {
        let text = changes.into_iter().fold(SMALL.to_owned(), |text, (kind, place, noise)| {
            tampered(&text, kind, place, &noise)
        });
        if let Ok(document) = read(text.as_bytes()) {
            for resource in &document.to_fhir().resources {
                let faults = salus_fhir::validate(resource);
                let faults: Vec<_> = faults.iter().filter(|issue| issue.is_error()).collect();
                prop_assert!(faults.is_empty(), "{} {:?}\n{}", resource["resourceType"], faults, text);
            }
        }
    }
}

/// One change: an attribute's value is replaced, an attribute goes, an element goes, bytes are replaced.
fn tampered(text: &str, kind: usize, place: prop::sample::Index, noise: &str) -> String {
    let ranges: Vec<std::ops::Range<usize>> = match (kind, roxmltree::Document::parse(text)) {
        (0, Ok(parsed)) => {
            parsed.descendants().flat_map(|node| node.attributes()).map(|one| one.range_value()).collect()
        }
        (1, Ok(parsed)) => {
            parsed.descendants().flat_map(|node| node.attributes()).map(|one| one.range()).collect()
        }
        (2, Ok(parsed)) => parsed
            .root_element()
            .descendants()
            .skip(1)
            .filter(roxmltree::Node::is_element)
            .map(|node| node.range())
            .collect(),
        _ => {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
        }
    };
    if ranges.is_empty() {
        return text.to_owned();
    }
    let range = ranges[place.index(ranges.len())].clone();
    let noise = if kind == 0 { noise.replace(['<', '&', '"', '\''], "") } else { noise.to_owned() };
    let noise = if matches!(kind, 1 | 2) { String::new() } else { noise };
    format!("{}{noise}{}", &text[..range.start], &text[range.end..])
}
