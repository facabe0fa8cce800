//! Dates as the record tells them: a year, a month, a day or a moment, and how they are said.

use jiff::civil::{Date, date};

/// A date of the record. FHIR dates may stop at the year or the month.
#[derive(Clone, PartialEq, Eq)]
pub struct When {
    /// The first day it may mean, in the time zone it was written in.
    pub first: Date,
    /// The last day it may mean.
    pub last: Date,
    /// Orders moments of one day; microseconds since 1970.
    pub order: i64,
    precision: Precision,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Year,
    Month,
    Day,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl When {
    /// Reads a FHIR date, dateTime or instant.
    pub fn parse(text: &str) -> Option<Self> {
        let day_text = text.get(..10).unwrap_or(text);
        let mut parts = day_text.split('-').map(str::parse::<i16>);
        let year = parts.next()?.ok()?;
        let month = parts.next().transpose().ok()?;
        let day = parts.next().transpose().ok()?;
        let (first, last, precision) = match (month, day) {
            (None, _) => (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?, Precision::Year),
            (Some(month), None) => {
                let first = Date::new(year, month.try_into().ok()?, 1).ok()?;
                (first, first.last_of_month(), Precision::Month)
            }
            (Some(month), Some(day)) => {
                let day = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
                (day, day, Precision::Day)
            }
        };
        let moment = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
        Some(Self { first, last, order: moment.unwrap_or_else(|| midnight(first)), precision })
    }

    /// "4 Mar 2026", "Mar 2026" or "2026".
    pub fn shown(&self) -> String {
        match self.precision {
            Precision::Year => self.first.year().to_string(),
            Precision::Month => format!("{} {}", month_name(self.first), self.first.year()),
            Precision::Day => shown(self.first),
        }
    }

    /// The date in ISO form, as precise as it is known: `2026-03-04`, `2026-03` or `2026`.
    pub fn iso(&self) -> String {
        let whole = self.first.to_string();
        match self.precision {
            Precision::Year => whole[..4].to_owned(),
            Precision::Month => whole[..7].to_owned(),
            Precision::Day => whole,
        }
    }
}

/// A day as it is said: "4 Mar 2026".
pub(crate) fn shown(day: Date) -> String {
    format!("{} {} {}", day.day(), month_name(day), day.year())
}

/// The number (1 to 12) of an English month, whole or shortened to three letters or more.
pub(crate) fn month_number(word: &str) -> Option<i8> {
    const WHOLE: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if word.len() < 3 {
        return None;
    }
    WHOLE.iter().zip(1..).find_map(|(name, number)| (name.starts_with(word)).then_some(number))
}

pub(crate) fn is_month_name(word: &str) -> bool {
    MONTHS.contains(&word)
}

fn month_name(day: Date) -> &'static str {
    usize::try_from(day.month() - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

fn midnight(day: Date) -> i64 {
    let days = (day - date(1970, 1, 1)).get_days();
    i64::from(days) * 86_400_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_said_as_precisely_as_they_are_known() {
        for (text, shown, iso) in [
            ("2026-03-04T23:59:00-05:00", "4 Mar 2026", "2026-03-04"),
            ("2026-03-04", "4 Mar 2026", "2026-03-04"),
            ("2026-03", "Mar 2026", "2026-03"),
            ("2026", "2026", "2026"),
        ] {
            let when = When::parse(text).unwrap();
            assert_eq!((when.shown().as_str(), when.iso().as_str()), (shown, iso));
        }
        assert!(When::parse("yesterday").is_none());
        assert!(When::parse("2026-13-01").is_none());
    }

    #[test]
    fn moments_of_one_day_keep_their_order() {
        let at = |text: &str| When::parse(text).unwrap().order;
        assert!(at("2026-03-04T08:00:00Z") < at("2026-03-04T09:00:00Z"));
        assert_eq!(at("1970-01-02"), 86_400_000_000);
    }
}
