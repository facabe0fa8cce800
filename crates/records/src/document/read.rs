//! Bytes of a document → its text layer, or the reason why there is none.

use super::layer::{BoundingBox, Layer, LayerPage, LayerWord};
use super::sniff::{Content, sniff};

/// What became of reading a document.
pub(crate) enum Reading {
    /// Its text, and how many of its pages show none.
    Read { layer: Layer, blank_pages: usize },
    /// A person has to do something first.
    NeedsYou(String),
    /// It cannot be read.
    Failed(String),
}

/// Reads a document. Blocks; the bytes are what `sha256` was taken of.
pub(crate) fn read(bytes: Vec<u8>, sha256: String) -> Reading {
    match sniff(&bytes) {
        Content::Pdf => pdf(bytes, sha256),
        Content::Text => text(&bytes, sha256),
        Content::Jpeg | Content::Png => Reading::NeedsYou(
            "This is a picture. It is kept and can be looked at, but its words cannot be read by Salus."
                .to_owned(),
        ),
        Content::FhirJson | Content::FhirNdjson => Reading::NeedsYou(
            "This is a FHIR file. Import it into the record instead of keeping it as a document.".to_owned(),
        ),
        Content::Gzip => {
            Reading::Failed("This is a compressed file; unpack it and upload what is inside.".to_owned())
        }
        Content::Unknown => Reading::Failed("Salus does not know this kind of file.".to_owned()),
    }
}

fn pdf(bytes: Vec<u8>, sha256: String) -> Reading {
    let text = match salus_pdf::read(bytes, &salus_pdf::Limits::default()) {
        Ok(text) => text,
        Err(error @ salus_pdf::Error::PasswordProtected) => return Reading::NeedsYou(sentence(&error)),
        Err(error) => return Reading::Failed(sentence(&error)),
    };
    let blank_pages = text.pages.iter().filter(|page| page.needs_recognition()).count();
    if blank_pages == text.pages.len() {
        return Reading::NeedsYou(
            "This PDF is a scan without text. It is kept and can be looked at, but its words cannot be read by Salus."
                .to_owned(),
        );
    }
    Reading::Read { layer: Layer { sha256, pages: text.pages.iter().map(page).collect() }, blank_pages }
}

fn sentence(error: &salus_pdf::Error) -> String {
    format!("{}.", crate::facts::said::capital(&error.to_string()))
}

/// A gap this many line heights wide parts the cells of a table.
const CELL_GAP_HEIGHTS: f32 = 1.2;

fn page(page: &salus_pdf::Page) -> LayerPage {
    let mut text = String::new();
    let mut length = 0;
    let mut words = Vec::with_capacity(page.words.len());
    let mut last: Option<&salus_pdf::Word> = None;
    for word in &page.words {
        if let Some(last) = last {
            text.push(match () {
                () if last.row != word.row => '\n',
                () if word.x - (last.x + last.width) > CELL_GAP_HEIGHTS * last.height => '\t',
                () => ' ',
            });
            length += 1;
        }
        let end = length + u32::try_from(word.text.chars().count()).unwrap_or(0);
        text.push_str(&word.text);
        words.push(LayerWord { start: length, end, place: fraction(word, page) });
        length = end;
        last = Some(word);
    }
    LayerPage { text, words }
}

fn fraction(word: &salus_pdf::Word, page: &salus_pdf::Page) -> BoundingBox {
    let (width, height) = (page.width.max(1.0), page.height.max(1.0));
    let x = (word.x / width).clamp(0.0, 1.0);
    let y = (word.y / height).clamp(0.0, 1.0);
    BoundingBox {
        x,
        y,
        width: (word.width / width).clamp(0.0, 1.0 - x),
        height: (word.height / height).clamp(0.0, 1.0 - y),
    }
}

/// Plain text: a form feed begins a new page.
fn text(bytes: &[u8], sha256: String) -> Reading {
    let whole = String::from_utf8_lossy(bytes);
    let pages: Vec<LayerPage> = whole
        .trim_start_matches('\u{feff}')
        .split('\u{c}')
        .map(|page| LayerPage { text: page.replace("\r\n", "\n").trim_end().to_owned(), words: Vec::new() })
        .collect();
    let blank_pages = pages.iter().filter(|page| page.text.trim().is_empty()).count();
    Reading::Read { layer: Layer { sha256, pages }, blank_pages }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_read_page_by_page() {
        let Reading::Read { layer, blank_pages } = read("one\r\ntwo\u{c}three".into(), "ab".to_owned())
        else {
            panic!("not read")
        };
        let pages: Vec<_> = layer.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!((pages.as_slice(), blank_pages), (&["one\ntwo", "three"][..], 0));
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let needs_you = |bytes: &[u8]| matches!(read(bytes.to_vec(), String::new()), Reading::NeedsYou(_));
        let failed = |bytes: &[u8]| matches!(read(bytes.to_vec(), String::new()), Reading::Failed(_));
        assert!(needs_you(b"\xff\xd8\xff\xe0"));
        assert!(needs_you(b"{\"resourceType\":\"Patient\"}"));
        assert!(failed(b"%PDF-1.7 and no more"));
        assert!(failed(b"\x00\x01"));
    }
}
