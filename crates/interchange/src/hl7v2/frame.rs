//! From the bytes of a file to its messages: batches, MLLP blocks, line ends of any sort.

use super::charset::{decode, without_mark};
use super::structure::Separators;
use super::{Hl7Error, Message};
use crate::LeftOut;

/// The most bytes of a file.
const LONGEST_FILE: usize = 64 << 20;
/// The most segments of a message: each may become a resource.
const MOST_SEGMENTS: usize = 20_000;
/// The most repetitions in the fields of a message: each may become an element.
const MOST_REPETITIONS: usize = 100_000;

/// Does a file begin as HL7 v2 does?
pub fn is_hl7v2(bytes: &[u8]) -> bool {
    let bytes = without_mark(&bytes[..bytes.len().min(64)]);
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != MLLP_START);
    let text = start.map(|start| String::from_utf8_lossy(&bytes[start..]).into_owned()).unwrap_or_default();
    let is_header = ["MSH", "FHS", "BHS"].iter().any(|name| text.starts_with(name));
    is_header && text[3..].starts_with(|letter: char| letter.is_ascii_punctuation())
}

/// Before each message where they are sent as MLLP.
const MLLP_START: u8 = 0x0b;
/// After each message.
const MLLP_END: u8 = 0x1c;

/// Reads the messages of a file: one, or several after another, with or without batch headers and MLLP frames.
/// A line that begins with no segment's name goes on with the line before it.
///
/// # Errors
/// The file as a whole is not HL7 v2, or is larger than what is read at once.
pub fn read(bytes: &[u8]) -> Result<Vec<Message>, Hl7Error> {
    if bytes.len() > LONGEST_FILE {
        return Err(Hl7Error::TooLarge("64 MiB"));
    }
    if !is_hl7v2(bytes) {
        return Err(Hl7Error::NoMessage);
    }
    let bytes = without_mark(bytes);
    let mut raw: Vec<Raw<'_>> = Vec::new();
    let mut strays = Vec::new();
    for (line, number) in lines(&bytes) {
        match (line, raw.last_mut()) {
            ([b'F' | b'B', b'H' | b'T', b'S', mark, ..], _) if mark.is_ascii_punctuation() => {}
            ([b'M', b'S', b'H', mark, ..], _) if mark.is_ascii_punctuation() => {
                raw.push(Raw { line: number, lines: vec![line] });
            }
            (_, Some(message)) => message.lines.push(line),
            (_, None) => strays.push(number),
        }
        if raw.last().is_some_and(|message| message.lines.len() > MOST_SEGMENTS) {
            return Err(Hl7Error::TooLarge("a message of 20 000 segments"));
        }
    }
    let mut messages = raw.into_iter().map(Raw::message).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = messages.first_mut() else { return Err(Hl7Error::NoMessage) };
    first.notes.extend(strays.into_iter().map(|number| {
        LeftOut::new(
            format!("line {number}"),
            "This line stands before the first message and belongs to none.",
        )
    }));
    Ok(messages)
}

/// The lines that say something, without the marks of MLLP, and their numbers from 1.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut number = 1;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n' | &MLLP_END));
            let line = &rest[..end.unwrap_or(rest.len())];
            let after =
                end.map_or(rest.len(), |end| end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 });
            let here = number;
            number += usize::from(end.is_some_and(|end| rest[end] != MLLP_END));
            rest = &rest[after..];
            let line = without_blanks(line);
            if !line.is_empty() {
                return Some((line, here));
            }
        }
        None
    })
}

fn without_blanks(line: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == MLLP_START || *byte == 0;
    match line.iter().position(|byte| !is_blank(byte)) {
        Some(start) => &line[start..],
        None => &[],
    }
}

/// A message before it is text.
struct Raw<'b> {
    line: usize,
    lines: Vec<&'b [u8]>,
}

impl Raw<'_> {
    fn message(self) -> Result<Message, Hl7Error> {
        let header = self.lines.first().map(|line| String::from_utf8_lossy(line)).unwrap_or_default();
        let separators = Separators::of(&header).ok_or(Hl7Error::Header { line: self.line })?;
        let named = header.split(separators.field).nth(17).unwrap_or_default();
        let named = named.split(separators.repetition).next().unwrap_or_default().trim().to_owned();
        let (text, is_other) = decode(&self.lines.join(&b'\n'), &named);
        if text.matches(separators.repetition).count() > MOST_REPETITIONS {
            return Err(Hl7Error::TooLarge("a message of 100 000 repetitions"));
        }
        let mut notes = Vec::new();
        if is_other {
            let reason =
                format!("The text is not in the character set {named}; it was read as UTF-8 or Latin-1.");
            notes.push(LeftOut::new("MSH[1]-18", reason));
        }
        Ok(Message { text, separators, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: &[&[&str]]) {
        let found: Vec<Vec<String>> = read(bytes)
            .unwrap()
            .iter()
            .map(|message| message.lines().into_iter().map(|line| line.into_owned()).collect())
            .collect();
        assert_eq!(found, expect, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn messages_are_found_in_files_of_any_sort() {
        let (a, b) = (r"MSH|^~\&|A", r"MSH|^~\&|B");
        let one: &[&[&str]] = &[&[a, "PID|1"]];
        for ends in ["\r", "\n", "\r\n", "\r\r", "\n\n", "\r\n\r\n"] {
            check(format!("{a}{ends}PID|1{ends}").as_bytes(), one);
            check(format!("\u{feff}{a}{ends}PID|1").as_bytes(), one);
            check(format!("\u{b}{a}{ends}PID|1{ends}\u{1c}\r").as_bytes(), one);
            check(format!("  {ends}{a}{ends}  PID|1").as_bytes(), one);
        }
        let two: &[&[&str]] = &[&[a, "PID|1"], &[b, "EVN|A01"]];
        check(format!("{a}\rPID|1\r{b}\rEVN|A01\r").as_bytes(), two);
        check(format!("\u{b}{a}\rPID|1\r\u{1c}\r\u{b}{b}\rEVN|A01\r\u{1c}\r").as_bytes(), two);
        check(format!("FHS|^~\\&|X\rBHS|^~\\&|X\r{a}\rPID|1\r{b}\rEVN|A01\rBTS|2\rFTS|1\r").as_bytes(), two);
    }

    #[test]
    fn a_text_may_have_lines() {
        let a = r"MSH|^~\&|A";
        check(
            format!("{a}\rOBX|1|TX|n||one\ntwo\n\nObx is no segment|\rPID|1").as_bytes(),
            &[&[a, "OBX|1|TX|n||one\ntwo\nObx is no segment|", "PID|1"]],
        );
        check(format!("{a}\rZZ1\rPID").as_bytes(), &[&[a, "ZZ1", "PID"]]);
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (bytes, expect) in [
            (b"".as_slice(), Hl7Error::NoMessage),
            (b"PID|1|", Hl7Error::NoMessage),
            (b"{\"resourceType\":\"Patient\"}", Hl7Error::NoMessage),
            (b"MSHA", Hl7Error::NoMessage),
            (b"BHS|^~\\&|A\rBTS|0", Hl7Error::NoMessage),
            (b"MSH|^~\\&|A\rMSH||", Hl7Error::Header { line: 2 }),
            (b"FHS|^~\\&\r\n\r\nMSH|^^", Hl7Error::Header { line: 3 }),
        ] {
            assert_eq!(read(bytes).err(), Some(expect), "{:?}", String::from_utf8_lossy(bytes));
        }
        let many = format!("MSH|^~\\&|A\r{}", "NTE|1\r".repeat(MOST_SEGMENTS));
        assert!(matches!(read(many.as_bytes()), Err(Hl7Error::TooLarge(_))));
    }

    #[test]
    fn the_character_set_is_the_messages_own() {
        let bytes = b"MSH|^~\\&|A|||||||||||||||8859/1\rPID|M\xfcller\rMSH|^~\\&|B\rPID|M\xc3\xbcller\rMSH|^~\\&||||||||||||||||X-Y\rPID|1";
        let messages = read(bytes).unwrap();
        assert!(messages[..2].iter().all(|message| message.text.ends_with("PID|Müller")));
        let notes: Vec<_> = messages.iter().map(|message| message.notes.len()).collect();
        assert_eq!(notes, [0, 0, 1]);
    }
}
