//! The text layer of a PDF: bytes in, pages of words with their boxes out.
//!
//! This is the only crate that touches the PDF library. It never renders, never runs what a PDF carries
//! (scripts, attachments, links), never trusts the library not to panic or to end in time, and knows
//! nothing of health records. A page without words is told as such: it needs text recognition.
//!
//! Start reading at [`read`], then `rows.rs`, which turns characters into words and rows.

mod glyphs;
mod limits;
mod read;
mod rows;
#[cfg(test)]
mod samples;

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
