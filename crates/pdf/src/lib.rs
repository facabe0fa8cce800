//! A PDF as words and as pictures: bytes in, pages of words with their boxes out, or drawn in grey.
//!
//! This is the only crate that touches PDF libraries: one that reads the text layer, one that draws. It never runs what
//! a PDF carries (scripts, attachments, links), never trusts the libraries not to panic, and knows nothing of health
//! records. A page without words is told as such: it needs text recognition, and can be drawn for that.
//!
//! Start reading at [`read`], then `rows.rs`, which turns characters into words and rows; [`Sheets`] draws.

mod draw;
mod glyphs;
mod limits;
mod read;
mod rows;
#[cfg(test)]
mod samples;

pub use draw::{Picture, Sheets};
pub use limits::Limits;
pub use read::{Error, is_pdf, read};
pub use rows::Word;

/// The pages of one document, in order.
#[derive(Clone, PartialEq)]
pub struct Text {
    /// One entry for each page of the file, also for those without words.
    pub pages: Vec<Page>,
}

/// One page as a reader sees it, turned upright.
#[derive(Clone, PartialEq)]
pub struct Page {
    /// Width in points (1/72 inch).
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// The words, row by row from the top, each row from left to right.
    pub words: Vec<Word>,
}

impl Page {
    /// Whether the page shows no text a program can read: a scan, a photo, or an empty sheet.
    pub fn needs_recognition(&self) -> bool {
        self.words.is_empty()
    }
}
