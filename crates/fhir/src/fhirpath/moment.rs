//! Dates, dateTimes and times, each known to some precision.

use jiff::civil;
use std::cmp::Ordering;
use std::fmt;

/// Which of the three System types a moment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentKind {
    /// A day, a month or a year.
    Date,
    /// A date with, perhaps, a time and an offset from UTC.
    DateTime,
    /// A time of day.
    Time,
}

/// The finest part that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `2015`
    Year,
    /// `2015-02`
    Month,
    /// `2015-02-04`
    Day,
    /// `T14`
    Hour,
    /// `T14:34`
    Minute,
    /// `T14:34:28`
    Second,
    /// `T14:34:28.123`
    Fraction,
}

const PARTS: [Precision; 7] = [
    Precision::Year,
    Precision::Month,
    Precision::Day,
    Precision::Hour,
    Precision::Minute,
    Precision::Second,
    Precision::Fraction,
];
/// The most that local time can be behind and ahead of UTC, in minutes: what an unknown offset may be.
const BEHIND: i64 = -12 * 60;
const AHEAD: i64 = 14 * 60;
const NANOS: i64 = 1_000_000_000;

/// A date, dateTime or time. Parts finer than the precision hold their lowest value.
/// Not `Debug`: it may be a birthday.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub(super) kind: MomentKind,
    pub(super) precision: Precision,
    /// Date and time without an offset; for a time of day the date is 1970-01-01.
    pub(super) civil: civil::DateTime,
    /// Digits after the decimal point of the seconds, 0 to 9.
    pub(super) digits: u8,
    /// Minutes east of UTC.
    pub(super) offset: Option<i16>,
}

impl Moment {
    /// What stands after `@` in an expression.
    pub(super) fn parse_literal(text: &str) -> Option<Self> {
        match text.strip_prefix('T') {
            Some(time) => Self::parse_time(time),
            None if text.contains('T') => Self::parse_date_time(text),
            None => Self::parse_date(text),
        }
    }

    /// `2015`, `2015-02`, `2015-02-04`
    pub fn parse_date(text: &str) -> Option<Self> {
        let mut moment = Self::start(MomentKind::Date);
        moment.read_date(text)?;
        Some(moment)
    }

    /// A date, or a date, `T` and what is known of the time and the offset.
    pub fn parse_date_time(text: &str) -> Option<Self> {
        let mut moment = Self::start(MomentKind::DateTime);
        let Some((date, rest)) = text.split_once('T') else {
            moment.read_date(text)?;
            return Some(moment);
        };
        moment.read_date(date)?;
        if rest.is_empty() {
            return Some(moment);
        }
        if moment.precision != Precision::Day {
            return None;
        }
        let time = match rest.find(['Z', '+', '-']) {
            Some(at) => {
                moment.offset = Some(parse_offset(&rest[at..])?);
                &rest[..at]
            }
            None => rest,
        };
        moment.read_time(time)?;
        Some(moment)
    }

    /// `14`, `14:34`, `14:34:28`, `14:34:28.123`
    pub fn parse_time(text: &str) -> Option<Self> {
        let mut moment = Self::start(MomentKind::Time);
        moment.read_time(text)?;
        Some(moment)
    }

    /// The instant as a UTC dateTime to the millisecond.
    pub fn from_timestamp(timestamp: jiff::Timestamp) -> Self {
        let civil = timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let nanos = civil.subsec_nanosecond() / 1_000_000 * 1_000_000;
        let civil = civil.with().subsec_nanosecond(nanos).build().unwrap_or(civil);
        Self { kind: MomentKind::DateTime, precision: Precision::Fraction, civil, digits: 3, offset: Some(0) }
    }

    /// The same moment known only to `precision` (or as it is, where it is known less well).
    pub(super) fn truncated(mut self, precision: Precision) -> Self {
        if precision >= self.precision {
            return self;
        }
        self.precision = precision;
        self.digits = 0;
        if precision < Precision::Hour {
            self.offset = None;
        }
        self.civil = floor(self.civil, precision);
        self
    }

    /// As a date: the time and the offset are dropped.
    pub(super) fn to_date(self) -> Option<Self> {
        (self.kind != MomentKind::Time).then(|| Self {
            kind: MomentKind::Date,
            offset: None,
            ..self.truncated(Precision::Day)
        })
    }

    /// As a dateTime of the same precision.
    pub(super) fn to_date_time(self) -> Option<Self> {
        (self.kind != MomentKind::Time).then_some(Self { kind: MomentKind::DateTime, ..self })
    }

    /// The order of two moments; `None` where it cannot be told from what is known of them.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        if (self.kind == MomentKind::Time) != (other.kind == MomentKind::Time) {
            return None;
        }
        let (a, b) = match (self.offset, other.offset) {
            (None, None) => (self.civil, other.civil),
            (Some(_), Some(_)) => (self.utc()?, other.utc()?),
            _ => return self.compare_unsure(other),
        };
        let common = self.precision.min(other.precision);
        match floor(a, common).cmp(&floor(b, common)) {
            Ordering::Equal if self.comparable_precision() == other.comparable_precision() => Some(a.cmp(&b)),
            Ordering::Equal if common >= Precision::Second => Some(a.cmp(&b)),
            Ordering::Equal => None,
            order => Some(order),
        }
    }

    /// Seconds with and without a fraction are one precision.
    pub(super) fn comparable_precision(&self) -> Precision {
        self.precision.min(Precision::Second)
    }

    /// One of the two has no offset: sure only if the order is the same whatever that offset is.
    fn compare_unsure(&self, other: &Self) -> Option<Ordering> {
        let ((low, high), (other_low, other_high)) = (self.bounds()?, other.bounds()?);
        if high < other_low {
            return Some(Ordering::Less);
        }
        (low > other_high).then_some(Ordering::Greater)
    }

    /// The first and last nanosecond the moment may be, from 1970 UTC.
    fn bounds(&self) -> Option<(i128, i128)> {
        let low = nanos(self.civil);
        let high = nanos(ceiling(self.civil, self.precision)?);
        let minute = i128::from(60 * NANOS);
        Some(match self.offset {
            Some(offset) => (low - i128::from(offset) * minute, high - i128::from(offset) * minute),
            None => (low - i128::from(AHEAD) * minute, high - i128::from(BEHIND) * minute),
        })
    }

    fn utc(&self) -> Option<civil::DateTime> {
        let offset = i64::from(self.offset.unwrap_or(0));
        self.civil.checked_sub(jiff::SignedDuration::from_mins(offset)).ok()
    }

    fn start(kind: MomentKind) -> Self {
        let civil = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        Self { kind, precision: Precision::Year, civil, digits: 0, offset: None }
    }

    fn read_date(&mut self, text: &str) -> Option<()> {
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts.next().map(|part| digits(part, 2).ok_or(())).transpose().ok()?;
        let day = parts.next().map(|part| digits(part, 2).ok_or(())).transpose().ok()?;
        if parts.next().is_some() {
            return None;
        }
        self.precision = match (month, day) {
            (None, _) => Precision::Year,
            (_, None) => Precision::Month,
            _ => Precision::Day,
        };
        let part = |part: Option<i32>| i8::try_from(part.unwrap_or(1)).ok();
        let date = civil::Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()?;
        self.civil = date.to_datetime(self.civil.time());
        Some(())
    }

    fn read_time(&mut self, text: &str) -> Option<()> {
        let (clock, fraction) = match text.split_once('.') {
            Some((clock, fraction)) => (clock, Some(fraction)),
            None => (text, None),
        };
        let parts: Vec<i8> = clock
            .split(':')
            .map(|part| digits(part, 2).and_then(|n| i8::try_from(n).ok()))
            .collect::<Option<_>>()?;
        let at = |index: usize| parts.get(index).copied().unwrap_or(0);
        self.precision = match (parts.len(), fraction) {
            (1, None) => Precision::Hour,
            (2, None) => Precision::Minute,
            (3, None) => Precision::Second,
            (3, Some(_)) => Precision::Fraction,
            _ => return None,
        };
        let mut nanos = 0;
        if let Some(fraction) = fraction {
            // More than nine digits are legal; the rest is below what is compared.
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let kept = &fraction[..fraction.len().min(9)];
            self.digits = u8::try_from(kept.len()).ok()?;
            nanos = format!("{kept:0<9}").parse().ok()?;
        }
        // A leap second is counted as the second before it.
        let time = civil::Time::new(at(0), at(1), at(2).min(59), nanos).ok()?;
        if at(2) > 60 {
            return None;
        }
        self.civil = self.civil.date().to_datetime(time);
        Some(())
    }
}

/// The latest date and time that agrees with `civil` down to `precision`.
pub(super) fn ceiling(civil: civil::DateTime, precision: Precision) -> Option<civil::DateTime> {
    let date = civil.date();
    let date = match precision {
        Precision::Year => civil::Date::new(date.year(), 12, 31).ok()?,
        Precision::Month => date.last_of_month(),
        _ => date,
    };
    let time = civil.time();
    let (hour, minute, second, nano) = match precision {
        Precision::Year | Precision::Month | Precision::Day => (23, 59, 59, 999_999_999),
        Precision::Hour => (time.hour(), 59, 59, 999_999_999),
        Precision::Minute => (time.hour(), time.minute(), 59, 999_999_999),
        Precision::Second => (time.hour(), time.minute(), time.second(), 999_999_999),
        Precision::Fraction => (time.hour(), time.minute(), time.second(), time.subsec_nanosecond()),
    };
    Some(date.to_datetime(civil::Time::new(hour, minute, second, nano).ok()?))
}

/// The earliest date and time that agrees with `civil` down to `precision`.
pub(super) fn floor(civil: civil::DateTime, precision: Precision) -> civil::DateTime {
    let keeps = |part: Precision| precision >= part;
    let (date, time) = (civil.date(), civil.time());
    civil::DateTime::new(
        date.year(),
        if keeps(Precision::Month) { date.month() } else { 1 },
        if keeps(Precision::Day) { date.day() } else { 1 },
        if keeps(Precision::Hour) { time.hour() } else { 0 },
        if keeps(Precision::Minute) { time.minute() } else { 0 },
        if keeps(Precision::Second) { time.second() } else { 0 },
        if keeps(Precision::Fraction) { time.subsec_nanosecond() } else { 0 },
    )
    .unwrap_or(civil)
}

fn nanos(civil: civil::DateTime) -> i128 {
    let since = civil.duration_since(civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    since.as_nanos()
}

fn parse_offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let total = i16::try_from(digits(hours, 2)? * 60 + digits(minutes, 2)?).ok()?;
    match text.as_bytes().first()? {
        b'+' => Some(total),
        b'-' => Some(-total),
        _ => None,
    }
}

/// Exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// As FHIR writes it: without `@`, and without the `T` of a time of day or of a dateTime that has no time.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.civil.date(), self.civil.time());
        for part in PARTS.into_iter().filter(|part| *part <= self.precision) {
            if self.kind == MomentKind::Time && part < Precision::Hour {
                continue;
            }
            match part {
                Precision::Year => write!(f, "{:04}", date.year())?,
                Precision::Month => write!(f, "-{:02}", date.month())?,
                Precision::Day => write!(f, "-{:02}", date.day())?,
                Precision::Hour if self.kind == MomentKind::Time => write!(f, "{:02}", time.hour())?,
                Precision::Hour => write!(f, "T{:02}", time.hour())?,
                Precision::Minute => write!(f, ":{:02}", time.minute())?,
                Precision::Second => write!(f, ":{:02}", time.second())?,
                Precision::Fraction => {
                    let nanos = format!("{:09}", time.subsec_nanosecond());
                    write!(f, ".{}", &nanos[..usize::from(self.digits).clamp(1, 9)])?;
                }
            }
        }
        match self.offset {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_back() {
        for text in [
            "2015",
            "2015-02",
            "2015-02-04",
            "2015-02-04T14",
            "2015-02-04T14:34:28.120Z",
            "2015-02-04T14:34-05:30",
            "T14:34",
        ] {
            let moment = Moment::parse_literal(text).unwrap();
            assert_eq!(moment.to_string(), text.trim_start_matches('T'));
        }
        for text in
            ["15", "2015-2", "2015-02-30", "2015-02T10:00", "2015-02-04T25", "2015-02-04T10:00+1", "T1", ""]
        {
            assert!(Moment::parse_literal(text).is_none(), "{text}");
        }
    }

    #[test]
    fn order_is_told_only_where_it_is_sure() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            ("2015", "2016-01-01", Some(Less)),
            ("2015", "2015-01-01", None),
            ("2015-01-01T10:00:00", "2015-01-01T10:00:00.0", Some(Equal)),
            ("2015-01-01T10:00:00.5", "2015-01-01T10:00:00", Some(Greater)),
            ("2015-01-01T10:00Z", "2015-01-01T11:00+01:00", Some(Equal)),
            ("2015-01-01T10:00Z", "2015-01-01T10:00", None),
            ("2015-01-01T10:00Z", "2015-01-03", Some(Less)),
            ("2015-01-01T23:30-02:00", "2015-01-01T23:30+02:00", Some(Greater)),
            ("T10:00", "T10:00:00", None),
            ("T10:00", "2015", None),
        ];
        for (a, b, expect) in cases {
            let (a, b) = (Moment::parse_literal(a).unwrap(), Moment::parse_literal(b).unwrap());
            assert_eq!(a.compare(&b), expect, "{a} {b}");
            assert_eq!(b.compare(&a), expect.map(Ordering::reverse), "{b} {a}");
        }
    }
}
