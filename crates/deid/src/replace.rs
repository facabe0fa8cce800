//! A text without what identifies somebody.

use crate::finding::{Hit, Kind};
use crate::known::Known;
use crate::plan::Mode;
use crate::recognise::hits;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What stands where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replacing {
    /// `[NAME]`
    Tags,
    /// `[NAME-1]`: the same words in one text have the same number.
    NumberedTags,
}

/// How dates are treated in a text.
pub(crate) struct Dates {
    pub(crate) mode: Mode,
    pub(crate) shift_days: i64,
    pub(crate) today: Date,
}

/// The text with a tag for everything that was found. Of dates the year stays, of ages over 89 "90+".
pub fn deidentify_text(text: &str, known: &Known, today: Date, replacing: Replacing) -> String {
    let dates = Dates { mode: Mode::SafeHarbor, shift_days: 0, today };
    replace(text, known, &dates, replacing, &mut |_| {})
}

/// The same; each kind found is told to `count`.
pub(crate) fn replace(
    text: &str,
    known: &Known,
    dates: &Dates,
    replacing: Replacing,
    count: &mut dyn FnMut(Kind),
) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut numbers: HashMap<(Kind, String), usize> = HashMap::new();
    let mut last = 0;
    for hit in hits(text, known) {
        plain.push_str(&text[last..hit.start]);
        last = hit.end;
        count(hit.kind);
        let found = &text[hit.start..hit.end];
        match kept_of(&hit, found, dates) {
            Some(kept) => plain.push_str(&kept),
            None => {
                let next = numbers.len() + 1;
                let number = *numbers.entry((hit.kind, found.to_lowercase())).or_insert(next);
                let name = hit.kind.name().to_uppercase();
                plain.push_str(&match replacing {
                    Replacing::Tags => format!("[{name}]"),
                    Replacing::NumberedTags => format!("[{name}-{number}]"),
                });
            }
        }
    }
    plain.push_str(&text[last..]);
    plain
}

/// What may be told of a finding.
fn kept_of(hit: &Hit, found: &str, dates: &Dates) -> Option<String> {
    match (hit.kind, dates.mode) {
        (Kind::Age, _) => Some("90+".to_owned()),
        (Kind::Date, Mode::SafeHarbor) => year_of(found, dates.today).map(|year| year.to_string()),
        (Kind::Date, Mode::Shifted) => {
            let date = found.get(..10)?.parse::<Date>().ok().filter(|_| found.len() == 10)?;
            let shifted = date.checked_add(jiff::Span::new().try_days(dates.shift_days).ok()?).ok()?;
            Some(shifted.to_string())
        }
        _ => None,
    }
}

/// The year in a date with four digits, unless it is so long ago that it tells of an age over 89.
fn year_of(found: &str, today: Date) -> Option<i16> {
    let digits = found.split(|letter: char| !letter.is_ascii_digit());
    let year = digits.filter(|run| run.len() == 4).find_map(|run| run.parse::<i16>().ok())?;
    (year > today.year() - 90 && year <= today.year() + 10).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stand_for_what_was_found_and_years_stay() {
        let today = jiff::civil::date(2026, 1, 1);
        for (text, expect) in [
            ("Dr. Osei saw Ms. Osei on 3/4/2021.", "Dr. [NAME-1] saw Ms. [NAME-1] on 2021."),
            ("Born 3/4/1921, a 104-year-old man.", "Born [DATE-1], a 90+-year-old man."),
            ("Call (617) 555-0148 or (617) 555-0199.", "Call [PHONE-1] or [PHONE-2]."),
            ("Metoprolol 25 mg for Parkinson's disease.", "Metoprolol 25 mg for Parkinson's disease."),
        ] {
            assert_eq!(deidentify_text(text, &Known::default(), today, Replacing::NumberedTags), expect);
        }
    }
}
