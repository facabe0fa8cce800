//! Segments, fields, repetitions, components: views of the text, cut when they are asked for.

use super::escape::unescape;
use std::cell::Cell;

/// What parts a message's text, as its header says.
#[derive(Clone, Copy)]
pub(super) struct Separators {
    pub(super) field: char,
    pub(super) component: char,
    pub(super) repetition: char,
    pub(super) escape: Option<char>,
    pub(super) subcomponent: Option<char>,
}

impl Separators {
    /// Reads them from a line that begins a message or a batch: `MSH|^~\&|`.
    pub(super) fn of(header: &str) -> Option<Self> {
        let mut letters = header.get(3..)?.chars();
        let field = letters.next()?;
        let mut named = letters.take_while(|letter| *letter != field);
        let read = Self {
            field,
            component: named.next()?,
            repetition: named.next().unwrap_or('~'),
            escape: named.next(),
            subcomponent: named.next(),
        };
        let all =
            [Some(read.field), Some(read.component), Some(read.repetition), read.escape, read.subcomponent];
        let all: Vec<char> = all.into_iter().flatten().collect();
        let is_usable =
            |letter: &char| !letter.is_alphanumeric() && !letter.is_whitespace() && !letter.is_control();
        let are_distinct = all.iter().enumerate().all(|(at, letter)| !all[..at].contains(letter));
        (all.iter().all(is_usable) && are_distinct).then_some(read)
    }
}

impl Default for Separators {
    fn default() -> Self {
        Self { field: '|', component: '^', repetition: '~', escape: Some('\\'), subcomponent: Some('&') }
    }
}

/// One segment. It notes which of its fields were asked for.
pub(super) struct Segment<'m> {
    pub(super) name: &'m str,
    /// The how many-th of its name in the message, from 1.
    pub(super) number: usize,
    fields: Vec<&'m str>,
    separators: Separators,
    asked: Cell<u128>,
}

/// Repetitions of a field that are read: a field has few, and each may become a whole element.
pub(super) const MOST_REPETITIONS: usize = 500;

impl<'m> Segment<'m> {
    /// Reads a line that begins with a segment's name.
    pub(super) fn of(line: &'m str, number: usize, separators: Separators) -> Self {
        let (name, rest) = line.split_at(line.len().min(3));
        let rest = rest.strip_prefix(separators.field).unwrap_or(rest);
        let fields = if rest.is_empty() { Vec::new() } else { rest.split(separators.field).collect() };
        Self { name, number, fields, separators, asked: Cell::new(0) }
    }

    /// A field by its number in the standard.
    pub(super) fn field(&self, number: usize) -> Field<'m> {
        if let Ok(bit) = u32::try_from(number) {
            self.asked.set(self.asked.get() | 1u128.checked_shl(bit).unwrap_or(0));
        }
        Field { raw: self.raw(number), separators: self.separators }
    }

    /// Says of fields that they need no mapping: they only count or order.
    pub(super) fn pass_over(&self, numbers: &[usize]) {
        for number in numbers {
            self.field(*number);
        }
    }

    /// Says so of all fields: the segment as a whole is told of.
    pub(super) fn pass_over_all(&self) {
        self.asked.set(u128::MAX);
    }

    /// The first component of a field's first repetition.
    pub(super) fn text(&self, number: usize) -> Option<String> {
        self.field(number).first()?.text(1)
    }

    /// The first component of a field, or nothing.
    pub(super) fn code(&self, number: usize) -> String {
        self.text(number).unwrap_or_default()
    }

    /// Where a field stands: `OBX[3]-5`.
    pub(super) fn place(&self, number: usize) -> String {
        format!("{}[{}]-{number}", self.name, self.number)
    }

    /// Where the segment stands: `OBX[3]`.
    pub(super) fn whole(&self) -> String {
        format!("{}[{}]", self.name, self.number)
    }

    /// Was any field asked for?
    pub(super) fn is_read(&self) -> bool {
        self.asked.get() != 0
    }

    /// The numbers of fields that say something and were not asked for.
    pub(super) fn unread(&self) -> Vec<usize> {
        let asked = |number: &usize| {
            u32::try_from(*number)
                .is_ok_and(|bit| self.asked.get() & 1u128.checked_shl(bit).unwrap_or(0) != 0)
        };
        let numbers = self.offset()..self.fields.len() + self.offset();
        numbers.filter(|number| !asked(number) && !self.view(*number).is_empty()).collect()
    }

    /// The numbers of fields with more repetitions than are read.
    pub(super) fn endless(&self) -> Vec<usize> {
        let numbers = self.offset()..self.fields.len() + self.offset();
        numbers
            .filter(|number| self.raw(*number).split(self.separators.repetition).count() > MOST_REPETITIONS)
            .collect()
    }

    fn view(&self, number: usize) -> Field<'m> {
        Field { raw: self.raw(number), separators: self.separators }
    }

    /// In a header the separator itself is the first field.
    fn offset(&self) -> usize {
        if self.name == "MSH" { 2 } else { 1 }
    }

    fn raw(&self, number: usize) -> &'m str {
        number
            .checked_sub(self.offset())
            .and_then(|index| self.fields.get(index))
            .copied()
            .unwrap_or_default()
    }
}

/// One field, with all its repetitions.
#[derive(Clone, Copy)]
pub(super) struct Field<'m> {
    raw: &'m str,
    separators: Separators,
}

impl<'m> Field<'m> {
    /// Says it nothing? `""` deletes what was told before, which for one message means nothing too.
    pub(super) fn is_empty(&self) -> bool {
        let separators = &self.separators;
        let says_something = |letter: char| {
            !letter.is_whitespace()
                && letter != separators.component
                && letter != separators.repetition
                && Some(letter) != separators.subcomponent
        };
        self.raw == "\"\"" || !self.raw.chars().any(says_something)
    }

    /// The repetitions that say something.
    pub(super) fn all(&self) -> impl Iterator<Item = Part<'m>> + use<'m> {
        let separators = self.separators;
        let parts = self.raw.split(separators.repetition).take(MOST_REPETITIONS);
        let parts = parts.map(move |raw| Part { raw, inner: Some(separators.component), separators });
        parts.filter(|part| !part.is_empty())
    }

    /// The first repetition that says something.
    pub(super) fn first(&self) -> Option<Part<'m>> {
        self.all().next()
    }

    /// The whole field as the text it is, repetitions as lines.
    pub(super) fn lines(&self) -> String {
        let lines: Vec<String> = self
            .raw
            .split(self.separators.repetition)
            .map(|line| if line == "\"\"" { String::new() } else { unescape(line, &self.separators) })
            .collect();
        lines.join("\n").trim().to_owned()
    }

    /// The text as it was sent.
    pub(super) fn raw(&self) -> &'m str {
        self.raw
    }
}

/// A repetition of a field with its components, or a component with its subcomponents.
#[derive(Clone, Copy)]
pub(super) struct Part<'m> {
    raw: &'m str,
    /// What parts it further.
    inner: Option<char>,
    separators: Separators,
}

impl<'m> Part<'m> {
    fn is_empty(&self) -> bool {
        Field { raw: self.raw, separators: self.separators }.is_empty()
    }

    /// A component, as a part that has subcomponents.
    pub(super) fn part(&self, number: usize) -> Part<'m> {
        let raw = match self.inner {
            Some(separator) => self.raw.split(separator).nth(number - 1).unwrap_or_default(),
            None if number == 1 => self.raw,
            None => "",
        };
        let inner =
            if self.inner == Some(self.separators.component) { self.separators.subcomponent } else { None };
        Part { raw, inner, separators: self.separators }
    }

    /// The text of a component, of its first subcomponent where it has several.
    pub(super) fn text(&self, number: usize) -> Option<String> {
        let part = self.part(number);
        let raw = match part.inner {
            Some(separator) => part.raw.split(separator).next().unwrap_or_default(),
            None => part.raw,
        };
        self.read(raw)
    }

    /// The text of a subcomponent.
    pub(super) fn sub(&self, number: usize, sub: usize) -> Option<String> {
        self.part(number).text(sub)
    }

    /// All of it as one text.
    pub(super) fn whole(&self) -> Option<String> {
        self.read(self.raw)
    }

    /// All components that say something, as one text.
    pub(super) fn words(&self) -> Option<String> {
        let parts = self
            .raw
            .split(|letter| Some(letter) == self.inner || Some(letter) == self.separators.subcomponent);
        let words: Vec<String> = parts.filter_map(|raw| self.read(raw)).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn read(&self, raw: &str) -> Option<String> {
        let text = unescape(raw, &self.separators);
        (!text.is_empty() && text != "\"\"").then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_its_separators() {
        for (header, expect) in [
            (r"MSH|^~\&|A", Some(r"|^~\&")),
            (r"MSH|^~\&#|A", Some(r"|^~\&")),
            ("MSH$%~*@$A", Some("$%~*@")),
            (r"MSH|^~\|A", Some(r"|^~\")),
            ("MSH|^|A", Some("|^~")),
            ("MSH||A", None),
            ("MSH|", None),
            ("MSH", None),
            (r"MSH|^^\&|A", None),
            ("MSHA^~\\&", None),
            ("MSH|^~ &|", None),
        ] {
            let found = Separators::of(header).map(|read| {
                let all = [
                    Some(read.field),
                    Some(read.component),
                    Some(read.repetition),
                    read.escape,
                    read.subcomponent,
                ];
                all.into_iter().flatten().collect::<String>()
            });
            assert_eq!(found.as_deref(), expect, "{header}");
        }
    }

    #[test]
    fn fields_are_numbered_as_in_the_standard() {
        let separators = Separators::default();
        let header = Segment::of(r"MSH|^~\&|APP|FAC", 1, separators);
        assert_eq!((header.text(3).as_deref(), header.text(4).as_deref()), (Some("APP"), Some("FAC")));
        let pid = Segment::of("PID|1||A^^^X&1.2&ISO~B||Doe&van^J\\T\\K", 2, separators);
        let ids: Vec<_> = pid.field(3).all().map(|id| id.text(1)).collect();
        assert_eq!(ids, [Some("A".to_owned()), Some("B".to_owned())]);
        let id = pid.field(3).first().unwrap();
        assert_eq!(
            (id.text(4).as_deref(), id.sub(4, 2).as_deref(), id.sub(4, 9)),
            (Some("X"), Some("1.2"), None)
        );
        let name = pid.field(5).first().unwrap();
        assert_eq!((name.text(1).as_deref(), name.text(2).as_deref()), (Some("Doe"), Some("J&K")));
        assert_eq!(name.words().as_deref(), Some("Doe van J&K"));
        assert_eq!(pid.place(5), "PID[2]-5");
        assert!(pid.field(40).is_empty() && pid.text(40).is_none());
    }

    #[test]
    fn what_was_not_asked_for_is_known() {
        let segment = Segment::of("PV1|1|I|\"\"|^^|~|x|y", 1, Separators::default());
        segment.pass_over(&[1]);
        segment.field(6);
        assert_eq!(segment.unread(), [2, 7]);
        assert!(segment.is_read());
        let long = Segment::of(&"|a".repeat(200), 1, Separators::default()).unread().len();
        assert!(long > 150, "{long}");
        assert!(Segment::of("PID", 1, Separators::default()).unread().is_empty());
    }
}
