//! Pages that are pictures: photos, scans, and PDF pages without letters of their own.

use super::layer::{Layer, LayerPage};
use super::page::{Placed, page};
use super::read::{Reading, Told, sentence};
use salus_ocr::{Error, Limits, Page, Recogniser};

/// Dots an inch that a page is drawn with: at 200 and less, decimal points begin to be lost.
const DPI: f32 = 300.0;
/// Below this, letters are guessed rather than read, and nothing is kept of them.
const UNREADABLE: f32 = 0.5;
/// Below this, a person is told to compare.
const HARD_TO_READ: f32 = 0.75;

/// What became of looking at pages as pictures.
#[derive(Default)]
pub(crate) struct Scan {
    /// Pages whose words were recognised, and are hard to read.
    hard: usize,
    /// Pages with writing that could not be made out.
    unreadable: usize,
    /// Pages in letters that Salus does not know, and which.
    foreign: Option<String>,
    /// Why pages could not be looked at.
    trouble: Option<String>,
}

/// A picture as a document of one page.
pub(crate) fn picture(bytes: &[u8], sha256: String) -> Reading {
    let limits = Limits::default();
    let picture = match salus_ocr::decode(bytes, &limits) {
        Ok(picture) => picture,
        Err(error @ Error::NoProgram(_)) => return Reading::NeedsYou(not_installed(&error)),
        Err(error) => return Reading::Failed(sentence(&error)),
    };
    let seen = Recogniser::find(limits).and_then(|recogniser| recogniser.read(&picture));
    let seen = match seen {
        Ok(seen) => seen,
        Err(error @ Error::NoProgram(_)) => return Reading::NeedsYou(not_installed(&error)),
        Err(error) => return Reading::Failed(sentence(&error)),
    };
    let mut scan = Scan::default();
    match scan.judged(seen, picture.width(), picture.height()) {
        Some(page) => {
            let pages = vec![page];
            let note = scan.note(&pages);
            Reading::Read { layer: Layer { sha256, pages }, note }
        }
        None => Reading::NeedsYou(scan.why_nothing("This picture")),
    }
}

/// Looks at some pages of a PDF as pictures, and takes what is seen where it is more than what is printed.
pub(crate) fn pages(bytes: Vec<u8>, pages: &mut [LayerPage], which: &[usize], told: Told<'_>) -> Scan {
    let mut scan = Scan::default();
    let recogniser = match Recogniser::find(Limits::default()) {
        Ok(recogniser) => recogniser,
        Err(error) => return Scan { trouble: Some(not_installed(&error)), ..scan },
    };
    let sheets = match salus_pdf::Sheets::open(bytes) {
        Ok(sheets) => sheets,
        Err(error) => return Scan { trouble: Some(sentence(&error)), ..scan },
    };
    for (done, index) in which.iter().enumerate() {
        told(done as u64, which.len() as u64);
        let drawn = sheets.draw(*index, DPI).ok();
        let drawn = drawn.and_then(|drawn| salus_ocr::Grey::of(drawn.width, drawn.height, drawn.grey));
        let Some(drawn) = drawn else {
            scan.unreadable += 1;
            continue;
        };
        let Some(printed) = pages.get_mut(*index) else { continue };
        match recogniser.read(&drawn) {
            Ok(seen) if seen.words.len() <= printed.words.len() * 2 => {}
            Ok(seen) => {
                if let Some(page) = scan.judged(seen, drawn.width(), drawn.height()) {
                    *printed = page;
                }
            }
            Err(_) => scan.unreadable += 1,
        }
    }
    scan
}

impl Scan {
    /// The page of what was seen, if that can be relied on.
    fn judged(&mut self, seen: Page, width: u32, height: u32) -> Option<LayerPage> {
        if let Some(script) = seen.foreign_script.filter(|_| seen.confidence < HARD_TO_READ) {
            self.foreign = Some(script);
            return None;
        }
        if seen.words.is_empty() {
            return None;
        }
        if seen.confidence < UNREADABLE {
            self.unreadable += 1;
            return None;
        }
        if seen.confidence < HARD_TO_READ {
            self.hard += 1;
        }
        let placed = |word: salus_ocr::Word| Placed {
            text: word.text,
            x: word.x,
            y: word.y,
            width: word.width,
            height: word.height,
            row: word.row,
            confidence: Some(word.confidence),
        };
        Some(page(seen.words.into_iter().map(placed).collect(), width as f32, height as f32))
    }

    /// Why nothing at all was read.
    pub(crate) fn why_nothing(&self, what: &str) -> String {
        if let Some(trouble) = &self.trouble {
            return trouble.clone();
        }
        if let Some(script) = &self.foreign {
            return format!(
                "{what} seems to be written in {script} letters; Salus reads Latin letters only. It is kept and can be \
                 looked at."
            );
        }
        if self.unreadable > 0 {
            return format!(
                "{what} shows writing that could not be made out. Take it again: in good light, straight from above, \
                 the whole page sharp."
            );
        }
        format!("{what} shows no writing. If there should be some, take it again in good light.")
    }

    /// What a person should know about the text that was read.
    pub(crate) fn note(&self, pages: &[LayerPage]) -> Option<String> {
        let hard = (self.hard > 0)
            .then(|| "Its writing was hard to read; compare what Salus says with the picture.".to_owned());
        let notes: Vec<String> = [blank(pages), hard, self.trouble.clone()].into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join(" "))
    }
}

/// Tells that pages show nothing.
pub(crate) fn blank(pages: &[LayerPage]) -> Option<String> {
    let blank = pages.iter().filter(|page| page.text.trim().is_empty()).count();
    let show = if blank == 1 { "shows" } else { "show" };
    (blank > 0).then(|| format!("{blank} of {} pages {show} no text that can be read.", pages.len()))
}

fn not_installed(error: &Error) -> String {
    format!("Its words cannot be read here: {error}. It is kept and can be looked at.")
}
