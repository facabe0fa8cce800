//! JSON text to value, without losing a digit.
//!
//! FHIR asks more of JSON than a general reader gives: `1.0` and `1.00` are different facts, and a member that
//! is there twice is a fault, not a choice between two values. The reader is our own because `serde_json`
//! cannot tell a number from an object under its exact-decimal mode, and keeps the last of two members silently.

pub use serde_json::{Map, Value};

use crate::outcome::{Issue, IssueCode, Severity};
use serde_json::Number;
use std::str::FromStr;

/// How deep objects and arrays may be nested.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not JSON that Salus reads, and where: both counted from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct ParseError {
    /// The line of the fault.
    pub line: usize,
    /// The column of the fault.
    pub column: usize,
    /// The fault.
    pub fault: Fault,
}

/// What can be wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A byte that is no UTF-8.
    #[error("the text is not UTF-8 from here on")]
    NotUtf8,
    /// The text is cut off.
    #[error("the text ends here, but {0} was expected")]
    Truncated(&'static str),
    /// Something else stands where this was expected.
    #[error("{0} was expected here")]
    Expected(&'static str),
    /// An object has two members of one name.
    #[error("the member \"{0}\" is there twice in one object")]
    DuplicateKey(String),
    /// Nested too deep.
    #[error("objects and arrays are nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A control character inside a string.
    #[error("a control character in a string must be escaped")]
    ControlCharacter,
    /// `\` with something that it does not go with.
    #[error("this is no escape sequence of JSON")]
    BadEscape,
    /// Half of a surrogate pair.
    #[error("half of a surrogate pair stands alone")]
    LoneSurrogate,
    /// The document is followed by something.
    #[error("the document has ended, but more text follows")]
    TrailingText,
}

impl ParseError {
    /// The issue to answer with.
    pub fn issue(&self) -> Issue {
        Issue {
            severity: Severity::Fatal,
            code: IssueCode::Structure,
            expression: None,
            diagnostics: format!("This is not a JSON document that can be read: {self}."),
        }
    }
}

/// Reads one JSON document. Numbers keep all their digits (an exponent is rewritten as `e+2`), members their
/// order; a byte order mark is passed over.
pub fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(locate(bytes, error.valid_up_to(), Fault::NotUtf8)),
    };
    let mut reader =
        Reader { text, bytes: text.as_bytes(), at: if text.starts_with('\u{FEFF}') { 3 } else { 0 } };
    reader.document().map_err(|fault| locate(bytes, reader.at, fault))
}

fn locate(bytes: &[u8], at: usize, fault: Fault) -> ParseError {
    let before = &bytes[..at.min(bytes.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    ParseError { line, column, fault }
}

type Read<T> = Result<T, Fault>;

/// Reads from the front; on a fault, `at` is where it is.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Value> {
        let value = self.value(0)?;
        self.skip_space();
        if self.at < self.bytes.len() { Err(Fault::TrailingText) } else { Ok(value) }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        const EXPECTED: &str = "a value (an object, array, string, number, true, false or null)";
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            other => Err(missing(other, EXPECTED)),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        let depth = self.descend(depth)?;
        let mut members = Map::new();
        if self.takes(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(missing(self.peek(), "the name of a member in double quotes"));
            }
            let name = self.string()?;
            if members.contains_key(&name) {
                self.at = start;
                return Err(Fault::DuplicateKey(name.chars().take(64).collect()));
            }
            if !self.takes(b':') {
                return Err(missing(self.peek(), "a colon"));
            }
            let value = self.value(depth)?;
            members.insert(name, value);
            if self.takes(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.takes(b',') {
                return Err(missing(self.peek(), "a comma or the end of the object"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        let depth = self.descend(depth)?;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.takes(b']') {
                return Ok(Value::Array(items));
            }
            if !self.takes(b',') {
                return Err(missing(self.peek(), "a comma or the end of the array"));
            }
        }
    }

    /// Passes the opening bracket.
    fn descend(&mut self, depth: usize) -> Read<usize> {
        if depth == MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.at += 1;
        Ok(depth + 1)
    }

    fn word(&mut self, word: &'static str, value: Value) -> Read<Value> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Fault::Expected("true, false, null or a text in double quotes"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let number = Number::from_str(&self.text[start..self.at]);
        number.map(Value::Number).map_err(|_| Fault::Expected("a number"))
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(missing(self.peek(), "a digit")) } else { Ok(()) }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            let plain = &self.text[start..self.at];
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if text.is_empty() {
                        return Ok(plain.to_owned());
                    }
                    text.push_str(plain);
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(plain);
                    text.push(self.escape()?);
                }
                Some(_) => return Err(Fault::ControlCharacter),
                None => return Err(Fault::Truncated("the closing quote of a string")),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return Err(Fault::BadEscape),
            None => return Err(Fault::Truncated("the rest of an escape sequence")),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Read<char> {
        let high = self.code_unit(self.at)?;
        if !(0xD800..0xE000).contains(&high) {
            self.at += 6;
            return char::from_u32(high).ok_or(Fault::BadEscape);
        }
        let is_pair = high < 0xDC00 && self.bytes[self.at + 6..].starts_with(b"\\u");
        let low = if is_pair { self.code_unit(self.at + 6)? } else { 0 };
        if !(0xDC00..0xE000).contains(&low) {
            return Err(Fault::LoneSurrogate);
        }
        self.at += 12;
        char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or(Fault::BadEscape)
    }

    /// The four hexadecimal digits of the `\uXXXX` at `at`.
    fn code_unit(&self, at: usize) -> Read<u32> {
        let digits = self.bytes.get(at + 2..at + 6).ok_or(Fault::Truncated("four hexadecimal digits"))?;
        digits.iter().try_fold(0, |unit, digit| {
            char::from(*digit).to_digit(16).map(|value| unit * 16 + value).ok_or(Fault::BadEscape)
        })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Passes over space and then this byte, if it is there.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }
}

fn missing(found: Option<u8>, expected: &'static str) -> Fault {
    if found.is_some() { Fault::Expected(expected) } else { Fault::Truncated(expected) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in [
            "1.00",
            "-0.0",
            "1.50e+2",
            "123456789012345678901234567890.10",
            "{\"b\":1.0,\"a\":[true,false,null,{}]}",
            "\"Zoë 😀\"",
            "[]",
            r#"{"$serde_json::private::Number":"1"}"#,
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
        }
        assert_eq!(parse(br#" "\u00e9\ud83d\ude00\/\n" "#).unwrap(), Value::from("é😀/\n"));
        assert_eq!(parse(b"\xEF\xBB\xBF{}").unwrap(), Value::Object(Map::new()));
    }

    #[track_caller]
    fn check(text: &str, line: usize, column: usize, fault: Fault) {
        assert_eq!(parse(text.as_bytes()), Err(ParseError { line, column, fault }), "{text}");
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        use Fault::{BadEscape, ControlCharacter, Expected, LoneSurrogate, TrailingText, Truncated};
        let value = "a value (an object, array, string, number, true, false or null)";
        check("", 1, 1, Truncated(value));
        check("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}", 3, 2, Fault::DuplicateKey("a".into()));
        check("{\"a\": [1, 2", 1, 12, Truncated("a comma or the end of the array"));
        check("{\"a\": 1", 1, 8, Truncated("a comma or the end of the object"));
        check("{\"a\"", 1, 5, Truncated("a colon"));
        check("{\"é\" 1}", 1, 6, Expected("a colon"));
        check("{a: 1}", 1, 2, Expected("the name of a member in double quotes"));
        check("{\"a\": 1,}", 1, 9, Expected("the name of a member in double quotes"));
        check("[1,]", 1, 4, Expected(value));
        check("// note\n{}", 1, 1, Expected(value));
        check("nul", 1, 1, Expected("true, false, null or a text in double quotes"));
        check("{} {}", 1, 4, TrailingText);
        check("01", 1, 2, TrailingText);
        check("1.", 1, 3, Truncated("a digit"));
        check("-x", 1, 2, Expected("a digit"));
        check("1e+", 1, 4, Truncated("a digit"));
        check("\"abc", 1, 5, Truncated("the closing quote of a string"));
        check("\"a\tb\"", 1, 3, ControlCharacter);
        check(r#""\x""#, 1, 2, BadEscape);
        check(r#""\u12x4""#, 1, 2, BadEscape);
        check(r#""\u12"#, 1, 2, Truncated("four hexadecimal digits"));
        check(r#""\ud83d""#, 1, 2, LoneSurrogate);
        check(r#""\ude00""#, 1, 2, LoneSurrogate);
        let error = parse(b"{\"a\": \"\xff\"}").unwrap_err();
        assert_eq!((error.line, error.column, error.fault), (1, 8, Fault::NotUtf8));
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(parse(&nested(MAX_DEPTH + 1)).unwrap_err().fault, Fault::TooDeep);
        assert_eq!(parse(&vec![b'['; 1_000_000]).unwrap_err().fault, Fault::TooDeep);
    }

    proptest! {
        /// Whatever the bytes, the reader answers, and it reads nothing that `serde_json` does not.
        #[test]
        fn it_agrees_with_serde_json(text in r#"[\[\]{}:,"\\u0-9a-ftrnulse.+\- \n]{0,40}"#) {
            match (parse(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Ok(_), Err(error)) => prop_assert!(false, "{} read, but: {}", text, error),
                (Err(error), Ok(_)) => prop_assert!(
                    matches!(error.fault, Fault::DuplicateKey(_)), "{} refused: {}", text, error
                ),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn it_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
