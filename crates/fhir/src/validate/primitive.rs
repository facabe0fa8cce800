//! The formats of primitive values (R4 datatypes, §2.24.0.1), and their ranges.
//!
//! The regular expressions of the definitions let through dates that no calendar has; these rules do not. A test
//! holds both against each other.

use crate::json::Value;
use crate::reference::is_id;
use serde_json::Number;

/// The longest string FHIR allows, in bytes (1 MB).
const MAX_STRING: usize = 1024 * 1024;

/// Is this JSON value a legal value of the primitive type? If not, what is expected, as the end of
/// "… must be".
pub(super) fn check(type_name: &str, value: &Value) -> Result<(), &'static str> {
    let is_legal = match (type_name, value) {
        ("boolean", value) => return expect(value.is_boolean(), "true or false, without quotes"),
        ("integer" | "unsignedInt" | "positiveInt", Value::Number(number)) => {
            return integer(type_name, number);
        }
        ("decimal", Value::Number(number)) => {
            return expect(
                number.as_f64().is_some_and(f64::is_finite),
                "a number that is not beyond all bounds",
            );
        }
        ("integer" | "unsignedInt" | "positiveInt" | "decimal", _) => {
            return Err("a JSON number, without quotes");
        }
        (_, Value::String(text)) => is_legal_text(type_name, text),
        _ => return Err("a text in double quotes"),
    };
    expect(is_legal, format_of(type_name))
}

fn expect(is_legal: bool, expected: &'static str) -> Result<(), &'static str> {
    if is_legal { Ok(()) } else { Err(expected) }
}

fn integer(type_name: &str, number: &Number) -> Result<(), &'static str> {
    let (range, expected) = match type_name {
        "positiveInt" => (1..=i64::from(i32::MAX), "a whole number from 1 to 2147483647"),
        "unsignedInt" => (0..=i64::from(i32::MAX), "a whole number from 0 to 2147483647"),
        _ => (i64::from(i32::MIN)..=i64::from(i32::MAX), "a whole number from -2147483648 to 2147483647"),
    };
    expect(number.as_i64().is_some_and(|value| range.contains(&value)), expected)
}

/// What a text of this type looks like, as the end of "… must be".
fn format_of(type_name: &str) -> &'static str {
    match type_name {
        "date" => "a date that the calendar has: YYYY, YYYY-MM or YYYY-MM-DD",
        "dateTime" => {
            "a date that the calendar has: YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with a time zone (Z or +hh:mm)"
        }
        "instant" => "a date and time to the second with a time zone: YYYY-MM-DDThh:mm:ss.sss+hh:mm",
        "time" => "a time of day: hh:mm:ss",
        "id" => "1 to 64 letters, digits, '-' or '.'",
        "code" => "a code: not empty, no blanks at its ends, and only single blanks inside",
        "oid" => "an OID: urn:oid:1.2.3",
        "uuid" => "a UUID: urn:uuid: and 36 lower-case characters",
        "uri" | "url" | "canonical" => {
            "a URI: not empty, no blanks, and well-formed if it is a urn:uuid or urn:oid"
        }
        "base64Binary" => "base64: groups of four letters, digits, '+' or '/', padded with '='",
        _ => "a text that is not empty or blank, has no control characters and is shorter than 1 MB",
    }
}

fn is_legal_text(type_name: &str, text: &str) -> bool {
    match type_name {
        "date" => date(text.as_bytes()),
        "dateTime" => date(text.as_bytes()) || instant(text.as_bytes()),
        "instant" => instant(text.as_bytes()),
        "time" => time(text.as_bytes()),
        "id" => is_id(text),
        "code" => code(text),
        "oid" => oid(text),
        "uuid" => text.strip_prefix("urn:uuid:").is_some_and(|id| uuid(id, false)),
        "uri" | "url" | "canonical" => uri(text),
        "base64Binary" => base64(text.as_bytes()),
        _ => string(text),
    }
}

fn string(text: &str) -> bool {
    let is_allowed = |byte: u8| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r');
    text.len() <= MAX_STRING
        && text.bytes().all(is_allowed)
        && text.bytes().any(|byte| !byte.is_ascii_whitespace())
}

fn code(text: &str) -> bool {
    text.split(char::is_whitespace).all(|word| !word.is_empty())
}

fn uri(text: &str) -> bool {
    if let Some(id) = text.strip_prefix("urn:uuid:") {
        return uuid(id, true);
    }
    if text.starts_with("urn:oid:") {
        return oid(text.split(['#', '|']).next().unwrap_or(text));
    }
    !text.is_empty() && !text.contains(char::is_whitespace)
}

fn oid(text: &str) -> bool {
    let Some(number) = text.strip_prefix("urn:oid:") else { return false };
    let mut arcs = number.split('.');
    let is_number = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|byte| byte.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    matches!(arcs.next(), Some("0" | "1" | "2")) && number.contains('.') && arcs.all(is_number)
}

fn uuid(text: &str, or_upper_case: bool) -> bool {
    let is_hex =
        |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f') || (or_upper_case && byte.is_ascii_hexdigit());
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => is_hex(byte),
        })
}

fn base64(text: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut count = 0_usize;
    let mut padding = 0_usize;
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => padding += 1,
            digit if is_digit(digit) && padding == 0 => {}
            _ => return false,
        }
        count += 1;
    }
    count > 0 && count.is_multiple_of(4) && padding <= 2
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn date(text: &[u8]) -> bool {
    let (Some(year), rest) = (digits(text, 0, 4), text.len()) else { return false };
    let month = digits(text, 5, 2).filter(|month| (1..=12).contains(month));
    match rest {
        4 => year > 0,
        7 => year > 0 && text[4] == b'-' && month.is_some(),
        10 => {
            let is_real =
                |month| digits(text, 8, 2).is_some_and(|day| day >= 1 && day <= last_day(year, month));
            year > 0 && text[4] == b'-' && text[7] == b'-' && month.is_some_and(is_real)
        }
        _ => false,
    }
}

fn last_day(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `YYYY-MM-DDThh:mm:ss`, fractions, and a time zone.
fn instant(text: &[u8]) -> bool {
    if text.len() < 20 || text[10] != b'T' || !date(&text[..10]) {
        return false;
    }
    let rest = &text[11..];
    let Some(zone) = rest.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-')) else { return false };
    time(&rest[..zone]) && time_zone(&rest[zone..])
}

fn time_zone(text: &[u8]) -> bool {
    if text == b"Z" {
        return true;
    }
    let (Some(hours), Some(minutes)) = (digits(text, 1, 2), digits(text, 4, 2)) else { return false };
    text.len() == 6 && text[3] == b':' && minutes < 60 && (hours < 14 || (hours == 14 && minutes == 0))
}

/// `hh:mm:ss` and fractions; 60 is a leap second.
fn time(text: &[u8]) -> bool {
    let (Some(hours), Some(minutes), Some(seconds)) =
        (digits(text, 0, 2), digits(text, 3, 2), digits(text, 6, 2))
    else {
        return false;
    };
    let fraction = &text[8..];
    let is_fraction = match fraction.split_first() {
        None => true,
        Some((b'.', digits)) => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    text[2] == b':' && text[5] == b':' && hours < 24 && minutes < 60 && seconds <= 60 && is_fraction
}

fn digits(text: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = text.get(at..at + count)?;
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defs::type_def;

    /// Texts, with `+` where they are legal and `-` where not; `!` where our rule is right to refuse what the
    /// definitions' regular expression lets through.
    const TEXTS: [(&str, &str, &str); 24] = [
        ("date", "+", "1905 1970-02 1970-02-28 2024-02-29 2000-02-29"),
        (
            "date",
            "-",
            "0000 197 1970-2 1970-13 1970-00 1970-02-00 1970-02-32 70-02-28 1970-02-28T 1970/02/28 abcd",
        ),
        ("date", "!", "2023-02-29 1900-02-29 2024-04-31"),
        ("dateTime", "+", "1970 1970-02 1970-02-28 1970-02-28T10:00:00Z 1970-02-28T23:59:60.123456789+14:00"),
        (
            "dateTime",
            "-",
            "1970-02-28T10:00:00 1970-02-28T10:00Z 1970-02-28T24:00:00Z 1970-02-28T10:00:00+14:30",
        ),
        (
            "dateTime",
            "-",
            "1970-02-28T10:00:00.Z 1970-02-28T1é:00:00Z 1970-02-28T10:00:00+1400 1970-02-28t10:00:00Z",
        ),
        ("dateTime", "!", "1970-02-30T10:00:00Z"),
        ("instant", "+", "2015-02-07T13:28:17.239+02:00 2017-01-01T00:00:00Z 2017-01-01T00:00:00-05:00"),
        ("instant", "-", "2015 2015-02-07 2015-02-07T13:28:17 2015-02-07T13:28Z Z ZZZZZZZZZZZZZZZZZZZZZZZZ"),
        ("time", "+", "00:00:00 23:59:60 12:30:00.5"),
        ("time", "-", "12:30 24:00:00 12:60:00 12:30:61 12:30:00Z 12:30:00. 1:30:00 12-30-00"),
        ("id", "+", "a A-1.b 0123456789012345678901234567890123456789012345678901234567890123"),
        ("id", "-", "a_b é 01234567890123456789012345678901234567890123456789012345678901234"),
        ("code", "+", "a final entered-in-error"),
        ("oid", "+", "urn:oid:1.2.3 urn:oid:2.16.840.1.113883"),
        ("oid", "-", "1.2.3 urn:oid:3.2 urn:oid:1.02 urn:oid: urn:oid:1. urn:oid:1.2.x"),
        ("uuid", "+", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
        (
            "uuid",
            "-",
            "c757873d-ec9a-4326-a141-556f43239520 urn:uuid:C757873d-ec9a-4326-a141-556f43239520 urn:uuid:1",
        ),
        ("uri", "+", "http://x urn:uuid:C757873D-ec9a-4326-a141-556f43239520 a #x urn:oid:1.2"),
        ("uri", "!", "urn:uuid:1 urn:oid:1.x"),
        ("base64Binary", "+", "AAAA YQ== YWI= +/+/"),
        ("base64Binary", "-", "A AAA é AAAAA"),
        ("base64Binary", "!", "A=== ==== =AAA AA=A"),
        ("string", "+", "a é 😀"),
    ];

    #[test]
    fn texts_are_judged_as_the_definitions_do_or_more_strictly() {
        for (type_name, verdict, texts) in TEXTS {
            let pattern = type_def(type_name).unwrap().pattern.unwrap();
            let pattern = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            for text in texts.split(' ') {
                assert_eq!(is_legal_text(type_name, text), verdict == "+", "{type_name}: {text}");
                assert_eq!(
                    pattern.is_match(text),
                    verdict != "-",
                    "the regular expression of {type_name}: {text}"
                );
            }
        }
    }

    #[test]
    fn texts_with_blanks() {
        for (type_name, text, expect) in [
            ("code", "two words", true),
            ("code", "two  words", false),
            ("code", " code", false),
            ("code", "", false),
            ("string", " a\n\tb ", true),
            ("string", "", false),
            ("string", " \n", false),
            ("string", "a\u{1}", false),
            ("markdown", "# a", true),
            ("uri", "", false),
            ("uri", "http://a b", false),
            ("base64Binary", "YQ\n==", true),
            ("base64Binary", "", false),
        ] {
            assert_eq!(is_legal_text(type_name, text), expect, "{type_name}: {text:?}");
        }
    }

    #[test]
    fn numbers_have_ranges() {
        for (type_name, number, expect) in [
            ("integer", "-2147483648", true),
            ("integer", "2147483648", false),
            ("integer", "1.0", false),
            ("integer", "1e2", false),
            ("unsignedInt", "0", true),
            ("unsignedInt", "-1", false),
            ("positiveInt", "0", false),
            ("positiveInt", "1", true),
            ("decimal", "1.00", true),
            ("decimal", "-1e-10", true),
            ("decimal", "1e400", false),
            ("decimal", "\"1\"", false),
            ("boolean", "true", true),
            ("boolean", "\"true\"", false),
            ("string", "1", false),
        ] {
            let value = crate::json::parse(number.as_bytes()).unwrap();
            assert_eq!(check(type_name, &value).is_ok(), expect, "{type_name}: {number}");
        }
    }
}
