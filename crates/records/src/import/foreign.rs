//! What other systems send: HL7 v2 messages and C-CDA documents, as entries.

use super::read::{Block, Entry, Source};
use super::report::Fault;
use salus_interchange::hl7v2::{self, Message};
use salus_interchange::{Converted, ccda};

/// The messages of a file that are still to be read.
pub(super) struct Messages {
    rest: std::vec::IntoIter<Message>,
    number: usize,
}

/// Opens a file of another system; `None` for a file that is none.
pub(super) fn open(bytes: &[u8]) -> Option<Result<Source, String>> {
    if hl7v2::is_hl7v2(bytes) {
        let read = hl7v2::read(bytes).map_err(|error| error.to_string());
        let messages = read.map(|messages| Messages { rest: messages.into_iter(), number: 0 });
        return Some(messages.map(Source::Messages));
    }
    looks_like_ccda(bytes).then(|| {
        let document = ccda::read(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        Ok(Source::Whole(block("document", document.to_fhir())))
    })
}

/// Whether the first element is that of a clinical document.
pub(crate) fn looks_like_ccda(bytes: &[u8]) -> bool {
    const START: usize = 4096;
    let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(START)])
        .chars()
        .filter(|letter| *letter != '\0')
        .collect();
    let text = start.trim_start_matches(['\u{feff}', '\u{fffd}']).trim_start();
    text.starts_with('<') && text.contains("ClinicalDocument")
}

impl Iterator for Messages {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let message = self.rest.next()?;
        self.number += 1;
        Some(block(&format!("message {}", self.number), message.to_fhir()))
    }
}

/// What a message or document became, with its name before each place.
fn block(name: &str, converted: Converted) -> Block {
    let entry = |resource, is_mentioned| Entry { is_mentioned, ..Entry::told(name.to_owned(), Ok(resource)) };
    let told = converted.resources.into_iter().map(|resource| entry(resource, false));
    let mentioned = converted.mentioned.into_iter().map(|resource| entry(resource, true));
    let left_out = converted.left_out.into_iter().map(|left| Fault {
        place: format!("{name}, {}", left.place),
        resource_type: None,
        reasons: vec![left.reason],
    });
    Block { entries: told.chain(mentioned).collect(), left_out: left_out.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_by_their_first_element() {
        for (text, expect) in [
            ("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">", true),
            ("\u{feff}<?xml version=\"1.0\"?>\n<!-- x -->\n<ClinicalDocument>", true),
            ("<?xml version=\"1.0\"?><Bundle xmlns=\"http://hl7.org/fhir\">", false),
            ("ClinicalDocument", false),
            ("", false),
        ] {
            assert_eq!(looks_like_ccda(text.as_bytes()), expect, "{text}");
        }
    }

    #[test]
    fn each_message_is_a_block_with_its_number() {
        let text = b"MSH|^~\\&|A|B|||20240301||ADT^A08|1\rPID|1||7\rZZ1|x\rMSH|^~\\&|A|B|||20240301||ADT^A08|2\rPID|1||8";
        let Some(Ok(mut source)) = open(text) else { panic!("not opened") };
        let first = source.next_block().unwrap();
        assert!(first.entries.iter().all(|entry| entry.place == "message 1"));
        assert!(first.left_out.iter().any(|fault| fault.place == "message 1, ZZ1[1]"));
        assert!(source.next_block().is_some() && source.next_block().is_none());
        let Some(Ok(source)) = open(text) else { panic!("not opened") };
        let mut whole = source.at_once();
        let patients =
            whole.next_block().unwrap().entries.into_iter().filter_map(|entry| entry.resource.ok());
        assert_eq!(patients.filter(|resource| resource["resourceType"] == "Patient").count(), 2);
        assert!(whole.next_block().is_none());
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (bytes, reason) in [
            (b"MSH||".as_slice(), "has a message on line 1 whose header"),
            (b"BHS|^~\\&|A", "holds no HL7 v2 message"),
            (b"<ClinicalDocument", "cannot be read: line"),
        ] {
            let Some(Err(told)) = open(bytes) else { panic!("{:?}", String::from_utf8_lossy(bytes)) };
            assert!(told.starts_with(reason), "{told}");
        }
        assert!(open(b"{}").is_none());
    }
}
