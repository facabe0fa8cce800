//! The text layer of a document: pages of text, and where each word of it is printed.

use serde::{Deserialize, Serialize};

/// The text of a whole document. Stored beside the document itself, encrypted as it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Layer {
    /// Hex SHA-256 of the document's bytes, which this text belongs to.
    pub(crate) sha256: String,
    /// The pages, in order; page numbers count from 1.
    pub(crate) pages: Vec<LayerPage>,
}

/// The text of one page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LayerPage {
    /// Rows are parted by line feeds, cells of a table row by tabs, words by spaces.
    pub(crate) text: String,
    /// Where the words are printed; empty where that is not known.
    #[serde(default)]
    pub(crate) words: Vec<LayerWord>,
    /// How sure the reader is of each word, in hundredths; empty where the words are the file's own, not recognised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) confidence: Vec<u8>,
}

/// A word of a page. Written as six whole numbers, since a long document has very many of them.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "[u32; 6]", from = "[u32; 6]")]
pub(crate) struct LayerWord {
    /// First character in the page's text (counted in characters).
    pub(crate) start: u32,
    /// First character after it.
    pub(crate) end: u32,
    /// Its box on the page.
    pub(crate) place: BoundingBox,
}

/// A box on a page, in fractions of its width and height, from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoundingBox {
    /// Left edge, 0 to 1.
    pub x: f32,
    /// Upper edge, 0 to 1.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Boxes are kept in ten-thousandths of the page: a sixteenth of a point on A4.
const STEPS: f32 = 10_000.0;

impl From<LayerWord> for [u32; 6] {
    fn from(word: LayerWord) -> Self {
        let steps = |fraction: f32| (fraction.clamp(0.0, 1.0) * STEPS).round() as u32;
        let place = word.place;
        [word.start, word.end, steps(place.x), steps(place.y), steps(place.width), steps(place.height)]
    }
}

impl From<[u32; 6]> for LayerWord {
    fn from([start, end, x, y, width, height]: [u32; 6]) -> Self {
        let fraction = |steps: u32| (steps as f32 / STEPS).clamp(0.0, 1.0);
        let place =
            BoundingBox { x: fraction(x), y: fraction(y), width: fraction(width), height: fraction(height) };
        Self { start, end, place }
    }
}

impl LayerPage {
    /// The text between two character offsets.
    pub(crate) fn span(&self, start: u32, end: u32) -> Option<String> {
        let (start, end) = (start as usize, end as usize);
        let text: String = self.text.chars().skip(start).take(end.checked_sub(start)?).collect();
        (text.chars().count() == end - start).then_some(text)
    }

    /// The boxes around the words between two character offsets, one for each row.
    pub(crate) fn boxes(&self, start: u32, end: u32) -> Vec<BoundingBox> {
        let mut boxes: Vec<BoundingBox> = Vec::new();
        for word in self.words.iter().filter(|word| word.start < end && word.end > start) {
            match boxes.last_mut() {
                Some(row) if row.is_beside(&word.place) => *row = row.around(&word.place),
                _ => boxes.push(word.place),
            }
        }
        boxes
    }
}

impl BoundingBox {
    fn is_beside(&self, next: &Self) -> bool {
        let middle = next.y + next.height / 2.0;
        next.x >= self.x && middle > self.y && middle < self.y + self.height
    }

    fn around(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_one_box_a_row() {
        let word = |start, end, x, y| LayerWord {
            start,
            end,
            place: BoundingBox { x, y, width: 0.1, height: 0.02 },
        };
        let page = LayerPage {
            text: "ä one\ntwo".to_owned(),
            words: vec![word(0, 1, 0.1, 0.1), word(2, 5, 0.25, 0.1), word(6, 9, 0.1, 0.15)],
            confidence: Vec::new(),
        };
        assert_eq!(page.span(2, 5).as_deref(), Some("one"));
        assert_eq!(page.span(6, 10), None);
        let boxes = page.boxes(0, 9);
        assert_eq!(boxes.len(), 2);
        assert!((boxes[0].width - 0.25).abs() < 1e-6);
        assert_eq!(page.boxes(5, 6).len(), 0);
        let written = serde_json::to_string(&page.words[1]).unwrap();
        assert_eq!(written, "[2,5,2500,1000,1000,200]");
        assert!(serde_json::from_str::<LayerWord>(&written).unwrap() == page.words[1]);
    }
}
