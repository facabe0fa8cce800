//! Bytes of a document → its text layer, or the reason why there is none.

use super::docx::docx;
use super::layer::{Layer, LayerPage};
use super::page::{Placed, page};
use super::scan::{self, Scan};
use super::sent;
use super::sniff::{Content, sniff};
use serde::{Deserialize, Serialize};

/// What became of reading a document.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reading {
    /// Its text, and what a person should know about it.
    Read { layer: Layer, note: Option<String> },
    /// A person has to do something first.
    NeedsYou(String),
    /// It cannot be read.
    Failed(String),
}

/// Is told how many pages of how many are done.
pub(crate) type Told<'a> = &'a mut dyn FnMut(u64, u64);

/// Reads a document. Blocks, for minutes where pages must be recognised; the bytes are what `sha256` was taken of.
pub(crate) fn read(bytes: Vec<u8>, sha256: String, told: Told<'_>) -> Reading {
    match sniff(&bytes) {
        Content::Pdf => pdf(bytes, sha256, told),
        Content::Text => text(&bytes, sha256),
        Content::Docx => docx(&bytes, sha256),
        Content::Ccda => sent::sections(&bytes, sha256),
        Content::Hl7v2 => sent::messages(sha256),
        Content::Picture(_) => scan::picture(&bytes, sha256),
        Content::FhirJson | Content::FhirNdjson => Reading::NeedsYou(
            "This is a FHIR file. Import it into the record instead of keeping it as a document.".to_owned(),
        ),
        Content::Gzip => {
            Reading::Failed("This is a compressed file; unpack it and upload what is inside.".to_owned())
        }
        Content::Unknown => Reading::Failed("Salus does not know this kind of file.".to_owned()),
    }
}

/// A page with fewer words of its own is looked at as a picture too: a scan often carries a printed header or stamp.
const FEW_WORDS: usize = 30;

fn pdf(bytes: Vec<u8>, sha256: String, told: Told<'_>) -> Reading {
    let text = match salus_pdf::read(bytes.clone(), &salus_pdf::Limits::default()) {
        Ok(text) => text,
        Err(error @ salus_pdf::Error::PasswordProtected) => return Reading::NeedsYou(sentence(&error)),
        Err(error) => return Reading::Failed(sentence(&error)),
    };
    let mut pages: Vec<LayerPage> = text.pages.iter().map(printed).collect();
    let few = |page: &LayerPage| page.words.len() < FEW_WORDS;
    let doubtful: Vec<usize> = (0..pages.len()).filter(|index| few(&pages[*index])).collect();
    let scan = match doubtful.is_empty() {
        true => Scan::default(),
        false => scan::pages(bytes, &mut pages, &doubtful, told),
    };
    if pages.iter().all(|page| page.words.is_empty()) {
        return Reading::NeedsYou(scan.why_nothing("This PDF"));
    }
    let note = scan.note(&pages);
    Reading::Read { layer: Layer { sha256, pages }, note }
}

/// A page as it is printed in the file.
fn printed(read: &salus_pdf::Page) -> LayerPage {
    let placed = |word: &salus_pdf::Word| Placed {
        text: word.text.clone(),
        x: word.x,
        y: word.y,
        width: word.width,
        height: word.height,
        row: word.row,
        confidence: None,
    };
    page(read.words.iter().map(placed).collect(), read.width, read.height)
}

/// An error as a sentence for people.
pub(crate) fn sentence(error: &dyn std::error::Error) -> String {
    format!("{}.", crate::facts::said::capital(&error.to_string()))
}

/// Plain text: a form feed begins a new page.
fn text(bytes: &[u8], sha256: String) -> Reading {
    let whole = String::from_utf8_lossy(bytes);
    let page = |page: &str| LayerPage {
        text: page.replace("\r\n", "\n").trim_end().to_owned(),
        words: Vec::new(),
        confidence: Vec::new(),
    };
    let pages: Vec<LayerPage> = whole.trim_start_matches('\u{feff}').split('\u{c}').map(page).collect();
    let note = scan::blank(&pages);
    Reading::Read { layer: Layer { sha256, pages }, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Reading {
        read(bytes.to_vec(), "ab".to_owned(), &mut |_, _| {})
    }

    #[test]
    fn plain_text_is_read_page_by_page() {
        let Reading::Read { layer, note } = read_all(b"one\r\ntwo\x0cthree\x0c") else { panic!("not read") };
        let pages: Vec<_> = layer.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(pages, ["one\ntwo", "three", ""]);
        assert_eq!(note.as_deref(), Some("1 of 3 pages shows no text that can be read."));
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let needs_you = |bytes: &[u8]| matches!(read_all(bytes), Reading::NeedsYou(_));
        let failed = |bytes: &[u8]| matches!(read_all(bytes), Reading::Failed(_));
        assert!(failed(b"\xff\xd8\xff\xe0 and no picture"));
        assert!(needs_you(b"{\"resourceType\":\"Patient\"}"));
        assert!(failed(b"%PDF-1.7 and no more"));
        assert!(failed(b"\x00\x01"));
    }
}
