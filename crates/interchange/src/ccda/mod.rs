//! C-CDA documents (R1.1 and R2.1, and plain CDA R2) into FHIR R4.
//!
//! [`read`] takes the bytes of one document; [`Document::to_fhir`] gives its resources: the Patient, the people and
//! organisations around them, what the coded entries of each section say, and a Composition that holds every section
//! with its text. The mapping follows HL7's guide "C-CDA on FHIR" where it says something.
//!
//! What an element leaves open (`nullFlavor`) stays open: no value is made up. Where FHIR demands one, the resource says
//! that it is absent and why. An entry that has no place in FHIR is named in [`Converted::left_out`]; its words stay in the
//! text of its section.
//!
//! An id follows from the document's own identifier of an entry and the patient's, so that the same problem of two
//! documents is one Condition; where an entry has no identifier, from its content.
//!
//! Start reading at `statement.rs`, which tells what becomes of an entry.

mod agents;
mod allergy;
mod care_team;
mod codes;
mod composition;
mod condition;
mod context;
mod coverage;
mod decode;
mod device;
mod directive;
mod dosage;
mod encounter;
mod family;
mod fields;
mod immunization;
mod medication;
mod narrative;
mod note;
mod observation;
mod panel;
mod patient;
mod people;
mod plan;
mod procedure;
mod quantity;
mod statement;
mod supply;
mod tables;
mod time;
mod tree;
mod unstructured;

#[cfg(test)]
mod tests;

use crate::Converted;
use tree::Element;

/// The largest document that is read. Embedded PDFs make documents large.
pub const MAX_BYTES: usize = 32 << 20;

/// Why something is not a document that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CcdaError {
    /// More than [`MAX_BYTES`], or more elements than any document has.
    #[error("the document is too large to be read")]
    TooLarge,
    /// The bytes are no text in the encoding that they claim.
    #[error("the document is not text in the encoding that it claims")]
    NotText,
    /// Not well-formed.
    #[error("line {line}, column {column}: the XML is not well-formed")]
    NotXml {
        /// Counted from 1.
        line: u32,
        /// Counted from 1.
        column: u32,
    },
    /// Document type declarations can make a parser do anything, and CDA has none.
    #[error("the document has a document type declaration, which is not accepted")]
    Doctype,
    /// Nested deeper than any document is.
    #[error("the elements of the document are nested too deep")]
    TooDeep,
    /// XML, but not CDA.
    #[error("the XML is not a CDA document: its root is not ClinicalDocument of urn:hl7-org:v3")]
    NotCda,
}

/// A document that was read.
pub struct Document {
    root: Element,
}

/// The words of a section.
pub struct SectionText {
    /// Its title.
    pub title: String,
    /// Its words, a line for each row or paragraph.
    pub text: String,
}

/// Reads one document.
///
/// # Errors
/// When the bytes are no CDA document, or exceed what a document may be.
pub fn read(bytes: &[u8]) -> Result<Document, CcdaError> {
    if bytes.len() > MAX_BYTES {
        return Err(CcdaError::TooLarge);
    }
    let text = decode::text(bytes)?;
    Ok(Document { root: tree::parse(&text)? })
}

impl Document {
    /// The document as FHIR resources.
    pub fn to_fhir(&self) -> Converted {
        composition::convert(&self.root)
    }

    /// The words of each section that has some, in order, for a reader or a search.
    pub fn sections(&self) -> Vec<SectionText> {
        let mut sections = Vec::new();
        self.root.walk(&mut |element| {
            if element.name() == "section"
                && let Some(text) = element.child("text")
            {
                let text = narrative::plain(text);
                if !text.is_empty() {
                    let title = element.child("title").map(Element::words).unwrap_or_default();
                    sections.push(SectionText { title, text });
                }
            }
        });
        sections
    }
}
