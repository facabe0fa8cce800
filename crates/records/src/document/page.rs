//! Words with boxes → a page of the text layer.

use super::layer::{BoundingBox, LayerPage, LayerWord};

/// A word as a reader of print or of pictures gives it, in any unit of length.
pub(crate) struct Placed {
    pub(crate) text: String,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// The row it stands in, counted from the top.
    pub(crate) row: usize,
    /// How sure the reader is, 0 to 1; `None` where nothing was guessed.
    pub(crate) confidence: Option<f32>,
}

/// A gap this many line heights wide parts the cells of a table.
const CELL_GAP_HEIGHTS: f32 = 1.2;

/// The page of these words, in reading order, on a sheet of this width and height.
pub(crate) fn page(words: Vec<Placed>, width: f32, height: f32) -> LayerPage {
    let mut page = LayerPage { text: String::new(), words: Vec::new(), confidence: Vec::new() };
    let (mut length, mut last) = (0, None::<Placed>);
    for word in words {
        if let Some(last) = &last {
            page.text.push(match () {
                () if last.row != word.row => '\n',
                () if word.x - (last.x + last.width) > CELL_GAP_HEIGHTS * last.height => '\t',
                () => ' ',
            });
            length += 1;
        }
        let end = length + u32::try_from(word.text.chars().count()).unwrap_or(0);
        page.text.push_str(&word.text);
        page.words.push(LayerWord { start: length, end, place: fraction(&word, width, height) });
        page.confidence.extend(word.confidence.map(|sure| (sure.clamp(0.0, 1.0) * 100.0).round() as u8));
        length = end;
        last = Some(word);
    }
    page
}

fn fraction(word: &Placed, width: f32, height: f32) -> BoundingBox {
    let (width, height) = (width.max(1.0), height.max(1.0));
    let x = (word.x / width).clamp(0.0, 1.0);
    let y = (word.y / height).clamp(0.0, 1.0);
    BoundingBox {
        x,
        y,
        width: (word.width / width).clamp(0.0, 1.0 - x),
        height: (word.height / height).clamp(0.0, 1.0 - y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_cells_and_words_are_parted_and_keep_their_boxes() {
        let word = |text: &str, x, row: usize, confidence| Placed {
            text: text.to_owned(),
            x,
            y: 20.0 * row as f32,
            width: 40.0,
            height: 10.0,
            row,
            confidence,
        };
        let page = page(
            vec![
                word("Vitamin", 0.0, 0, Some(0.914)),
                word("D", 45.0, 0, Some(1.2)),
                word("31", 200.0, 0, Some(0.5)),
                word("end", 0.0, 1, Some(0.0)),
            ],
            400.0,
            100.0,
        );
        assert_eq!(page.text, "Vitamin D\t31\nend");
        assert_eq!(page.confidence, [91, 100, 50, 0]);
        let third = page.words[2];
        assert_eq!((third.start, third.end, third.place.x, third.place.width), (10, 12, 0.5, 0.1));
    }
}
