//! The date a document says it is of, where it says so plainly.

use super::layer::Layer;
use crate::when::month_number;
use crate::words::tokens;
use jiff::civil::Date;

/// Words that stand before the date of a document, lower case.
const LABELS: [&str; 12] = [
    "date",
    "dated",
    "collected",
    "reported",
    "received",
    "issued",
    "sample",
    "visit",
    "datum",
    "vom",
    "fecha",
    "seen",
];
/// Words of lines that speak of another date.
const OTHERS: [&str; 8] = ["birth", "born", "dob", "geboren", "due", "printed", "expires", "nacimiento"];

/// The date of the document: the first one beside a word that announces it, on the first page that has one.
///
/// A date whose day and month cannot be told apart (03/04/2026) is left out: no date is better than a wrong one.
pub(crate) fn dated(layer: &Layer) -> Option<Date> {
    layer.pages.iter().take(2).flat_map(|page| page.text.lines()).find_map(|line| {
        // The cells of a row may speak of several dates; each is then taken by itself.
        date_of(line).or_else(|| line.split('\t').filter(|cell| cell.len() < line.len()).find_map(date_of))
    })
}

/// The date of a line or a cell, beside a word that announces it.
fn date_of(text: &str) -> Option<Date> {
    let words = tokens(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if !has(&LABELS) || has(&OTHERS) {
        return None;
    }
    (0..words.len()).find_map(|at| date_at(&words[at..], text))
}

fn date_at(words: &[String], line: &str) -> Option<Date> {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let dotted: Vec<i16> = word(0).split('.').filter_map(|part| part.parse().ok()).collect();
    if let [day, month, year] = dotted.as_slice()
        && (1900..2100).contains(year)
    {
        return made(*year, *month, *day);
    }
    let number = |at: usize| word(at).trim_end_matches(char::is_alphabetic).parse::<i16>().ok();
    let is_day = |at: usize| number(at).filter(|day| (1..=31).contains(day));
    let is_year = |at: usize| number(at).filter(|year| (1900..2100).contains(year) && word(at).len() == 4);
    if let (Some(year), Some(month), Some(day)) = (is_year(0), is_day(1), is_day(2))
        && line.contains(&format!("{}-{}-{}", word(0), word(1), word(2)))
    {
        return made(year, month, day);
    }
    if let (Some(day), Some(month), Some(year)) = (is_day(0), month_number(word(1)), is_year(2)) {
        return made(year, month.into(), day);
    }
    if let (Some(month), Some(day), Some(year)) = (month_number(word(0)), is_day(1), is_year(2)) {
        return made(year, month.into(), day);
    }
    let (Some(first), Some(second), Some(year)) = (is_day(0), is_day(1), is_year(2)) else { return None };
    if !line.contains(&format!("{}/{}/{}", word(0), word(1), word(2))) {
        return None;
    }
    match (first > 12, second > 12) {
        (true, false) => made(year, second, first),
        (false, true) => made(year, first, second),
        (false, false) if first == second => made(year, first, second),
        _ => None,
    }
}

fn made(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::LayerPage;
    use super::*;

    #[test]
    fn the_date_is_taken_only_where_it_is_plain() {
        for (text, expect) in [
            ("Date of birth: 12 April 1961\nCollected: 4 March 2026", Some("2026-03-04")),
            ("Report date: 2026-03-04", Some("2026-03-04")),
            ("Patient: Ann\tDOB: 12 April 1961\tCollected: 2026-03-04", Some("2026-03-04")),
            ("Patient: Ann\tDate of birth: 12 April 1961", None),
            ("Date: March 4, 2026", Some("2026-03-04")),
            ("Datum: 04.03.2026", Some("2026-03-04")),
            ("Date 25/03/2026", Some("2026-03-25")),
            ("Date 03/25/2026", Some("2026-03-25")),
            ("Date 03/04/2026", None),
            ("The knee hurts since 4 March 2026", None),
            ("", None),
        ] {
            let page = LayerPage { text: text.to_owned(), words: Vec::new(), confidence: Vec::new() };
            let layer = Layer { sha256: String::new(), pages: vec![page] };
            assert_eq!(dated(&layer).map(|date| date.to_string()).as_deref(), expect, "{text}");
        }
    }
}
