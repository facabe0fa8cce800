//! Draws pages, for those whose text must be recognised from their looks.

use crate::Error;
use crate::read::{PANICKED, is_pdf};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A page as a grey picture, upright as a reader sees it.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// One byte a pixel, row by row from the top left; 255 is white.
    pub grey: Vec<u8>,
}

/// The pages of a file, ready to be drawn one by one.
pub struct Sheets {
    pdf: Pdf,
}

/// Points in an inch.
const POINTS: f32 = 72.0;
/// The longest side of a picture: A4 at 400 dots an inch fits, a poster is drawn coarser.
const LONGEST_SIDE: f32 = 4_800.0;

impl Sheets {
    /// Opens a file without a password.
    ///
    /// # Errors
    /// [`Error::NotPdf`], [`Error::Corrupt`].
    pub fn open(bytes: Vec<u8>) -> Result<Self, Error> {
        if !is_pdf(&bytes) {
            return Err(Error::NotPdf);
        }
        let opened = catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes)));
        match opened {
            Ok(Ok(pdf)) => Ok(Self { pdf }),
            Ok(Err(error)) => Err(Error::Corrupt(format!("its pages cannot be drawn ({error:?})"))),
            Err(_) => Err(Error::Corrupt(PANICKED.to_owned())),
        }
    }

    /// Draws the page `index`, counted from 0, at `dpi` dots an inch, or coarser where it were a huge picture. Blocks,
    /// and may take as long as the page is intricate: whoever calls it watches the clock.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a page that is not there or cannot be drawn.
    pub fn draw(&self, index: usize, dpi: f32) -> Result<Picture, Error> {
        let page = self.pdf.pages().get(index);
        let page = page.ok_or_else(|| Error::Corrupt(format!("it has no page {}", index + 1)))?;
        let (width, height) = page.render_dimensions();
        let scale = (dpi / POINTS).min(LONGEST_SIDE / width.max(height).max(1.0));
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let cache = RenderCache::new();
            render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings)
        }));
        let drawn = drawn.map_err(|_| Error::Corrupt(PANICKED.to_owned()))?;
        let grey = drawn.data().iter().map(|pixel| luma(pixel.r, pixel.g, pixel.b)).collect();
        Ok(Picture { width: drawn.width().into(), height: drawn.height().into(), grey })
    }
}

/// Brightness of a colour, by the weights of ITU-R BT.601.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let weighed = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(weighed / 1_000).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_page_is_drawn_upright_with_its_ink_where_the_text_stands() {
        let line = &[(72.0, 770.0, 24.0, "Glucose")];
        for (degrees, width, height) in [(0, 1_653, 2_338), (90, 2_338, 1_653)] {
            let sheets = Sheets::open(samples::turned_pdf(degrees, line)).unwrap();
            let picture = sheets.draw(0, 200.0).unwrap();
            assert!(picture.width.abs_diff(width) <= 1 && picture.height.abs_diff(height) <= 1);
            assert_eq!(picture.grey.len(), (picture.width * picture.height) as usize);
            let ink = picture.grey.iter().filter(|grey| **grey < 128).count();
            assert!((500..20_000).contains(&ink), "{ink} dark pixels");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        assert!(matches!(Sheets::open(b"no".to_vec()), Err(Error::NotPdf)));
        let sheets = Sheets::open(samples::pdf(&[&[]])).unwrap();
        assert!(matches!(sheets.draw(1, 200.0), Err(Error::Corrupt(_))));
    }
}
