//! Pages without letters of their own, read by the real program.

use super::read::{Reading, read};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use salus_ocr::{Limits, Recogniser};

const ROWS: [&str; 4] =
    ["Riverside Laboratory", "Glucose 5.4 mmol/L", "Creatinine 0.87 mg/dL", "Ferritin 131 ng/mL"];

/// Where the recognition program is missing, the test says so; where everything must be there, it fails.
fn recognition_is_here() -> bool {
    let found = Recogniser::find(Limits::default()).is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "tesseract is not installed");
    if !found {
        eprintln!("SKIPPED: tesseract is not installed");
    }
    found
}

/// A page of text: the cells of a row stand far apart, as in a laboratory's table.
fn typed() -> Vec<u8> {
    let mut pdf = sheet(false);
    pdf.type1_font(Ref::new(5)).base_font(Name(b"Helvetica"));
    let mut content = Content::new();
    for (number, row) in ROWS.iter().enumerate() {
        for (cell, x) in row.split(' ').zip([72.0, 250.0, 330.0]) {
            content.begin_text().set_font(Name(b"F1"), 11.0);
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, 700.0 - 24.0 * number as f32]);
            content.show(Str(cell.as_bytes())).end_text();
        }
    }
    pdf.stream(Ref::new(4), &content.finish());
    pdf.finish()
}

/// The same page as a scanner makes it: one picture, and no letters. `turned` by 180 degrees where it lay upside down.
fn scanned(turned: bool) -> Vec<u8> {
    let sheets = salus_pdf::Sheets::open(typed()).unwrap();
    let mut drawn = sheets.draw(0, 200.0).unwrap();
    if turned {
        drawn.grey.reverse();
    }
    let mut pdf = sheet(true);
    let mut picture = pdf.image_xobject(Ref::new(6), &drawn.grey);
    picture.width(drawn.width as i32).height(drawn.height as i32).bits_per_component(8);
    picture.color_space().device_gray();
    picture.finish();
    let mut content = Content::new();
    content.transform([595.0, 0.0, 0.0, 842.0, 0.0, 0.0]).x_object(Name(b"Im1"));
    pdf.stream(Ref::new(4), &content.finish());
    pdf.finish()
}

fn sheet(has_picture: bool) -> Pdf {
    let mut pdf = Pdf::new();
    pdf.catalog(Ref::new(1)).pages(Ref::new(2));
    pdf.pages(Ref::new(2)).kids([Ref::new(3)]).count(1);
    let mut page = pdf.page(Ref::new(3));
    page.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(Ref::new(2)).contents(Ref::new(4));
    let mut resources = page.resources();
    if has_picture {
        resources.x_objects().pair(Name(b"Im1"), Ref::new(6));
    } else {
        resources.fonts().pair(Name(b"F1"), Ref::new(5));
    }
    resources.finish();
    page.finish();
    pdf
}

#[test]
fn a_scan_is_read_row_by_row_whichever_way_up_it_lay() {
    if !recognition_is_here() {
        return;
    }
    for turned in [false, true] {
        let mut pages = Vec::new();
        let reading = read(scanned(turned), "ab".to_owned(), &mut |done, total| pages.push((done, total)));
        let Reading::Read { layer, note } = reading else { panic!("not read, turned: {turned}") };
        assert_eq!((pages.as_slice(), note), (&[(0, 1)][..], None));
        let page = &layer.pages[0];
        let rows: Vec<String> = page.text.lines().map(|row| row.replace('\t', " ")).collect();
        assert_eq!(rows, ROWS, "turned: {turned}");
        assert_eq!(page.confidence.len(), page.words.len());
        let at = page.text.find("0.87").unwrap() as u32;
        let place = page.boxes(at, at + 4)[0];
        let (x, y) = (250.0 / 595.0, 1.0 - 652.0 / 842.0);
        let (x, y) = if turned { (1.0 - x - place.width, 1.0 - y) } else { (x, y - place.height) };
        assert!((place.x - x).abs() < 0.01 && (place.y - y).abs() < 0.01, "{place:?} is not at {x}, {y}");
    }
}

#[test]
fn a_picture_of_nothing_says_so() {
    if !recognition_is_here() {
        return;
    }
    let mut pdf = sheet(false);
    pdf.type1_font(Ref::new(5)).base_font(Name(b"Helvetica"));
    pdf.stream(Ref::new(4), b"");
    let reading = read(pdf.finish(), "ab".to_owned(), &mut |_, _| {});
    assert!(matches!(reading, Reading::NeedsYou(why) if why.starts_with("This PDF shows no writing.")));
}
