//! Files that other systems send: what of them is read as a document.

use super::layer::{Layer, LayerPage};
use super::read::{Reading, sentence};
use salus_interchange::ccda;

/// A C-CDA document: a page for each of its sections, in the words that it shows.
pub(super) fn sections(bytes: &[u8], sha256: String) -> Reading {
    let document = match ccda::read(bytes) {
        Ok(document) => document,
        Err(error) => return Reading::Failed(sentence(&error)),
    };
    let pages = document.sections().into_iter().map(|section| LayerPage {
        text: format!("{}\n{}", section.title, section.text).trim().to_owned(),
        words: Vec::new(),
        confidence: Vec::new(),
    });
    Reading::Read { layer: Layer { sha256, pages: pages.collect() }, note: None }
}

/// HL7 v2 messages: their segments are no sentences to quote. What they say is in the record once it is imported.
pub(super) fn messages(sha256: String) -> Reading {
    Reading::Read { layer: Layer { sha256, pages: Vec::new() }, note: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_a_page_for_each_section() {
        let text = r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section>
            <title>Allergies</title><text>Penicillin: hives</text></section></component></structuredBody></component></ClinicalDocument>"#;
        let Reading::Read { layer, .. } = sections(text.as_bytes(), "ab".to_owned()) else {
            panic!("not read")
        };
        let pages: Vec<_> = layer.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(pages, ["Allergies\nPenicillin: hives"]);
        assert!(matches!(sections(b"<ClinicalDocument", String::new()), Reading::Failed(_)));
    }
}
