//! Characters of the library → glyphs on the upright page, measured from its top left corner.

use pdf_oxide::layout::TextChar;

/// One visible character. `x` and `baseline` are in points from the top left corner of the upright page.
#[derive(Clone)]
pub(crate) struct Glyph {
    pub(crate) text: String,
    /// Left edge.
    pub(crate) x: f32,
    /// Baseline, downwards from the top.
    pub(crate) baseline: f32,
    pub(crate) width: f32,
    /// Height above the baseline.
    pub(crate) ascent: f32,
    /// Depth below the baseline.
    pub(crate) descent: f32,
    /// The em: font size in points.
    pub(crate) size: f32,
    /// Which way the text runs, in quarter turns clockwise as the reader sees it.
    pub(crate) turns: u8,
}

/// The visible part of a page in the PDF's own coordinates (origin bottom left), and how it is turned.
pub(crate) struct Sheet {
    pub(crate) left: f32,
    pub(crate) bottom: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    /// Clockwise, in degrees: 0, 90, 180 or 270.
    pub(crate) rotation: i32,
}

impl Sheet {
    /// Width and height as the reader sees them.
    pub(crate) fn size(&self) -> (f32, f32) {
        let (width, height) = (self.right - self.left, self.top - self.bottom);
        if self.rotation % 180 == 0 { (width, height) } else { (height, width) }
    }

    /// The visible characters in the order of the file. White space is left out: gaps tell it better.
    pub(crate) fn glyphs(&self, characters: &[TextChar]) -> Vec<Glyph> {
        characters.iter().filter_map(|character| self.glyph(character)).collect()
    }

    fn glyph(&self, character: &TextChar) -> Option<Glyph> {
        if character.char.is_whitespace() || character.char.is_control() || character.char == '\u{ad}' {
            return None;
        }
        let size = character.font_size.abs();
        let (x, baseline) = self.upright(character.origin_x, character.origin_y);
        if !(size.is_finite() && size > 0.0 && x.is_finite() && baseline.is_finite()) {
            return None;
        }
        let width = [character.advance_width, character.bbox.width, size * 0.5]
            .into_iter()
            .find(|width| width.is_finite() && *width > 0.0)?;
        let turns = (quarter_turns(character.matrix) + self.rotation.rem_euclid(360) / 90) % 4;
        Some(Glyph {
            text: spelled_out(character.char),
            x,
            baseline,
            width,
            ascent: within(character.ascent, size, 0.5, 1.1, 0.75),
            descent: within(-character.descent, size, 0.05, 0.5, 0.22),
            size,
            turns: u8::try_from(turns).unwrap_or(0),
        })
    }

    fn upright(&self, x: f32, y: f32) -> (f32, f32) {
        match self.rotation.rem_euclid(360) {
            90 => (y - self.bottom, x - self.left),
            180 => (self.right - x, y - self.bottom),
            270 => (self.top - y, self.right - x),
            _ => (x - self.left, self.top - y),
        }
    }
}

/// Clockwise quarter turns of the text, from the direction in which its matrix moves the pen.
fn quarter_turns(matrix: Option<[f32; 6]>) -> i32 {
    let Some([a, b, ..]) = matrix else { return 0 };
    if b.abs() > a.abs() {
        if b > 0.0 { 3 } else { 1 }
    } else if a < 0.0 {
        2
    } else {
        0
    }
}

fn within(measure: f32, size: f32, least: f32, most: f32, usual: f32) -> f32 {
    if measure.is_finite() && measure > 0.0 { measure.clamp(size * least, size * most) } else { size * usual }
}

/// Typographic ligatures as the letters they stand for, so that words can be found.
fn spelled_out(character: char) -> String {
    match character {
        '\u{fb00}' => "ff".to_owned(),
        '\u{fb01}' => "fi".to_owned(),
        '\u{fb02}' => "fl".to_owned(),
        '\u{fb03}' => "ffi".to_owned(),
        '\u{fb04}' => "ffl".to_owned(),
        '\u{fb05}' | '\u{fb06}' => "st".to_owned(),
        other => other.to_string(),
    }
}
