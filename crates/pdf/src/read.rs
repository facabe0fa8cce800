//! Opens a file under limits and reads its pages.

use crate::{Limits, Page, Text, glyphs, rows};
use pdf_oxide::document::PdfDocument;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};

/// Why a file could not be read, in words a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are something else.
    #[error("this is not a PDF file")]
    NotPdf,
    /// It starts like a PDF, but cannot be read as one.
    #[error("the PDF is damaged: {0}")]
    Corrupt(String),
    /// It opens only with a password.
    #[error("the PDF is protected by a password; save a copy without one and upload that")]
    PasswordProtected,
    /// More bytes than allowed.
    #[error("the PDF has {actual} bytes; the most that is read is {limit}")]
    TooLarge {
        /// Bytes of the file.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More pages than allowed.
    #[error("the PDF has {actual} pages; the most that is read is {limit}")]
    TooManyPages {
        /// Pages of the file.
        actual: usize,
        /// Pages allowed.
        limit: usize,
    },
    /// More text than allowed.
    #[error("the PDF holds more than {limit} characters")]
    TooMuchText {
        /// Characters allowed.
        limit: usize,
    },
    /// Reading took longer than allowed.
    #[error("the PDF took longer than {seconds} seconds to read")]
    TooSlow {
        /// Seconds allowed.
        seconds: u64,
    },
}

/// Whether the bytes announce themselves as a PDF. The header may stand anywhere in the first 1,024 bytes
/// (ISO 32000-1, Annex H, implementation note 13).
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}

/// Reads the text layer of a whole file. Blocks; call it from a thread that may wait.
///
/// # Errors
/// See [`Error`]. A panic inside the PDF library becomes [`Error::Corrupt`].
pub fn read(bytes: Vec<u8>, limits: &Limits) -> Result<Text, Error> {
    if bytes.len() > limits.bytes {
        return Err(Error::TooLarge { actual: bytes.len(), limit: limits.bytes });
    }
    if !is_pdf(&bytes) {
        return Err(Error::NotPdf);
    }
    let limits = *limits;
    let cancelled = Arc::new(AtomicBool::new(false));
    let seen_by_reader = Arc::clone(&cancelled);
    let (answer, result) = sync_channel(1);
    std::thread::Builder::new()
        .name("pdf".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let read = catch_unwind(AssertUnwindSafe(|| pages(bytes, &limits, &seen_by_reader)));
            let _ = answer.send(read.unwrap_or_else(|_| Err(Error::Corrupt(PANICKED.to_owned()))));
        })
        .map_err(|error| Error::Corrupt(format!("no thread to read it on: {error}")))?;
    match result.recv_timeout(limits.time) {
        Ok(read) => read,
        Err(RecvTimeoutError::Timeout) => {
            cancelled.store(true, Ordering::Relaxed);
            Err(Error::TooSlow { seconds: limits.time.as_secs() })
        }
        Err(RecvTimeoutError::Disconnected) => Err(Error::Corrupt(PANICKED.to_owned())),
    }
}

/// Deeply nested objects are followed by recursion in the library.
const STACK_BYTES: usize = 64 * 1024 * 1024;
pub(crate) const PANICKED: &str = "its inner structure contradicts itself";

fn pages(bytes: Vec<u8>, limits: &Limits, cancelled: &AtomicBool) -> Result<Text, Error> {
    let document = PdfDocument::from_bytes(bytes).map_err(refusal)?;
    if document.is_encrypted() && !document.is_authenticated() {
        return Err(Error::PasswordProtected);
    }
    let count = document.page_count().map_err(refusal)?;
    if count == 0 {
        return Err(Error::Corrupt("it has no pages".to_owned()));
    }
    if count > limits.pages {
        return Err(Error::TooManyPages { actual: count, limit: limits.pages });
    }
    let mut pages = Vec::with_capacity(count);
    let mut characters = 0;
    for index in 0..count {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::TooSlow { seconds: limits.time.as_secs() });
        }
        let page = page(&document, index)?;
        characters += page.words.iter().map(|word| word.text.len()).sum::<usize>();
        if characters > limits.characters {
            return Err(Error::TooMuchText { limit: limits.characters });
        }
        pages.push(page);
    }
    Ok(Text { pages })
}

fn page(document: &PdfDocument, index: usize) -> Result<Page, Error> {
    let (left, bottom, right, top) = document.get_page_visible_box(index).map_err(refusal)?;
    let rotation = document.get_page_rotation(index).map_err(refusal)?;
    let sheet = glyphs::Sheet { left, bottom, right, top, rotation };
    let characters = document.extract_chars(index).map_err(refusal)?;
    let (width, height) = sheet.size();
    Ok(Page { width, height, words: rows::words(sheet.glyphs(&characters)) })
}

fn refusal(error: pdf_oxide::error::Error) -> Error {
    match error {
        pdf_oxide::error::Error::EncryptedPdf => Error::PasswordProtected,
        pdf_oxide::error::Error::InvalidHeader(_) => Error::NotPdf,
        other => Error::Corrupt(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use std::time::Duration;

    fn rows_of(bytes: Vec<u8>) -> Vec<Vec<String>> {
        let text = read(bytes, &Limits::default()).unwrap();
        text.pages
            .iter()
            .map(|page| {
                let mut rows: Vec<String> = Vec::new();
                for word in &page.words {
                    match rows.get_mut(word.row) {
                        Some(row) => *row = format!("{row} {}", word.text),
                        None => rows.push(word.text.clone()),
                    }
                }
                rows
            })
            .collect()
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let lines = [
            (72.0, 740.0, 18.0, "Laboratory report"),
            (72.0, 700.0, 10.0, "HbA1c"),
            (240.0, 700.0, 10.0, "6.8"),
            (300.0, 700.0, 10.0, "%"),
            (360.0, 700.0, 10.0, "4.0 - 5.6"),
            (72.0, 686.0, 10.0, "Glucose"),
            (240.0, 686.0, 10.0, "101"),
            (300.0, 686.0, 10.0, "mg/dL"),
        ];
        assert_eq!(
            rows_of(samples::pdf(&[&lines])),
            [vec!["Laboratory report", "HbA1c 6.8 % 4.0 - 5.6", "Glucose 101 mg/dL"]]
        );
    }

    #[test]
    fn boxes_stand_where_the_words_are_printed() {
        let text = read(samples::pdf(&[&[(72.0, 700.0, 10.0, "Sodium 140")]]), &Limits::default()).unwrap();
        let page = &text.pages[0];
        assert_eq!((page.width, page.height), (595.0, 842.0));
        let [first, second] = &page.words[..] else { panic!("{} words", page.words.len()) };
        assert_eq!((first.text.as_str(), second.text.as_str()), ("Sodium", "140"));
        assert!((first.x - 72.0).abs() < 0.5, "{}", first.x);
        assert!(first.y < 842.0 - 700.0 && first.y + first.height > 842.0 - 700.0);
        assert!((6.0..=16.0).contains(&first.height), "{}", first.height);
        assert!((30.0..=40.0).contains(&first.width), "{}", first.width);
        assert!(second.x > first.x + first.width);
    }

    #[test]
    fn a_page_without_words_needs_recognition() {
        let text = read(samples::pdf(&[&[(72.0, 700.0, 10.0, "first")], &[]]), &Limits::default()).unwrap();
        assert_eq!(text.pages.iter().map(Page::needs_recognition).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_turned_page_reads_upright() {
        let bytes = samples::turned_pdf(90, &[(72.0, 700.0, 10.0, "up"), (72.0, 680.0, 10.0, "down")]);
        let text = read(bytes, &Limits::default()).unwrap();
        let page = &text.pages[0];
        assert_eq!((page.width, page.height), (842.0, 595.0));
        for word in &page.words {
            assert!(word.x >= 0.0 && word.x + word.width <= 842.0, "{} {}", word.x, word.width);
            assert!(word.y >= 0.0 && word.y + word.height <= 595.0, "{} {}", word.y, word.height);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_why() {
        let whole = samples::pdf(&[&[(72.0, 700.0, 10.0, "Glucose 101 mg/dL")]]);
        let limits = Limits::default();
        let error = |bytes: Vec<u8>, limits: &Limits| read(bytes, limits).err();
        assert_eq!(error(b"plain text".to_vec(), &limits), Some(Error::NotPdf));
        assert_eq!(error(Vec::new(), &limits), Some(Error::NotPdf));
        assert!(matches!(error(b"%PDF-1.7\nnothing else".to_vec(), &limits), Some(Error::Corrupt(_))));
        assert_eq!(error(samples::encrypted(), &limits), Some(Error::PasswordProtected));
        let small = Limits { bytes: 100, ..limits };
        assert!(matches!(error(whole.clone(), &small), Some(Error::TooLarge { limit: 100, .. })));
        let none = Limits { pages: 0, ..limits };
        assert_eq!(error(whole.clone(), &none), Some(Error::TooManyPages { actual: 1, limit: 0 }));
        let terse = Limits { characters: 5, ..limits };
        assert_eq!(error(whole.clone(), &terse), Some(Error::TooMuchText { limit: 5 }));
        let hasty = Limits { time: Duration::ZERO, ..limits };
        assert_eq!(error(whole, &hasty), Some(Error::TooSlow { seconds: 0 }));
    }

    #[test]
    fn damage_anywhere_is_an_error_or_a_reading_never_a_crash() {
        let whole = samples::pdf(&[&[(72.0, 700.0, 10.0, "Glucose 101 mg/dL")]]);
        for length in (0..whole.len()).step_by(7) {
            let _ = read(whole[..length].to_vec(), &Limits::default());
        }
        for at in (0..whole.len()).step_by(5) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x5a;
            let _ = read(damaged, &Limits::default());
        }
    }
}
