//! PDFs written for the tests of this crate.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

/// A line of text: x and y of its start in points from the bottom left, font size, words.
pub(crate) type Line<'a> = (f32, f32, f32, &'a str);

/// An A4 document in Helvetica, one entry for each page.
pub(crate) fn pdf(pages: &[&[Line<'_>]]) -> Vec<u8> {
    write(pages, 0).finish()
}

/// One page with a `/Rotate` entry.
pub(crate) fn turned_pdf(degrees: i32, lines: &[Line<'_>]) -> Vec<u8> {
    write(&[lines], degrees).finish()
}

/// A file whose trailer names an encryption dictionary that no empty password opens.
pub(crate) fn encrypted() -> Vec<u8> {
    let mut bytes = pdf(&[&[(72.0, 700.0, 10.0, "secret")]]);
    let marker = b"/Root";
    let at = bytes.windows(marker.len()).rposition(|window| window == marker).unwrap();
    let garbage = "5a".repeat(32);
    let encrypt = format!(
        "/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{garbage}> /U <{garbage}> >> \
         /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] "
    );
    bytes.splice(at..at, encrypt.into_bytes());
    bytes
}

fn write(pages: &[&[Line<'_>]], rotate: i32) -> Pdf {
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let number = |index: usize, offset: usize| Ref::new(i32::try_from(10 + 2 * index + offset).unwrap());
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree)
        .kids((0..pages.len()).map(|index| number(index, 0)))
        .count(i32::try_from(pages.len()).unwrap());
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    for (index, lines) in pages.iter().enumerate() {
        let mut page = pdf.page(number(index, 0));
        page.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(tree).contents(number(index, 1));
        if rotate != 0 {
            page.rotate(rotate);
        }
        page.resources().fonts().pair(Name(b"F1"), font);
        page.finish();
        let mut content = Content::new();
        for (x, y, size, text) in *lines {
            content.begin_text().set_font(Name(b"F1"), *size);
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, *x, *y]).show(Str(text.as_bytes())).end_text();
        }
        pdf.stream(number(index, 1), &content.finish());
    }
    pdf
}
