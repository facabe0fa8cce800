//! How values are said. Facts and answers use the same words, so that an answer can be checked.

use super::read::text;
use salus_fhir::json::Value;

/// A decimal as it is said: as written up to two decimals, longer ones rounded to three significant
/// digits, whole from 100 on.
pub(crate) fn number(written: &str) -> String {
    let decimals = written.split_once('.').map_or(0, |(_, rest)| rest.len());
    if decimals <= 2 && !written.contains(['e', 'E']) {
        return written.to_owned();
    }
    let Ok(value) = written.parse::<f64>() else { return written.to_owned() };
    let size = value.abs();
    let shown = if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else if size >= 0.01 || size == 0.0 {
        format!("{value:.2}")
    } else {
        return written.to_owned();
    };
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
}

/// The written number of a JSON value.
pub(crate) fn written(value: &Value) -> Option<String> {
    value.as_number().map(ToString::to_string)
}

/// The unit of a Quantity as it is said.
pub(crate) fn unit(quantity: &Value) -> Option<String> {
    let unit = text(quantity, "unit").or_else(|| text(quantity, "code"))?;
    if unit.starts_with('{') || unit == "1" {
        return None;
    }
    let said = match unit {
        "mm[Hg]" | "mm Hg" => "mmHg",
        "Cel" | "degC" => "\u{b0}C",
        "[degF]" | "degF" => "\u{b0}F",
        "[lb_av]" => "lb",
        "[in_i]" => "in",
        "/min" | "{beats}/min" | "beats/minute" => "per minute",
        "10*3/uL" => "10\u{b3}/\u{b5}L",
        "10*6/uL" => "10\u{2076}/\u{b5}L",
        "10*9/L" => "10\u{2079}/L",
        "10*12/L" => "10\u{b9}\u{b2}/L",
        "kg/m2" => "kg/m\u{b2}",
        "mL/min/{1.73_m2}" => "mL/min per 1.73 m\u{b2}",
        other => other,
    };
    Some(said.to_owned())
}

/// A number with its unit: "6.8 %", "80 kg".
pub(crate) fn with_unit(number: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("{number} {unit}"),
        None => number.to_owned(),
    }
}

/// "plain name (recorded name)", or the recorded name alone where they say the same.
pub(crate) fn named(plain: &str, recorded: &str) -> String {
    if recorded.is_empty() || plain.eq_ignore_ascii_case(recorded) {
        plain.to_owned()
    } else if plain.is_empty() {
        recorded.to_owned()
    } else {
        format!("{plain} ({recorded})")
    }
}

/// "a, b and c".
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The text with a capital first letter; "eGFR" is written as it is.
pub(crate) fn capital(text: &str) -> String {
    let begins_small = text.chars().next().is_some_and(char::is_lowercase);
    if begins_small && text.chars().nth(1).is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Without the semantic tag of SNOMED CT: "Acute bronchitis (disorder)" → "Acute bronchitis".
pub(crate) fn without_tag(term: &str) -> &str {
    const TAGS: [&str; 8] = [
        "disorder",
        "finding",
        "situation",
        "procedure",
        "substance",
        "product",
        "observable entity",
        "morphologic abnormality",
    ];
    TAGS.iter().find_map(|tag| term.strip_suffix(')')?.strip_suffix(tag)?.strip_suffix(" (")).unwrap_or(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_written_or_rounded() {
        for (written, said) in [
            ("6.8", "6.8"),
            ("1.00", "1.00"),
            ("138.3181484572271", "138"),
            ("75.21494530603356", "75.2"),
            ("3.828766691117385", "3.83"),
            ("0.04567", "0.05"),
            ("0.00012", "0.00012"),
            ("-2.1034", "-2.1"),
            ("120", "120"),
        ] {
            assert_eq!(number(written), said);
        }
    }

    #[test]
    fn names_keep_their_own_capitals() {
        for (text, said) in [("eGFR", "eGFR"), ("high blood pressure", "High blood pressure"), ("pH", "pH")] {
            assert_eq!(capital(text), said);
        }
    }

    #[test]
    fn tags_of_terms_are_left_out() {
        assert_eq!(without_tag("Acute bronchitis (disorder)"), "Acute bronchitis");
        assert_eq!(without_tag("Hypertension"), "Hypertension");
    }

    #[test]
    fn lists_read_like_speech() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(list(&words("a b c")), "a, b and c");
        assert_eq!(list(&words("a b")), "a and b");
    }
}
