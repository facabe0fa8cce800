//! PQ, IVL_PQ, RTO and plain numbers.

use super::fields::Fields;
use super::tables::mapped;
use super::tree::Element;
use salus_fhir::json;
use serde_json::{Value, json};

pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// A number with all its digits.
pub(super) fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let (sign, bare) = match text.strip_prefix('-') {
        Some(bare) => ("-", bare),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !bare.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let (whole, rest) = bare.split_at(bare.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(bare.len()));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = if rest == "." { "" } else { rest };
    let number = json::parse(format!("{sign}{whole}{rest}").as_bytes()).ok()?;
    number.as_f64().is_some_and(f64::is_finite).then_some(number)
}

/// PQ, also without a unit.
pub(super) fn quantity(element: &Element) -> Option<Value> {
    if let Some(value) = element.attr("value").and_then(number) {
        return with_unit(Fields::default().with("value", Some(value)), element.attr("unit")).value();
    }
    // A unit that UCUM does not have stands in a translation.
    let translation = element.all("translation").find(|translation| translation.attr("value").is_some())?;
    let value = number(translation.attr("value")?)?;
    let unit = translation.child("originalText").map(Element::words).filter(|words| !words.is_empty());
    let unit = unit.or_else(|| translation.attr("displayName").map(str::to_owned));
    let unit = unit.or_else(|| translation.attr("code").map(str::to_owned));
    Fields::default().with("value", Some(value)).with("unit", unit).value()
}

fn with_unit(quantity: Fields, unit: Option<&str>) -> Fields {
    match unit {
        None => quantity,
        Some(unit) if is_ucum(unit) => {
            quantity.with("unit", Some(unit)).with("system", Some(UCUM)).with("code", Some(unit))
        }
        Some(unit) => quantity.with("unit", Some(unit)),
    }
}

/// Whether a unit can be a code of UCUM, as it should: no bare word of UCUM is longer than its prefix and unit, and some
/// short words are known not to be.
fn is_ucum(unit: &str) -> bool {
    const LONGEST: usize = 4;
    let is_bare = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_word = |word: &str| {
        is_bare(word) && (word.len() > LONGEST || mapped("not-ucum", &word.to_ascii_lowercase()).is_some())
    };
    unit.bytes().all(|byte| byte.is_ascii_graphic()) && !unit.split(['.', '/', '(', ')']).any(is_word)
}

/// IVL_PQ with two ends, as a Range.
pub(super) fn range(element: &Element) -> Option<Value> {
    let end = |name: &str| element.stated(name).and_then(quantity);
    Fields::default().with("low", end("low")).with("high", end("high")).value()
}

/// A value that may be a number or an interval, under the name `prefix` + type: `valueQuantity`, `valueRange`.
/// An interval with one end is a quantity with a comparator.
pub(super) fn amount(prefix: &str, element: &Element) -> Option<(String, Value)> {
    if let Some(quantity) = quantity(element) {
        return Some((format!("{prefix}Quantity"), quantity));
    }
    let open = |name: &str, inside: &str, outside: &str| {
        let end = element.stated(name)?;
        let mut quantity = quantity(end)?;
        let comparator = if end.attr("inclusive") == Some("false") { outside } else { inside };
        quantity["comparator"] = json!(comparator);
        Some(quantity)
    };
    match (open("low", ">=", ">"), open("high", "<=", "<")) {
        (Some(_), Some(_)) => Some((format!("{prefix}Range"), range(element)?)),
        (Some(one), None) | (None, Some(one)) => Some((format!("{prefix}Quantity"), one)),
        (None, None) => None,
    }
}

/// RTO as a Ratio.
pub(super) fn ratio(element: &Element) -> Option<Value> {
    let part = |name: &str| element.stated(name).and_then(quantity);
    let ratio = Fields::default().with("numerator", part("numerator"));
    (part("numerator").is_some() && part("denominator").is_some())
        .then(|| ratio.with("denominator", part("denominator")).value())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccda::tests::element;

    #[test]
    fn a_number_keeps_its_digits() {
        for (text, expect) in [
            ("12.0", Some("12.0")),
            ("007", Some("7")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("+3", Some("3")),
            ("-0.10", Some("-0.10")),
            ("1e3", Some("1e+3")),
            ("1e400", None),
            ("1,5", None),
            ("about 3", None),
            (">5", None),
            ("", None),
        ] {
            assert_eq!(number(text).map(|value| value.to_string()).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn amounts_have_their_units_and_ends() {
        let mm = json!({ "value": 120, "unit": "mm[Hg]", "system": UCUM, "code": "mm[Hg]" });
        for (xml, name, expect) in [
            (r#"<v value="120" unit="mm[Hg]"/>"#, "valueQuantity", mm),
            (r#"<v value="2"/>"#, "valueQuantity", json!({ "value": 2 })),
            (
                r#"<v value="2" unit="puffs a day"/>"#,
                "valueQuantity",
                json!({ "value": 2, "unit": "puffs a day" }),
            ),
            (
                r#"<v nullFlavor="OTH"><translation value="6"><originalText>drops</originalText></translation></v>"#,
                "valueQuantity",
                json!({ "value": 6, "unit": "drops" }),
            ),
            (
                r#"<v><low value="1" unit="g"/><high value="2" unit="g"/></v>"#,
                "valueRange",
                json!({ "low": { "value": 1, "unit": "g", "system": UCUM, "code": "g" },
                        "high": { "value": 2, "unit": "g", "system": UCUM, "code": "g" } }),
            ),
            (r#"<v><low value="92"/></v>"#, "valueQuantity", json!({ "value": 92, "comparator": ">=" })),
            (
                r#"<v><low nullFlavor="NA"/><high value="5" inclusive="false"/></v>"#,
                "valueQuantity",
                json!({ "value": 5, "comparator": "<" }),
            ),
        ] {
            assert_eq!(amount("value", &element(xml)), Some((name.to_owned(), expect)), "{xml}");
        }
        for xml in [r#"<v nullFlavor="UNK"/>"#, r#"<v value="trace"/>"#, "<v/>"] {
            assert_eq!(amount("value", &element(xml)), None, "{xml}");
        }
    }
}
