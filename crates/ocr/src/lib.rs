//! Text recognition: a picture of a page in, its words with boxes and confidence out.
//!
//! The letters are read by Tesseract, a program of its own. What stands here is everything around it that decides
//! whether a row of a laboratory report is read whole: the picture is opened under limits, turned upright, freed of
//! shadows, set straight and enlarged where its letters are small; and rows are rebuilt from the boxes of the words,
//! never from the order in which the program read them, for that order tears the columns of a table apart.
//!
//! What it must never do: guess a letter, or hide that one is doubtful; keep a picture; know health records.
//!
//! Start reading at [`Recogniser::read`], then `upright.rs`, `paper.rs` and `rows.rs`.

mod file;
mod grey;
mod heif;
mod paper;
mod program;
mod read;
mod rows;
mod upright;

pub use file::{Kind, decode, kind};
pub use grey::Grey;
pub use program::Recogniser;
pub use rows::Word;

use std::time::Duration;

/// The words of one picture, row by row from the top, each row from left to right.
#[derive(Clone, PartialEq)]
pub struct Page {
    /// The words.
    pub words: Vec<Word>,
    /// How sure the reader is of them, as the mean of their letters' confidence, 0 to 1; 0 without words.
    pub confidence: f32,
    /// The script the letters belong to, where it is not Latin: `Cyrillic`, `Han`.
    pub foreign_script: Option<String>,
}

/// How much one picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the picture as it is stored.
    pub pixels: u64,
    /// Wall time of one run of the recognition program.
    pub time: Duration,
}

impl Default for Limits {
    /// 120 million pixels, more than any phone takes; one minute.
    fn default() -> Self {
        Self { pixels: 120_000_000, time: Duration::from_secs(60) }
    }
}

/// Why a picture could not be read, in words a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no picture that can be opened.
    #[error("the picture is damaged, or of a kind that cannot be opened")]
    Corrupt,
    /// More pixels than allowed.
    #[error("the picture has {actual} pixels; the most that is read is {limit}")]
    TooLarge {
        /// Pixels of the picture.
        actual: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// A program that is needed is not there.
    #[error("the program {0} is not installed on this server")]
    NoProgram(&'static str),
    /// A program took longer than allowed.
    #[error("reading the picture took longer than {seconds} seconds")]
    TooSlow {
        /// Seconds allowed.
        seconds: u64,
    },
    /// A program failed.
    #[error("the picture could not be read: {0}")]
    Failed(String),
}
