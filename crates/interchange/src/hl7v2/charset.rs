//! From bytes to text: what MSH-18 names, else UTF-8, else Latin-1.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The text of a message whose MSH-18 is `named`, and whether it was not in that character set.
///
/// Latin-1 is read as Windows-1252, which holds it and what is mostly meant by it.
pub(super) fn decode(bytes: &[u8], named: &str) -> (String, bool) {
    let by_name = encoding(named);
    if let Some(encoding) = by_name {
        let (text, _, is_broken) = encoding.decode(bytes);
        if !is_broken {
            return (text.into_owned(), false);
        }
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let is_plain = matches!(named.to_ascii_uppercase().as_str(), "" | "ASCII" | "US-ASCII");
    (text, !is_plain)
}

/// HL7 table 0211, as far as its character sets can stand in a stream of bytes.
fn encoding(named: &str) -> Option<&'static Encoding> {
    let name = named.trim().to_ascii_uppercase();
    let label = match name.as_str() {
        "UNICODE UTF-8" | "UTF-8" | "UTF8" | "UNICODE" => return Some(UTF_8),
        "8859/1" | "ISO-8859-1" => return Some(WINDOWS_1252),
        "GB 18030-2000" => "gb18030",
        "BIG-5" => "big5",
        "KS X 1001" => "euc-kr",
        "ISO IR87" | "ISO IR14" => "iso-2022-jp",
        other => {
            let part = other.strip_prefix("8859/")?;
            return Encoding::for_label(format!("iso-8859-{part}").as_bytes());
        }
    };
    Encoding::for_label(label.as_bytes())
}

/// The same bytes as UTF-8 where a mark says that they are UTF-16, without the mark.
pub(super) fn without_mark(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding == UTF_8 => bytes[length..].into(),
        Some((encoding, length)) => {
            encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned().into_bytes().into()
        }
        None => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_the_set_that_is_named() {
        for (bytes, named, text, is_other) in [
            ("Müller".as_bytes(), "UNICODE UTF-8", "Müller", false),
            (b"M\xfcller", "8859/1", "Müller", false),
            (b"M\xfcller", "UNICODE UTF-8", "Müller", true),
            (b"M\xfcller", "", "Müller", false),
            ("Müller".as_bytes(), "", "Müller", false),
            ("Müller".as_bytes(), "ASCII", "Müller", false),
            (b"\xb1", "8859/2", "ą", false),
            (b"\xa4", "8859/15", "€", false),
            (b"\xc3", "8859/7", "Γ", false),
            (b"a", "A SET OF ITS OWN", "a", true),
        ] {
            assert_eq!(decode(bytes, named), (text.to_owned(), is_other), "{named}");
        }
    }

    #[test]
    fn utf_16_is_known_by_its_mark() {
        assert_eq!(*without_mark(b"\xff\xfeM\0S\0H\0"), *b"MSH");
        assert_eq!(*without_mark(b"\xef\xbb\xbfMSH"), *b"MSH");
        assert_eq!(*without_mark(b"MSH"), *b"MSH");
    }
}
