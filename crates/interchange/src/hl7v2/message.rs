//! One message: its header's facts, and its segments.

use super::structure::{Part, Segment, Separators};
use super::{convert, time};
use crate::{Converted, LeftOut};
use std::borrow::Cow;
use std::collections::HashMap;

/// A message. `Debug` tells nothing of its content.
pub struct Message {
    pub(super) text: String,
    pub(super) separators: Separators,
    /// What was noticed before its segments were looked at.
    pub(super) notes: Vec<LeftOut>,
}

impl Message {
    /// What kind of message it is: `ORU`.
    pub fn kind(&self) -> String {
        self.header_part(9, |part| part.text(1))
    }

    /// The event it tells of: `R01`. Older messages name it in EVN-1 only.
    pub fn event(&self) -> String {
        let named = self.header_part(9, |part| part.text(2));
        if named.is_empty() {
            let lines = self.lines();
            let event = lines.iter().find(|line| line.starts_with("EVN"));
            return event.map(|line| Segment::of(line, 1, self.separators).code(1)).unwrap_or_default();
        }
        named
    }

    /// Who sent it: the facility, else the application.
    pub fn sender(&self) -> String {
        let facility = self.header_part(4, |part| part.text(1).or_else(|| part.text(2)));
        if facility.is_empty() {
            self.header_part(3, |part| part.text(1).or_else(|| part.text(2)))
        } else {
            facility
        }
    }

    /// The sender's name for it.
    pub fn control_id(&self) -> String {
        self.header_part(10, |part| part.text(1))
    }

    /// When it was made, as a FHIR dateTime; `None` where that is not told or is no date.
    pub fn date(&self) -> Option<String> {
        let sent = self.header_part(7, |part| part.text(1));
        time::Times::of(&sent).date_time(&sent).ok().flatten()
    }

    /// The message as FHIR R4.
    pub fn to_fhir(&self) -> Converted {
        convert::convert(self)
    }

    fn header_part(&self, field: usize, read: impl Fn(Part<'_>) -> Option<String>) -> String {
        let lines = self.lines();
        let Some(header) = lines.first() else { return String::new() };
        Segment::of(header, 1, self.separators).field(field).first().and_then(read).unwrap_or_default()
    }

    /// Its segments as lines; a text with line breaks is one line with its segment.
    pub(super) fn lines(&self) -> Vec<Cow<'_, str>> {
        let mut lines: Vec<Cow<'_, str>> = Vec::new();
        for line in self.text.split('\n') {
            match lines.last_mut() {
                Some(last) if !begins_segment(line, self.separators.field) => {
                    let last = last.to_mut();
                    last.push('\n');
                    last.push_str(line);
                }
                _ => lines.push(Cow::Borrowed(line)),
            }
        }
        lines
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message of {} bytes", self.text.len())
    }
}

fn begins_segment(line: &str, separator: char) -> bool {
    let mut letters = line.chars();
    let is_name = |letter: Option<char>, or_digit: bool| {
        letter.is_some_and(|letter| letter.is_ascii_uppercase() || or_digit && letter.is_ascii_digit())
    };
    is_name(letters.next(), false)
        && is_name(letters.next(), true)
        && is_name(letters.next(), true)
        && letters.next().is_none_or(|letter| letter == separator)
}

/// The segments of lines, each with its number among those of its name.
pub(super) fn segments<'l>(lines: &'l [Cow<'_, str>], separators: Separators) -> Vec<Segment<'l>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let named = lines.iter().filter(|line| line.len() >= 3 && line.is_char_boundary(3));
    named
        .map(|line| {
            let count = counts.entry(&line[..3]).or_default();
            *count += 1;
            Segment::of(line, *count, separators)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn a_header_tells_what_the_message_is() {
        let text = "MSH|^~\\&|LAB|GHH^1.2.3^ISO|X|Y|20240301103000+0100||ORU^R01^ORU_R01|C-1|P|2.5.1\rPID|1";
        let message = &read(text.as_bytes()).unwrap()[0];
        assert_eq!((message.kind(), message.event()), ("ORU".to_owned(), "R01".to_owned()));
        assert_eq!((message.sender(), message.control_id()), ("GHH".to_owned(), "C-1".to_owned()));
        assert_eq!(message.date().as_deref(), Some("2024-03-01T10:30:00+01:00"));
        let old = "MSH|^~\\&|LAB||||20240230||ADT\rEVN|A08";
        let message = &read(old.as_bytes()).unwrap()[0];
        assert_eq!(
            (message.sender(), message.event(), message.date()),
            ("LAB".to_owned(), "A08".to_owned(), None)
        );
    }
}
