//! The words of a Word document (Office Open XML, ECMA-376): paragraphs, and tables row by row.

use super::layer::{Layer, LayerPage};
use super::read::Reading;
use roxmltree::{Document, Node};
use std::io::{Cursor, Read};
use zip::ZipArchive;

const BODY: &str = "word/document.xml";
/// The most that the text of a document may be when it is unpacked.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Whether the bytes are a ZIP with the body of a Word document in it.
pub(super) fn is_docx(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|files| files.index_for_name(BODY).is_some())
}

/// Reads it; a page break that its writer put begins a new page.
pub(super) fn docx(bytes: &[u8], sha256: String) -> Reading {
    let Some(text) = body(bytes) else {
        return Reading::Failed("The Word document is damaged, or too large to be read.".to_owned());
    };
    let Ok(document) = Document::parse(&text) else {
        return Reading::Failed("The Word document is damaged.".to_owned());
    };
    let mut said = String::new();
    if let Some(body) = document.descendants().find(|node| is(*node, "body")) {
        blocks(body, &mut said);
    }
    let page = |page: &str| LayerPage {
        text: page.trim_matches('\n').to_owned(),
        words: Vec::new(),
        confidence: Vec::new(),
    };
    let pages: Vec<LayerPage> = said.split('\u{c}').map(page).collect();
    if pages.iter().all(|page| page.text.trim().is_empty()) {
        return Reading::NeedsYou(
            "This Word document holds no text. If it holds a picture, upload that.".to_owned(),
        );
    }
    Reading::Read { layer: Layer { sha256, pages }, note: None }
}

/// The XML of the body; none where it is not there, no text, or too much.
fn body(bytes: &[u8]) -> Option<String> {
    let mut files = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut text = String::new();
    let file = files.by_name(BODY).ok()?;
    let length = file.take(MOST_BYTES + 1).read_to_string(&mut text).ok()?;
    (length as u64 <= MOST_BYTES).then_some(text)
}

/// Paragraphs and tables, a line for each paragraph and each row.
fn blocks(parent: Node<'_, '_>, said: &mut String) {
    for node in parent.children().filter(Node::is_element) {
        match node.tag_name().name() {
            "p" => {
                runs(node, said);
                said.push('\n');
            }
            "tbl" => node.children().filter(|child| is(*child, "tr")).for_each(|row| cells(row, said)),
            _ => blocks(node, said),
        }
    }
}

/// The cells of a row, parted by tabs; what is a paragraph elsewhere is a word apart in a cell.
fn cells(row: Node<'_, '_>, said: &mut String) {
    let cells = row.children().filter(|child| is(*child, "tc")).map(|cell| {
        let mut inside = String::new();
        blocks(cell, &mut inside);
        inside.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    said.push_str(&cells.collect::<Vec<_>>().join("\t"));
    said.push('\n');
}

/// The text of a paragraph. Deleted text (`delText`) is none.
fn runs(paragraph: Node<'_, '_>, said: &mut String) {
    for node in paragraph.descendants().filter(Node::is_element) {
        match node.tag_name().name() {
            "t" => said.push_str(node.text().unwrap_or_default()),
            "tab" if node.parent().is_some_and(|parent| is(parent, "r")) => said.push('\t'),
            "br" if node.attributes().any(|a| a.name() == "type" && a.value() == "page") => {
                said.push('\u{c}')
            }
            "br" | "cr" => said.push('\n'),
            "noBreakHyphen" => said.push('-'),
            _ => {}
        }
    }
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn zipped(name: &str, body: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(body.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn word(body: &str) -> Vec<u8> {
        let start =
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
        zipped(BODY, &format!("{start}{body}</w:body></w:document>"))
    }

    #[track_caller]
    fn check(body: &str, expect: &[&str]) {
        let Reading::Read { layer, .. } = docx(&word(body), String::new()) else { panic!("not read") };
        let pages: Vec<_> = layer.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(pages, expect);
    }

    #[test]
    fn paragraphs_tables_and_pages_are_told_apart() {
        let p = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
        check(&(p("Dear Maria,") + &p("your potassium is 4.1.")), &["Dear Maria,\nyour potassium is 4.1."]);
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", p(text));
        let row = |a: &str, b: &str| format!("<w:tr>{}{}</w:tr>", cell(a), cell(b));
        check(
            &format!("<w:tbl>{}{}</w:tbl>", row("Sodium", "140"), row("Glucose", "5.4")),
            &["Sodium\t140\nGlucose\t5.4"],
        );
        check(&(p("one") + r#"<w:p><w:r><w:br w:type="page"/><w:t>two</w:t></w:r></w:p>"#), &["one", "two"]);
        check(
            "<w:p><w:r><w:t>no</w:t></w:r><w:del><w:r><w:delText>t</w:delText></w:r></w:del></w:p>",
            &["no"],
        );
        check(
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>in a form</w:t></w:r></w:p></w:sdtContent></w:sdt>",
            &["in a form"],
        );
    }

    #[test]
    fn a_zip_is_a_word_document_only_with_its_body() {
        assert!(is_docx(&word("")));
        assert!(!is_docx(&zipped("other.xml", "<a/>")));
        assert!(!is_docx(b"PK\x03\x04 and no more"));
        assert!(matches!(docx(&word(""), String::new()), Reading::NeedsYou(_)));
        assert!(matches!(docx(&zipped(BODY, "<w:"), String::new()), Reading::Failed(_)));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = zipped(BODY, &" ".repeat(MOST_BYTES as usize + 2));
        assert!(bomb.len() < 1_000_000);
        assert!(matches!(docx(&bomb, String::new()), Reading::Failed(_)));
    }
}
