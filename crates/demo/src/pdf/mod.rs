//! Writes PDF files: standard Helvetica in WinAnsi encoding, nothing embedded, text that can be selected.

mod font;
mod layout;

use layout::{Mark, Page};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

const REGULAR: Name = Name(b"F1");
const BOLD: Name = Name(b"F2");
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;

/// A piece of a document.
pub(crate) enum Block {
    /// A line that opens a section.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// An item of a list.
    Bullet(String),
    /// Rows of cells, the first row their names.
    Table(Vec<Vec<String>>),
    /// What follows begins a new page.
    NewPage,
}

/// What stands at the top of a letter.
pub(crate) struct Letterhead {
    pub(crate) sender: String,
    pub(crate) sender_line: String,
    pub(crate) title: String,
    /// Name and value pairs about whom and when.
    pub(crate) facts: Vec<(String, String)>,
}

/// The document as a file.
pub(crate) fn write(head: &Letterhead, blocks: &[Block]) -> Vec<u8> {
    let pages = layout::pages(head, blocks);
    let mut pdf = Pdf::new();
    let (catalog, tree, regular, bold, info) =
        (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5));
    let page_ref = |index: usize| Ref::new(i32::try_from(6 + 2 * index).unwrap_or(6));
    pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
    pdf.pages(tree).kids((0..pages.len()).map(page_ref)).count(i32::try_from(pages.len()).unwrap_or(1));
    for (index, page) in pages.iter().enumerate() {
        let (id, content) = (page_ref(index), Ref::new(page_ref(index).get() + 1));
        let mut writer = pdf.page(id);
        writer.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(content);
        writer.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        writer.finish();
        pdf.stream(content, &draw(page));
    }
    for (id, name) in [(regular, &b"Helvetica"[..]), (bold, &b"Helvetica-Bold"[..])] {
        pdf.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.document_info(info).title(TextStr(&head.title)).author(TextStr(&head.sender));
    pdf.finish()
}

fn draw(page: &Page) -> Vec<u8> {
    let mut content = Content::new();
    for mark in page {
        match mark {
            Mark::Text { x, y, size, bold, grey, text } => {
                content.begin_text();
                content.set_fill_gray(*grey);
                content.set_font(if *bold { BOLD } else { REGULAR }, *size);
                content.next_line(*x, *y);
                content.show(Str(&font::encode(text)));
                content.end_text();
            }
            Mark::Rule { x, y, width, weight } => {
                content.set_stroke_gray(0.6);
                content.set_line_width(*weight);
                content.move_to(*x, *y);
                content.line_to(x + width, *y);
                content.stroke();
            }
            Mark::Shade { x, y, width, height } => {
                content.set_fill_gray(0.94);
                content.rect(*x, *y, *width, *height);
                content.fill_nonzero();
            }
        }
    }
    content.finish().to_vec()
}
