//! Rows of words, rebuilt from where the words stand.

/// A word with its box in pixels of the picture that was given, from its top left corner.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// The letters.
    pub text: String,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// How sure the reader is of the letters, 0 to 1.
    pub confidence: f32,
    /// The row it stands in, counted from 0 at the top.
    pub row: usize,
}

/// How much of the lower of two words must stand beside the other for them to share a row.
const BESIDE: f32 = 0.5;

/// Orders words by rows from the top, and in each row from left to right, and numbers the rows.
///
/// A word joins the row whose nearest word to its left stands beside it, so that a row may climb or fall slowly across
/// the page, as it does on a photo of a curved sheet.
pub(crate) fn in_rows(mut words: Vec<Word>) -> Vec<Word> {
    words.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut rows: Vec<Vec<Word>> = Vec::new();
    for word in words {
        let fits = |row: &&mut Vec<Word>| row.last().is_some_and(|last| beside(last, &word) >= BESIDE);
        let best = rows.iter_mut().filter(fits).max_by(|a, b| {
            let nearness = |row: &[Word]| row.last().map_or(0.0, |last| beside(last, &word));
            nearness(a).total_cmp(&nearness(b))
        });
        match best {
            Some(row) => row.push(word),
            None => rows.push(vec![word]),
        }
    }
    rows.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let numbered = rows.into_iter().enumerate();
    numbered.flat_map(|(number, row)| row.into_iter().map(move |word| Word { row: number, ..word })).collect()
}

/// The share of the lower word's height that both words have in common.
fn beside(a: &Word, b: &Word) -> f32 {
    let common = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    common / a.height.min(b.height).max(1.0)
}

fn middle(row: &[Word]) -> f32 {
    row.iter().map(|word| word.y + word.height / 2.0).sum::<f32>() / row.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: f32, y: f32) -> Word {
        Word { text: text.to_owned(), x, y, width: 40.0, height: 20.0, confidence: 1.0, row: 0 }
    }

    #[track_caller]
    fn check(words: &[(&str, f32, f32)], expect: &[&str]) {
        let words = in_rows(words.iter().map(|(text, x, y)| word(text, *x, *y)).collect());
        let rows = words.iter().map(|word| word.row).max().map_or(0, |last| last + 1);
        let said: Vec<String> = (0..rows)
            .map(|row| words.iter().filter(move |word| word.row == row).map(|word| word.text.as_str()))
            .map(|row| row.collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(said, expect);
    }

    #[test]
    fn columns_read_apart_become_rows_again() {
        check(
            &[("Glucose", 0.0, 0.0), ("Sodium", 0.0, 40.0), ("5.4", 300.0, 2.0), ("140", 300.0, 41.0)],
            &["Glucose 5.4", "Sodium 140"],
        );
    }

    #[test]
    fn a_row_may_climb_slowly() {
        check(&[("a", 0.0, 30.0), ("b", 200.0, 22.0), ("c", 400.0, 14.0), ("d", 0.0, 60.0)], &["a b c", "d"]);
    }

    #[test]
    fn a_raised_letter_stays_with_its_row() {
        let mut words = vec![word("10", 0.0, 10.0), word("L", 60.0, 10.0)];
        words.push(Word { height: 9.0, width: 8.0, ..word("9", 42.0, 8.0) });
        let read: Vec<_> = in_rows(words).into_iter().map(|word| word.text).collect();
        assert_eq!(read, ["10", "9", "L"]);
    }
}
