//! Glyphs → words → rows.
//!
//! The order in which a PDF draws its characters says nothing about how they are read, so it is ignored:
//! glyphs on one baseline are a row, and a gap begins a new word. Thresholds (measured on laboratory
//! reports): the same baseline within 0.3 em, a new word at a gap of more than 0.2 em.

use crate::glyphs::Glyph;

const SAME_BASELINE_EM: f32 = 0.3;
const WORD_GAP_EM: f32 = 0.2;
/// A glyph drawn twice within this distance is the same glyph, made bold.
const OVERPRINT_EM: f32 = 0.1;

/// A word on a page. Points, from the top left corner of the upright page.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// The characters.
    pub text: String,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// The row it stands in, counted from the top of the page, from 0.
    pub row: usize,
}

/// Words in reading order. Text that runs sideways or upside down comes after the upright text.
pub(crate) fn words(glyphs: Vec<Glyph>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut first_row = 0;
    for turns in 0..4 {
        let turned: Vec<Glyph> = glyphs.iter().filter(|glyph| glyph.turns == turns).map(level).collect();
        for row in rows(turned) {
            for word in split(&row) {
                words.push(Word { row: first_row, ..place(&word, turns) });
            }
            first_row += 1;
        }
    }
    words
}

/// The glyph in a frame in which its text runs from left to right.
fn level(glyph: &Glyph) -> Glyph {
    let (x, baseline) = match glyph.turns {
        1 => (glyph.baseline, -glyph.x),
        2 => (-glyph.x, -glyph.baseline),
        3 => (-glyph.baseline, glyph.x),
        _ => (glyph.x, glyph.baseline),
    };
    Glyph { x, baseline, ..glyph.clone() }
}

fn rows(mut glyphs: Vec<Glyph>) -> Vec<Vec<Glyph>> {
    glyphs.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.x.total_cmp(&b.x)));
    let mut rows: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs {
        match rows.last_mut() {
            Some(row) if on_baseline(row, &glyph) => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    rows
}

fn on_baseline(row: &[Glyph], glyph: &Glyph) -> bool {
    row.first().is_some_and(|first| {
        (glyph.baseline - first.baseline).abs() <= SAME_BASELINE_EM * first.size.max(glyph.size)
    })
}

fn split(row: &[Glyph]) -> Vec<Vec<Glyph>> {
    let mut words: Vec<Vec<Glyph>> = Vec::new();
    let mut last: Option<&Glyph> = None;
    for glyph in row {
        if last.is_some_and(|last| is_overprint(last, glyph)) {
            continue;
        }
        let joins = last
            .is_some_and(|last| glyph.x - (last.x + last.width) <= WORD_GAP_EM * last.size.min(glyph.size));
        match words.last_mut() {
            Some(word) if joins => word.push(glyph.clone()),
            _ => words.push(vec![glyph.clone()]),
        }
        last = Some(glyph);
    }
    words
}

fn is_overprint(last: &Glyph, glyph: &Glyph) -> bool {
    last.text == glyph.text && (glyph.x - last.x).abs() <= OVERPRINT_EM * glyph.size
}

/// The word with its box turned back onto the page.
fn place(glyphs: &[Glyph], turns: u8) -> Word {
    let edge = |of: fn(&Glyph) -> f32, pick: fn(f32, f32) -> f32, start: f32| {
        glyphs.iter().map(of).fold(start, pick)
    };
    let left = edge(|glyph| glyph.x, f32::min, f32::INFINITY);
    let right = edge(|glyph| glyph.x + glyph.width, f32::max, f32::NEG_INFINITY);
    let top = edge(|glyph| glyph.baseline - glyph.ascent, f32::min, f32::INFINITY);
    let bottom = edge(|glyph| glyph.baseline + glyph.descent, f32::max, f32::NEG_INFINITY);
    let (length, depth) = (right - left, bottom - top);
    let (x, y, width, height) = match turns {
        1 => (-bottom, left, depth, length),
        2 => (-right, -bottom, length, depth),
        3 => (top, -right, depth, length),
        _ => (left, top, length, depth),
    };
    Word { text: glyphs.iter().map(|glyph| glyph.text.as_str()).collect(), x, y, width, height, row: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(text: &str, x: f32, baseline: f32) -> Glyph {
        Glyph {
            text: text.to_owned(),
            x,
            baseline,
            width: 5.0,
            ascent: 7.0,
            descent: 2.0,
            size: 10.0,
            turns: 0,
        }
    }

    #[track_caller]
    fn check(glyphs: &[(&str, f32, f32)], expect: &[(usize, &str)]) {
        let words = words(glyphs.iter().map(|(text, x, y)| glyph(text, *x, *y)).collect());
        let got: Vec<_> = words.iter().map(|word| (word.row, word.text.as_str())).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn gaps_part_words_and_baselines_part_rows() {
        check(&[("a", 0.0, 50.0), ("b", 5.0, 50.0)], &[(0, "ab")]);
        check(&[("a", 0.0, 50.0), ("b", 7.5, 50.0)], &[(0, "a"), (0, "b")]);
        check(&[("b", 0.0, 62.0), ("a", 0.0, 50.0)], &[(0, "a"), (1, "b")]);
        check(&[("x", 0.0, 50.0), ("y", 5.0, 52.9)], &[(0, "xy")]);
        check(&[("x", 0.0, 50.0), ("y", 5.0, 53.1)], &[(0, "x"), (1, "y")]);
    }

    #[test]
    fn a_letter_printed_twice_to_look_bold_is_read_once() {
        check(&[("a", 0.0, 50.0), ("a", 0.3, 50.0), ("b", 5.0, 50.0)], &[(0, "ab")]);
    }

    #[test]
    fn sideways_text_keeps_its_box_on_the_page() {
        let down = |text: &str, y: f32| Glyph { turns: 1, ..glyph(text, 100.0, y) };
        let words = words(vec![down("a", 10.0), down("b", 15.0)]);
        assert_eq!(words.len(), 1);
        let word = &words[0];
        assert_eq!(
            (word.text.as_str(), word.x, word.y, word.width, word.height),
            ("ab", 98.0, 10.0, 9.0, 10.0)
        );
    }
}
