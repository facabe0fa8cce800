//! What an OBX says: its value by its type, and the range beside it.

use super::Conversion;
use super::datatypes::{coded, decimal, is_uri, quantity};
use super::node::Node;
use crate::hl7v2::structure::{Part, Segment};
use crate::hl7v2::{tables, time};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

/// A value as an element of an Observation: `valueQuantity` and its content.
pub(super) type Element = (&'static str, Value);

impl Conversion<'_> {
    /// The values of an OBX; several where it repeats what is no text.
    pub(super) fn values(&mut self, obx: &Segment<'_>) -> Vec<Element> {
        let field = obx.field(5);
        if field.is_empty() {
            return Vec::new();
        }
        let unit = obx.field(6).first();
        match obx.code(2).as_str() {
            "TX" | "FT" | "ST" | "" => {
                let text = Some(field.lines()).filter(|text| !text.is_empty());
                text.map(|text| ("valueString", Value::String(text))).into_iter().collect()
            }
            kind => {
                let kind = kind.to_owned();
                field.all().filter_map(|part| self.value(&kind, &part, unit.as_ref(), obx)).collect()
            }
        }
    }

    fn value(
        &mut self,
        kind: &str,
        part: &Part<'_>,
        unit: Option<&Part<'_>>,
        obx: &Segment<'_>,
    ) -> Option<Element> {
        match kind {
            "NM" | "SI" => number(&part.whole()?, unit).or_else(|| string(part)),
            "SN" => structured(part, unit).or_else(|| string(part)),
            "CQ" => {
                let own = part.part(2);
                decimal(&part.text(1)?)
                    .map(|value| ("valueQuantity", quantity(value, Some(&own))))
                    .or_else(|| string(part))
            }
            "CE" | "CWE" | "CNE" | "CF" | "IS" | "ID" => {
                coded(part).map(|concept| ("valueCodeableConcept", concept))
            }
            "DT" | "TS" | "DTM" => {
                let text = part.text(1)?;
                let read = if kind == "DT" { self.times.date(&text) } else { self.times.date_time(&text) };
                self.or_left_out(read, obx, 5)
                    .map(|time| ("valueDateTime", time.into()))
                    .or_else(|| string(part))
            }
            "TM" => {
                let read = time::time_of_day(&part.text(1)?);
                self.or_left_out(read, obx, 5).map(|time| ("valueTime", time.into())).or_else(|| string(part))
            }
            "DR" => {
                let period = self.period(part.text(1), part.text(2));
                period.map(|period| ("valuePeriod", period)).or_else(|| string(part))
            }
            "NR" => {
                let end = |at: usize| {
                    part.text(at).and_then(|text| decimal(&text)).map(|value| quantity(value, unit))
                };
                between(end(1), end(2)).map(|range| ("valueRange", range)).or_else(|| string(part))
            }
            _ => string(part),
        }
    }
}

fn string(part: &Part<'_>) -> Option<Element> {
    part.words().map(|words| ("valueString", Value::String(words)))
}

/// A number, also one that is only bounded: `<5`.
fn number(text: &str, unit: Option<&Part<'_>>) -> Option<Element> {
    let bare = text.trim_start_matches(['<', '>', '=']).trim_start();
    let comparator = match text[..text.len() - bare.len()].trim_end() {
        "" | "=" => None,
        comparator @ ("<" | ">" | "<=" | ">=") => Some(comparator),
        _ => return None,
    };
    let mut quantity = quantity(decimal(bare)?, unit);
    if let Some(comparator) = comparator {
        quantity["comparator"] = comparator.into();
    }
    Some(("valueQuantity", quantity))
}

/// SN: a comparator, a number, a separator, another number.
fn structured(part: &Part<'_>, unit: Option<&Part<'_>>) -> Option<Element> {
    let comparator = part.text(1).unwrap_or_default();
    let first = part.text(2)?;
    let (separator, second) = (part.text(3).unwrap_or_default(), part.text(4));
    let measure = |text: &str| decimal(text).map(|value| quantity(value, unit));
    match (comparator.as_str(), separator.as_str(), second) {
        (_, "", None) => number(&format!("{comparator}{first}"), unit),
        ("" | "=", "-", Some(second)) => {
            let (low, high) = (measure(&first)?, measure(&second)?);
            between(Some(low), Some(high)).map(|range| ("valueRange", range))
        }
        ("" | "=", ":" | "/", Some(second)) => {
            let bare = |text: &str| decimal(text).map(|value| json!({ "value": value }));
            let ratio = json!({ "numerator": bare(&first)?, "denominator": bare(&second)? });
            Some(("valueRatio", ratio))
        }
        _ => None,
    }
}

fn between(low: Option<Value>, high: Option<Value>) -> Option<Value> {
    let mut node = Node::default();
    node.set("low", low).set("high", high);
    node.some()
}

/// The reference range: its words, and its ends where they are plain numbers.
pub(super) fn reference_range(obx: &Segment<'_>) -> Option<Value> {
    let text = obx.field(7).lines();
    if text.is_empty() {
        return None;
    }
    let unit = obx.field(6).first();
    let (low, high) = ends(&text).unwrap_or_default();
    let measure = |text: Option<&str>| text.and_then(decimal).map(|value| quantity(value, unit.as_ref()));
    let mut node = Node::default();
    node.set("low", measure(low)).set("high", measure(high)).set("text", Some(text.clone()));
    node.some()
}

/// Lower and upper end.
type Ends<'t> = (Option<&'t str>, Option<&'t str>);

/// The ends of a range that is written plainly: `3.5-5.1`, `4.3 to 6.2`, `<5`, `>=60`. The ends of `< 5` and `<= 5`
/// are the same in FHIR; the words beside them keep the difference.
fn ends(text: &str) -> Option<Ends<'_>> {
    let text = text.trim();
    for mark in ["<=", "≤", "<"] {
        if let Some(high) = text.strip_prefix(mark) {
            return plain(high).map(|high| (None, Some(high)));
        }
    }
    for mark in [">=", "≥", ">"] {
        if let Some(low) = text.strip_prefix(mark) {
            return plain(low).map(|low| (Some(low), None));
        }
    }
    let between = |(low, high): (&'_ str, &'_ str)| Some((plain(low)?.len(), plain(high)?.len()));
    for mark in [" to ", "–", " - "] {
        if let Some((low, high)) = text.split_once(mark).filter(|parts| between(*parts).is_some()) {
            return Some((plain(low), plain(high)));
        }
    }
    // The first character may be a sign, so a dash that parts the ends comes later.
    let at = text.char_indices().skip(1).find(|(_, letter)| *letter == '-')?.0;
    let (low, high) = (&text[..at], &text[at + 1..]);
    let is_in_order = |low: &str, high: &str| {
        low.parse::<f64>().is_ok_and(|low| high.parse::<f64>().is_ok_and(|high| low <= high))
    };
    let (low, high) = (plain(low)?, plain(high)?);
    is_in_order(low, high).then_some((Some(low), Some(high)))
}

fn plain(text: &str) -> Option<&str> {
    let text = text.trim();
    decimal(text).is_some().then_some(text)
}

/// ED or RP: a file, or where it lies; `None` where neither is told.
pub(super) fn file(obx: &Segment<'_>, title: Option<&str>) -> Option<Value> {
    let part = obx.field(5).first()?;
    let kind = |at: usize| part.text(at).unwrap_or_default();
    let mut node = Node::default();
    if obx.code(2) == "RP" {
        let place = part.text(1)?;
        node.set("contentType", media_type(&kind(3), &kind(4)));
        if !is_uri(&place) {
            node.set("title", Some(place));
            return node.some();
        }
        node.set("url", Some(place)).set("title", title);
        return node.some();
    }
    let data = part.text(5)?;
    let encoded = match kind(4).to_ascii_uppercase().as_str() {
        "BASE64" => {
            let bare: String = data.chars().filter(|letter| !letter.is_whitespace()).collect();
            BASE64_STANDARD.decode(&bare).ok().map(|_| bare)?
        }
        "HEX" => BASE64_STANDARD.encode(hex(&data)?),
        _ => BASE64_STANDARD.encode(&data),
    };
    let stated = media_type(&kind(2), &kind(3));
    node.set("contentType", stated.or_else(|| (kind(4) == "A").then(|| "text/plain".to_owned())));
    node.set("data", Some(encoded)).set("title", title);
    node.some()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// `image` and `JPEG`, `AP` and `PDF`, `application` and `pdf` as a media type.
fn media_type(kind: &str, subtype: &str) -> Option<String> {
    if let Some(known) = tables::code("media", subtype) {
        return Some(known.to_owned());
    }
    let (kind, subtype) = (kind.to_ascii_lowercase(), subtype.to_ascii_lowercase());
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
    };
    let is_top = ["application", "image", "text", "audio", "video", "multipart"].contains(&kind.as_str());
    if is_top && is_word(&subtype) {
        return Some(format!("{kind}/{subtype}"));
    }
    (subtype == "octet-stream").then(|| "application/octet-stream".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_parted_where_they_are_plain() {
        for (text, expect) in [
            ("3.5-5.1", Some((Some("3.5"), Some("5.1")))),
            ("3.5 - 5.1", Some((Some("3.5"), Some("5.1")))),
            ("4.3 to 6.2", Some((Some("4.3"), Some("6.2")))),
            ("0.0–0.45", Some((Some("0.0"), Some("0.45")))),
            ("-2-2", Some((Some("-2"), Some("2")))),
            ("-5--1", Some((Some("-5"), Some("-1")))),
            ("-5 - -1", Some((Some("-5"), Some("-1")))),
            ("<5", Some((None, Some("5")))),
            ("<= 5.0", Some((None, Some("5.0")))),
            (">60", Some((Some("60"), None))),
            ("≥ 60", Some((Some("60"), None))),
            ("70_105", None),
            ("Negative", None),
            ("5-3", None),
            ("2024-03-01", None),
            ("M: 13-18", None),
            ("10", None),
            ("-", None),
            ("–", None),
            ("", None),
        ] {
            assert_eq!(ends(text), expect, "{text}");
        }
    }

    #[test]
    fn files_are_named_by_media_types() {
        for (kind, subtype, expect) in [
            ("IM", "JPEG", Some("image/jpeg")),
            ("application", "pdf", Some("application/pdf")),
            ("AP", "PDF", Some("application/pdf")),
            ("image", "PICT", Some("image/pict")),
            ("NS", "Octet-stream", Some("application/octet-stream")),
            ("IM", "MRXS", None),
            ("text", "", None),
        ] {
            assert_eq!(media_type(kind, subtype).as_deref(), expect, "{kind} {subtype}");
        }
    }
}
