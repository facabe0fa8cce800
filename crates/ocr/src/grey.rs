//! A grey picture, and the few things that are done with one.

use std::sync::Arc;

/// A grey picture: one byte a pixel, row by row from the top left; 255 is white. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Grey {
    width: u32,
    height: u32,
    pixels: Arc<[u8]>,
}

impl Grey {
    /// A picture of these pixels; `None` where their number is not width × height, or that is nothing.
    pub fn of(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let is_whole = (width as usize).checked_mul(height as usize) == Some(pixels.len());
        (is_whole && !pixels.is_empty()).then(|| Self { width, height, pixels: pixels.into() })
    }

    /// Made pixel by pixel.
    pub(crate) fn from_fn(width: u32, height: u32, mut at: impl FnMut(u32, u32) -> u8) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| at(x, y));
        Self { width, height, pixels: pixels.collect() }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// One row of pixels.
    pub(crate) fn row(&self, y: u32) -> &[u8] {
        let width = self.width as usize;
        &self.pixels[y as usize * width..][..width]
    }

    /// The pixel at a place, or white outside of the picture.
    pub(crate) fn at(&self, x: i64, y: i64) -> u8 {
        let inside = (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        if inside { self.row(y as u32)[x as usize] } else { u8::MAX }
    }

    /// The brightness between pixels, from the four around.
    pub(crate) fn between(&self, x: f32, y: f32) -> u8 {
        let (left, top) = (x.floor(), y.floor());
        let (right_share, low_share) = (x - left, y - top);
        let (x, y) = (left as i64, top as i64);
        let mix = |a: u8, b: u8, share: f32| f32::from(a) + (f32::from(b) - f32::from(a)) * share;
        let upper = mix(self.at(x, y), self.at(x + 1, y), right_share);
        let lower = mix(self.at(x, y + 1), self.at(x + 1, y + 1), right_share);
        (upper + (lower - upper) * low_share).round() as u8
    }

    /// The picture turned clockwise by a number of quarter turns.
    pub(crate) fn turned(&self, quarters: u8) -> Self {
        let (width, height) = (i64::from(self.width), i64::from(self.height));
        match quarters % 4 {
            0 => self.clone(),
            1 => Self::from_fn(self.height, self.width, |x, y| self.at(y.into(), height - 1 - i64::from(x))),
            2 => Self::from_fn(self.width, self.height, |x, y| {
                self.at(width - 1 - i64::from(x), height - 1 - i64::from(y))
            }),
            _ => Self::from_fn(self.height, self.width, |x, y| self.at(width - 1 - i64::from(y), x.into())),
        }
    }

    /// The picture in another size.
    pub(crate) fn scaled(&self, factor: f32) -> Self {
        let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
        let (width, height) = (side(self.width), side(self.height));
        let picture = image::GrayImage::from_raw(self.width, self.height, self.pixels.to_vec());
        let Some(picture) = picture else { return self.clone() };
        let filter = if factor > 1.0 {
            image::imageops::FilterType::CatmullRom
        } else {
            image::imageops::FilterType::Triangle
        };
        let scaled = image::imageops::resize(&picture, width, height, filter);
        Self { width, height, pixels: scaled.into_raw().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_sides_agree_or_there_is_no_picture() {
        assert!(Grey::of(2, 3, vec![0; 6]).is_some());
        assert!(Grey::of(2, 3, vec![0; 5]).is_none());
        assert!(Grey::of(0, 3, vec![]).is_none());
    }

    #[test]
    fn quarter_turns_go_clockwise_and_four_are_none() {
        let picture = Grey::of(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let once = picture.turned(1);
        assert_eq!((once.width(), once.height(), once.pixels()), (2, 3, &[4, 1, 5, 2, 6, 3][..]));
        assert_eq!(picture.turned(2).pixels(), [6, 5, 4, 3, 2, 1]);
        assert!(once.turned(3) == picture && picture.turned(3).turned(1) == picture);
    }

    #[test]
    fn between_pixels_lies_their_mixture() {
        let picture = Grey::of(2, 1, vec![0, 100]).unwrap();
        assert_eq!(picture.between(0.0, 0.0), 0);
        assert_eq!(picture.between(0.5, 0.0), 50);
        assert_eq!(picture.at(-1, 0), 255);
        assert_eq!(picture.scaled(2.0).width(), 4);
    }
}
