//! A file becomes a grey picture, as its camera meant it to be seen.

use crate::{Error, Grey, Limits, heif};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use std::io::Cursor;

/// The kinds of picture that are read, told by their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF; only the first page of several is read.
    Tiff,
    /// WebP.
    WebP,
    /// HEIC and its relatives, as phones write them.
    Heif,
}

/// What the bytes announce themselves as.
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(Kind::Jpeg),
        [0x89, b'P', b'N', b'G', ..] => Some(Kind::Png),
        [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => Some(Kind::Tiff),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            let brands: [&[u8]; 7] = [b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"];
            brands.iter().any(|known| brand.starts_with(known)).then_some(Kind::Heif)
        }
        _ => None,
    }
}

/// Opens a picture, turns it as its camera says, and makes it grey.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::TooLarge`]; for HEIC also what can go wrong with the program that opens it.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Grey, Error> {
    let format = match kind(bytes) {
        Some(Kind::Jpeg) => ImageFormat::Jpeg,
        Some(Kind::Png) => ImageFormat::Png,
        Some(Kind::Tiff) => ImageFormat::Tiff,
        Some(Kind::WebP) => ImageFormat::WebP,
        Some(Kind::Heif) => return open(&heif::as_png(bytes, limits)?, ImageFormat::Png, limits),
        None => return Err(Error::Corrupt),
    };
    open(bytes, format, limits)
}

fn open(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Grey, Error> {
    let corrupt = |_: image::ImageError| Error::Corrupt;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(image::Limits::no_limits());
    let mut decoder = reader.into_decoder().map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    let actual = u64::from(width) * u64::from(height);
    if actual > limits.pixels {
        return Err(Error::TooLarge { actual, limit: limits.pixels });
    }
    let orientation = decoder.orientation().map_err(corrupt)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(corrupt)?;
    picture.apply_orientation(orientation);
    let picture = on_white(picture);
    let (width, height) = (picture.width(), picture.height());
    Grey::of(width, height, picture.into_raw()).ok_or(Error::Corrupt)
}

/// Grey, with what is transparent shown as white paper.
fn on_white(picture: DynamicImage) -> image::GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    image::GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [grey, opaque] = picture.get_pixel(x, y).0.map(u32::from);
        image::Luma([u8::try_from((grey * opaque + 255 * (255 - opaque)) / 255).unwrap_or(u8::MAX)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_told_by_their_first_bytes() {
        for (bytes, expect) in [
            (b"\xff\xd8\xff\xe0".as_slice(), Some(Kind::Jpeg)),
            (b"\x89PNG\r\n", Some(Kind::Png)),
            (b"II*\0....", Some(Kind::Tiff)),
            (b"MM\0*....", Some(Kind::Tiff)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Kind::WebP)),
            (b"\0\0\0\x18ftypheic\0\0", Some(Kind::Heif)),
            (b"\0\0\0\x18ftypmp42\0\0", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(kind(bytes), expect, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_transparent_is_white_paper() {
        let clear = image::RgbaImage::from_pixel(2, 1, image::Rgba([0, 0, 0, 0]));
        let picture = decode(&png(&clear.into()), &Limits::default()).unwrap();
        assert_eq!(picture.pixels(), [255, 255]);
    }

    #[test]
    fn a_picture_is_refused_by_its_size_before_it_is_unpacked() {
        let bytes = png(&image::GrayImage::new(300, 200).into());
        let limits = Limits { pixels: 59_999, ..Limits::default() };
        assert_eq!(decode(&bytes, &limits).err(), Some(Error::TooLarge { actual: 60_000, limit: 59_999 }));
        assert!(matches!(decode(&bytes[..60], &Limits::default()), Err(Error::Corrupt)));
        assert!(matches!(decode(b"GIF89a", &Limits::default()), Err(Error::Corrupt)));
    }
}
