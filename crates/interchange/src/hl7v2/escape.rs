//! Escape sequences in a text: `\F\` and its like.

use super::structure::Separators;

/// The text with its escape sequences read, without control characters but line breaks and tabs, trimmed.
/// A sequence that is not known stays as it is.
pub(super) fn unescape(raw: &str, separators: &Separators) -> String {
    let Some(escape) = separators.escape.filter(|escape| raw.contains(*escape)) else { return clean(raw) };
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once(escape) {
        text.push_str(before);
        let Some((sequence, behind)) = after.split_once(escape) else {
            text.push(escape);
            rest = after;
            continue;
        };
        if let Some(read) = one(sequence, separators) {
            text.push_str(&read);
            rest = behind;
        } else {
            // This mark may stand alone, and the next one begin a sequence.
            text.push(escape);
            rest = after;
        }
    }
    text.push_str(rest);
    clean(&text)
}

fn one(sequence: &str, separators: &Separators) -> Option<String> {
    let letter = |letter: char| Some(letter.to_string());
    match sequence {
        "F" => letter(separators.field),
        "S" => letter(separators.component),
        "T" => separators.subcomponent.map(String::from),
        "R" => letter(separators.repetition),
        "E" => separators.escape.map(String::from),
        "P" => letter('#'),
        // The beginning and the end of what is shown bold.
        "H" | "N" => Some(String::new()),
        _ => match sequence.as_bytes() {
            [b'X', digits @ ..] => bytes(digits),
            [b'.', command @ ..] => layout(command),
            _ => None,
        },
    }
}

/// Bytes as hexadecimal digits, in UTF-8 or else Latin-1.
fn bytes(digits: &[u8]) -> Option<String> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| Some(nibble(pair[0])? << 4 | nibble(pair[1])?);
    let bytes: Vec<u8> = digits.chunks(2).map(pair).collect::<Option<_>>()?;
    Some(super::charset::decode(&bytes, "").0)
}

/// Commands for the layout of a text: those that end a line do so, the others have no meaning in plain text.
fn layout(command: &[u8]) -> Option<String> {
    match command {
        b"br" | b"ce" => Some("\n".to_owned()),
        [b's', b'p', rest @ ..] if rest.iter().all(|byte| b"+0123456789".contains(byte)) => {
            Some("\n".to_owned())
        }
        b"fi" | b"nf" => Some(String::new()),
        [b'i', b'n', rest @ ..] | [b't', b'i', rest @ ..]
            if rest.iter().all(|byte| b"+-0123456789".contains(byte)) =>
        {
            Some(String::new())
        }
        _ => None,
    }
}

fn clean(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.trim().to_owned();
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_read_and_unknown_ones_stay() {
        let separators = Separators::default();
        for (raw, text) in [
            (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
            (r"one\.br\two\.sp\three\.sp2\four", "one\ntwo\nthree\nfour"),
            (r"\.in+4\in\.ti-2\ \.fi\and\.nf\ out", "in and out"),
            (r"\X41\\X0D0A\b", "A\nb"),
            (r"\XC3BC\ \XFC\", "ü ü"),
            (r"\X4\ \XZZ\", r"\X4\ \XZZ\"),
            (r"\H\bold\N\ text", "bold text"),
            (r"C:\temp\F\x", r"C:\temp|x"),
            (r"50\", r"50\"),
            (r"\\", r"\\"),
            (r"\Zlocal\ x", r"\Zlocal\ x"),
            ("a\u{0}b\u{7f}\tc\r\nd ", "ab\tc\nd"),
            ("", ""),
        ] {
            assert_eq!(unescape(raw, &separators), text, "{raw}");
        }
    }
}
