//! From a picture to its words.

use crate::paper::{skew, without_rules, without_shadows};
use crate::program::Standing;
use crate::rows::in_rows;
use crate::upright::Sheet;
use crate::{Error, Grey, Page, Recogniser, Word};

/// The longest side that is read, in pixels: A4 at 340 dots an inch. More costs time and brings no letter.
const LONGEST_SIDE: f32 = 4_000.0;
/// From which confidence on the program's word for how letters stand is taken.
const TRUST_STANDING: f32 = 1.5;
/// From which confidence on its word for what script they belong to is taken.
const TRUST_SCRIPT: f32 = 3.0;
/// The height of a word, in pixels, below which its decimal points are lost.
const LOWEST_WORD: f32 = 24.0;
/// The height that small writing is enlarged to.
const GOOD_WORD: f32 = 34.0;
const MOST_ENLARGED: f32 = 4.0;
/// A page read with less confidence is tried the other ways up.
const WELL_READ: f32 = 0.7;
/// Below this a word is more likely a speck than writing.
const SPECK: f32 = 0.15;

impl Recogniser {
    /// Reads a picture of a page. Blocks, for seconds.
    ///
    /// # Errors
    /// [`Error::TooSlow`], [`Error::NoProgram`], [`Error::Failed`]. A picture without writing is no error: its page has no
    /// words.
    pub fn read(&self, picture: &Grey) -> Result<Page, Error> {
        let longest = picture.width().max(picture.height()) as f32;
        let sheet = Sheet::of(picture.clone()).scaled((LONGEST_SIDE / longest).min(1.0));
        let sheet = sheet.recoloured(without_shadows);
        let standing = self.standing(&sheet.picture)?;
        let told = standing.as_ref().filter(|standing| standing.confidence >= TRUST_STANDING);
        let told = told.map_or(0, |standing| standing.quarters);
        let mut best = self.read_turned(sheet.clone(), told)?;
        if confidence(&best.1) < WELL_READ {
            // Few words, or none: the program may have been wrong about which way they stand.
            for quarters in (0..4).filter(|quarters| *quarters != told) {
                let other = self.read_turned(sheet.clone(), quarters)?;
                if weight(&other.1) > weight(&best.1) {
                    best = other;
                }
            }
        }
        let (sheet, words) = best;
        let words: Vec<Word> = words.into_iter().filter(is_writing).collect();
        let confidence = confidence(&words);
        let words = in_rows(words).into_iter().map(|word| on_picture(word, &sheet)).collect();
        Ok(Page { words, confidence, foreign_script: standing.and_then(foreign) })
    }
}

impl Recogniser {
    /// The words of the sheet turned by so many quarters, set straight, and enlarged where its writing is small.
    fn read_turned(&self, sheet: Sheet, quarters: u8) -> Result<(Sheet, Vec<Word>), Error> {
        let sheet = sheet.turned(quarters);
        let slope = skew(&sheet.picture);
        let sheet = sheet.straightened(slope).recoloured(without_rules);
        let words = self.words(&sheet.picture)?;
        let Some(factor) = enlargement(&words) else { return Ok((sheet, words)) };
        let sheet = sheet.scaled(factor);
        let words = self.words(&sheet.picture)?;
        Ok((sheet, words))
    }
}

/// How much was read, and how surely: the sum of confidence over letters, of words that are no specks.
fn weight(words: &[Word]) -> f32 {
    let sure = words.iter().filter(|word| word.confidence >= 0.5);
    sure.map(|word| word.confidence * word.text.chars().count() as f32).sum()
}

/// By how much the sheet must grow for its writing to be read well; `None` where it is large enough.
fn enlargement(words: &[Word]) -> Option<f32> {
    let mut heights: Vec<f32> =
        words.iter().filter(|word| word.confidence > 0.3).map(|word| word.height).collect();
    if heights.is_empty() {
        return None;
    }
    heights.sort_by(f32::total_cmp);
    let usual = heights[heights.len() / 2].max(1.0);
    (usual < LOWEST_WORD).then(|| (GOOD_WORD / usual).min(MOST_ENLARGED))
}

fn is_writing(word: &Word) -> bool {
    word.confidence >= SPECK && word.text.chars().any(char::is_alphanumeric)
        || word.confidence >= 0.6
            && matches!(word.text.as_str(), "-" | "–" | "<" | ">" | "+" | "%" | "=" | "±")
}

/// The mean over letters, so that a long word counts for more than a short one.
fn confidence(words: &[Word]) -> f32 {
    let letters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    let sum: f32 = words.iter().map(|word| word.confidence * word.text.chars().count() as f32).sum();
    sum / (letters as f32).max(1.0)
}

fn on_picture(word: Word, sheet: &Sheet) -> Word {
    let [x, y, width, height] = sheet.back_box([word.x, word.y, word.width, word.height]);
    Word { x, y, width, height, ..word }
}

fn foreign(standing: Standing) -> Option<String> {
    let Standing { script, script_confidence, .. } = standing;
    (script_confidence >= TRUST_SCRIPT && script != "Latin" && script != "Fraktur").then_some(script)
}
