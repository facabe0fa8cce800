//! From the bytes of a file to resources, in blocks that fit into memory.

use super::foreign::{self, Messages};
use super::report::Fault;
use flate2::read::MultiGzDecoder;
use salus_fhir::json::{self, Value};
use std::io::{BufRead, BufReader, Read};

/// The most bytes of one line of NDJSON.
const LONGEST_LINE: u64 = 64 << 20;
/// Lines in a block of NDJSON.
const BLOCK: usize = 1_000;

/// A resource, or why there is none, and where it stands in its file.
pub(super) struct Entry {
    pub(super) place: String,
    pub(super) full_url: Option<String>,
    pub(super) resource: Result<Value, String>,
    /// Only told of in passing: stored where there is none of its id, never over one that is known.
    pub(super) is_mentioned: bool,
}

impl Entry {
    /// A resource that is told of for its own sake.
    pub(super) fn told(place: String, resource: Result<Value, String>) -> Self {
        Self { place, full_url: None, resource, is_mentioned: false }
    }
}

/// A part of a file that is stored together.
#[derive(Default)]
pub(super) struct Block {
    pub(super) entries: Vec<Entry>,
    /// What of messages and documents is not taken over.
    pub(super) left_out: Vec<Fault>,
}

/// A file that is being read.
pub(super) enum Source {
    /// All that is left of it, at once: references among the entries may go anywhere.
    Whole(Block),
    /// Message by message.
    Messages(Messages),
    /// Line by line.
    Lines(Lines),
}

/// The rest of an NDJSON file.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    line: usize,
}

impl Source {
    /// Begins to read; `is_lines` where the name says NDJSON. Unpacks gzip by its first bytes; a document of more than
    /// `longest` bytes, unpacked, is refused.
    ///
    /// # Errors
    /// Why the file as a whole cannot be read.
    pub(super) fn open(
        bytes: impl Read + Send + 'static,
        is_lines: bool,
        longest: u64,
    ) -> Result<Self, String> {
        let mut reader = BufReader::with_capacity(1 << 16, bytes);
        let start = reader.fill_buf().map_err(|error| format!("cannot be read: {error}"))?;
        let reader: Box<dyn BufRead + Send> = match start.starts_with(&[0x1f, 0x8b]) {
            true => Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader))),
            false => Box::new(reader),
        };
        if is_lines { Ok(Self::Lines(Lines { reader, line: 0 })) } else { document(reader, longest) }
    }

    /// The next block; none at the end.
    pub(super) fn next_block(&mut self) -> Option<Block> {
        match self {
            Self::Whole(block) if block.entries.is_empty() && block.left_out.is_empty() => None,
            Self::Whole(block) => Some(std::mem::take(block)),
            Self::Messages(messages) => messages.next(),
            Self::Lines(lines) => {
                let entries = lines.block();
                (!entries.is_empty()).then(|| Block { entries, ..Block::default() })
            }
        }
    }

    /// The same with all messages in one block, so that it shows whether they are about one patient.
    pub(super) fn at_once(self) -> Self {
        match self {
            Self::Messages(messages) => {
                let mut whole = Block::default();
                for block in messages {
                    whole.entries.extend(block.entries);
                    whole.left_out.extend(block.left_out);
                }
                Self::Whole(whole)
            }
            other => other,
        }
    }
}

fn document(reader: Box<dyn BufRead + Send>, longest: u64) -> Result<Source, String> {
    let mut bytes = Vec::new();
    let read = reader.take(longest + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > longest {
        let most = longest >> 20;
        return Err(format!("is larger than {most} MiB: split the bundle, or write it as NDJSON"));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty".to_owned());
    }
    if let Some(source) = foreign::open(&bytes) {
        return source;
    }
    match json::parse(&bytes) {
        Ok(resource) => entries(resource).map(|entries| Source::Whole(Block { entries, ..Block::default() })),
        Err(_) if looks_like_lines(&bytes) => {
            Ok(Source::Lines(Lines { reader: Box::new(std::io::Cursor::new(bytes)), line: 0 }))
        }
        Err(error) => Err(format!("is not valid JSON: {error}")),
    }
}

/// Whether the first line is a resource of its own.
fn looks_like_lines(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.iter().all(u8::is_ascii_whitespace));
    first.is_some_and(|line| json::parse(line).is_ok_and(|value| value.get("resourceType").is_some()))
}

/// The entries of a bundle, or the one resource.
fn entries(resource: Value) -> Result<Vec<Entry>, String> {
    if resource.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return Ok(vec![Entry::told(String::new(), Ok(resource))]);
    }
    if resource.get("type").and_then(Value::as_str) == Some("history") {
        return Err(
            "is a bundle of type `history`: only the current state of a record can be imported".to_owned()
        );
    }
    let Value::Object(mut bundle) = resource else { return Ok(Vec::new()) };
    let found = match bundle.remove("entry") {
        Some(Value::Array(found)) => found,
        None => Vec::new(),
        Some(_) => return Err("has an `entry` that is no list".to_owned()),
    };
    Ok(found.into_iter().enumerate().map(|(index, entry)| of_bundle(index, entry)).collect())
}

fn of_bundle(index: usize, mut entry: Value) -> Entry {
    let full_url = entry.get("fullUrl").and_then(Value::as_str).map(str::to_owned);
    let resource = match entry.get_mut("resource").map(Value::take) {
        Some(resource) => Ok(resource),
        None => Err("The entry has no resource.".to_owned()),
    };
    Entry { full_url, ..Entry::told(format!("entry[{index}]"), resource) }
}

impl Lines {
    fn block(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut bytes = Vec::new();
        while entries.len() < BLOCK {
            bytes.clear();
            self.line += 1;
            let place = format!("line {}", self.line);
            match self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
                Ok(0) => break,
                Ok(_) if bytes.iter().all(u8::is_ascii_whitespace) => {}
                Ok(read) if read as u64 == LONGEST_LINE => {
                    entries.push(faulty(place, "The line is longer than 64 MiB; what follows was not read."));
                    self.reader = Box::new(std::io::empty());
                }
                Ok(_) => {
                    let resource =
                        json::parse(&bytes).map_err(|error| format!("This is not valid JSON: {error}"));
                    entries.push(Entry::told(place, resource));
                }
                Err(error) => {
                    entries.push(faulty(place, &format!("The file cannot be read on from here: {error}")));
                    self.reader = Box::new(std::io::empty());
                }
            }
        }
        entries
    }
}

fn faulty(place: String, reason: &str) -> Entry {
    Entry::told(place, Err(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn read(bytes: &[u8], is_lines: bool) -> Result<Vec<(String, bool)>, String> {
        let mut source = Source::open(Cursor::new(bytes.to_vec()), is_lines, 1 << 10)?;
        let mut all = Vec::new();
        while let Some(block) = source.next_block() {
            all.extend(block.entries.into_iter().map(|entry| (entry.place, entry.resource.is_ok())));
        }
        Ok(all)
    }

    #[track_caller]
    fn check(bytes: &[u8], expect: &[(&str, bool)]) {
        let expect: Vec<_> = expect.iter().map(|(place, is_ok)| ((*place).to_owned(), *is_ok)).collect();
        assert_eq!(read(bytes, false), Ok(expect));
    }

    const PATIENT: &str = r#"{"resourceType":"Patient"}"#;

    #[test]
    fn a_resource_a_bundle_and_lines_are_told_apart() {
        check(PATIENT.as_bytes(), &[("", true)]);
        let bundle =
            format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{{"resource":{PATIENT}}},{{}}]}}"#);
        check(bundle.as_bytes(), &[("entry[0]", true), ("entry[1]", false)]);
        let lines = format!("{PATIENT}\n\n{{\"resourceType\":\n{PATIENT}");
        check(lines.as_bytes(), &[("line 1", true), ("line 3", false), ("line 4", true)]);
        check(br#"{"resourceType":"Bundle","type":"collection"}"#, &[]);
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(PATIENT.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        check(&packed, &[("", true)]);
        assert!(read(&packed[..packed.len() / 2], false).is_err());
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (bytes, reason) in [
            ("", "is empty"),
            ("  \n", "is empty"),
            ("%PDF-1.7", "is not valid JSON"),
            (r#"{"resourceType":"Patient""#, "is not valid JSON"),
            (r#"{"resourceType":"Bundle","type":"history"}"#, "is a bundle of type `history`"),
            (r#"{"resourceType":"Bundle","entry":{}}"#, "has an `entry` that is no list"),
            (&format!("[{}]", " ".repeat(1 << 10)), "is larger than"),
        ] {
            let told = read(bytes.as_bytes(), false).unwrap_err();
            assert!(told.starts_with(reason), "{bytes}: {told}");
        }
    }
}
