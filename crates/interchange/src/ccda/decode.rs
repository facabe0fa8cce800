//! Bytes to text.

use super::CcdaError;
use encoding_rs::{Encoding, UTF_8};

/// The encoding is told by a byte order mark, else by the XML declaration, else it is UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<String, CcdaError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode(encoding, &bytes[length..]);
    }
    // A declaration that can be read as ASCII is not UTF-16, whatever it says.
    let declared = declared(bytes).filter(|encoding| encoding.is_ascii_compatible());
    decode(declared.unwrap_or(UTF_8), bytes)
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, CcdaError> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(|text| text.into_owned()).ok_or(CcdaError::NotText)
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(256)];
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = rest[1..].split_once(quote)?;
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_the_one_that_is_told() {
        let latin = b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>Zo\xEB</a>";
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("<a>Zo\u{eb}</a>".encode_utf16().flat_map(|unit| unit.to_le_bytes()))
            .collect();
        for (bytes, expect) in [
            (&b"<a>Zo\xC3\xAB</a>"[..], Some("<a>Zoë</a>")),
            (b"\xEF\xBB\xBF<a/>", Some("<a/>")),
            (latin, Some("<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>Zoë</a>")),
            (&utf16, Some("<a>Zoë</a>")),
            (b"<?xml encoding=\"utf-16\"?><a/>", Some("<?xml encoding=\"utf-16\"?><a/>")),
            (b"<a>Zo\xEB</a>", None),
        ] {
            assert_eq!(text(bytes).ok().as_deref(), expect);
        }
    }
}
