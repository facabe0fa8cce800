//! FHIR dates and times as half-open ranges of microseconds.
//!
//! A FHIR date is as exact as it is written: `2024-03` is the whole of March. So every text becomes a range
//! `[start, end)`, and searching, sorting and comparing are done on ranges. A text without a time zone is read
//! as UTC. Leap seconds, the hour 24 and days that no calendar has are refused.

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A stretch of time: microseconds since 1970-01-01T00:00:00Z, `start` inside, `end` outside.
///
/// `i64::MIN` and `i64::MAX` stand for a period without a beginning or an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeRange {
    /// The first microsecond inside.
    pub start: i64,
    /// The first microsecond after it.
    pub end: i64,
}

impl TimeRange {
    /// Without a beginning and without an end.
    pub const OPEN: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

    /// The smallest range that holds both.
    pub fn hull(self, other: TimeRange) -> TimeRange {
        TimeRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: TimeRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a microsecond.
    pub fn overlaps(self, other: TimeRange) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Reads a `date`, `dateTime` or `instant`: year, year-month, day, minute, second or fraction of a second.
///
/// Minutes without seconds (`2024-03-01T10:30`) are legal in searches only, and are accepted here. A fraction
/// is as wide as its last digit, never narrower than a microsecond.
///
/// ```
/// use salus_fhir::temporal::time_range;
/// let march = time_range("1970-03").unwrap();
/// assert_eq!((march.start, march.end), (59 * 86_400_000_000, 90 * 86_400_000_000));
/// assert!(time_range("2024-02-30").is_none());
/// ```
pub fn time_range(text: &str) -> Option<TimeRange> {
    let bytes = text.as_bytes();
    let year = i64::from(digits(bytes, 0, 4)?);
    if year == 0 {
        return None;
    }
    if bytes.len() == 4 {
        return Some(TimeRange {
            start: days_before(year, 1, 1) * DAY,
            end: days_before(year + 1, 1, 1) * DAY,
        });
    }
    let month = i64::from(field(bytes, 4, b'-', 12)?);
    if month == 0 {
        return None;
    }
    if bytes.len() == 7 {
        let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let end = days_before(next_year, next_month, 1) * DAY;
        return Some(TimeRange { start: days_before(year, month, 1) * DAY, end });
    }
    let day = i64::from(field(bytes, 7, b'-', 31)?);
    if day == 0 || day > days_in(year, month) {
        return None;
    }
    let midnight = days_before(year, month, day) * DAY;
    if bytes.len() == 10 {
        return Some(TimeRange { start: midnight, end: midnight + DAY });
    }
    if bytes[10] != b'T' {
        return None;
    }
    let (time, zone_at) = clock_time(bytes, 11)?;
    let offset = zone(&bytes[zone_at..])?;
    let start = midnight + time.start - offset;
    let legal = (days_before(1, 1, 1) * DAY..days_before(10_000, 1, 1) * DAY).contains(&start);
    legal.then(|| TimeRange { start, end: midnight + time.end - offset })
}

/// The shortest text in UTC that [`time_range`] reads as this range.
///
/// A range that no text stands for (a Period's, say) is written as its first microsecond.
pub fn range_text(range: TimeRange) -> String {
    let (year, month, day) = civil(range.start.div_euclid(DAY));
    let micros = range.start.rem_euclid(DAY);
    let is = |text: &str| time_range(text) == Some(range);
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if micros == 0 {
        for end in [4, 7, 10] {
            if is(&text[..end]) {
                text.truncate(end);
                return text;
            }
        }
    }
    let (hours, minutes, seconds) = (micros / HOUR, micros % HOUR / MINUTE, micros % MINUTE / SECOND);
    text.push_str(&format!("T{hours:02}:{minutes:02}"));
    if is(&text) {
        return text + "Z";
    }
    text.push_str(&format!(":{seconds:02}"));
    if is(&text) {
        return text + "Z";
    }
    let fraction = format!("{:06}", micros % SECOND);
    let digits = (1..6).find(|digits| is(&format!("{text}.{}", &fraction[..*digits]))).unwrap_or(6);
    format!("{text}.{}Z", &fraction[..digits])
}

/// Reads a `time` (`13:28:17.239`) as microseconds since midnight.
pub fn time_of_day(text: &str) -> Option<TimeRange> {
    let (time, end) = clock_time(text.as_bytes(), 0)?;
    (end == text.len()).then_some(time)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f…` from `at` on, and where it ends.
fn clock_time(bytes: &[u8], at: usize) -> Option<(TimeRange, usize)> {
    let hours = digits(bytes, at, 2).filter(|hours| *hours < 24)?;
    let minutes = field(bytes, at + 2, b':', 59)?;
    let minute = i64::from(hours) * HOUR + i64::from(minutes) * MINUTE;
    if bytes.get(at + 5) != Some(&b':') {
        return Some((TimeRange { start: minute, end: minute + MINUTE }, at + 5));
    }
    let second = minute + i64::from(field(bytes, at + 5, b':', 59)?) * SECOND;
    let mut next = at + 8;
    if bytes.get(next) != Some(&b'.') {
        return Some((TimeRange { start: second, end: second + SECOND }, next));
    }
    let (mut start, mut width) = (second, SECOND);
    next += 1;
    let first = next;
    while let Some(digit) = bytes.get(next).filter(|byte| byte.is_ascii_digit()) {
        if width > 1 {
            width /= 10;
            start += i64::from(digit - b'0') * width;
        }
        next += 1;
    }
    (next > first).then_some((TimeRange { start, end: start + width }, next))
}

/// The offset of a time zone, at most 14 hours; nothing at all is UTC.
fn zone(bytes: &[u8]) -> Option<i64> {
    let sign = match bytes.first() {
        None => return Some(0),
        Some(b'Z') if bytes.len() == 1 => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    if bytes.len() != 6 {
        return None;
    }
    let offset = i64::from(digits(bytes, 1, 2)?) * HOUR + i64::from(field(bytes, 3, b':', 59)?) * MINUTE;
    (offset <= 14 * HOUR).then_some(sign * offset)
}

/// Two digits not above `max`, after the separator at `at`.
fn field(bytes: &[u8], at: usize, separator: u8, max: u32) -> Option<u32> {
    if bytes.get(at) != Some(&separator) {
        return None;
    }
    digits(bytes, at + 1, 2).filter(|value| *value <= max)
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in 400-year eras from March.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The reverse of [`days_before`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(micros: i64) -> String {
        jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
    }

    #[test]
    fn a_text_is_as_wide_as_it_is_exact() {
        let table = [
            ("2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2023-12", "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("1905-08-23", "1905-08-23T00:00:00Z", "1905-08-24T00:00:00Z"),
            ("0001", "0001-01-01T00:00:00Z", "0002-01-01T00:00:00Z"),
            ("2024-03-01T10:30", "2024-03-01T10:30:00Z", "2024-03-01T10:31:00Z"),
            ("2024-03-01T10:30+01:00", "2024-03-01T09:30:00Z", "2024-03-01T09:31:00Z"),
            ("2024-03-01T10:30:05Z", "2024-03-01T10:30:05Z", "2024-03-01T10:30:06Z"),
            ("2024-03-01T10:30:05-05:30", "2024-03-01T16:00:05Z", "2024-03-01T16:00:06Z"),
            ("2015-02-07T13:28:17.239+02:00", "2015-02-07T11:28:17.239Z", "2015-02-07T11:28:17.24Z"),
            ("2015-02-07T13:28:17.2Z", "2015-02-07T13:28:17.2Z", "2015-02-07T13:28:17.3Z"),
            ("2015-02-07T13:28:17.123456789Z", "2015-02-07T13:28:17.123456Z", "2015-02-07T13:28:17.123457Z"),
        ];
        for (text, start, end) in table {
            let range = time_range(text).unwrap_or_else(|| panic!("{text} was refused"));
            assert_eq!(time_range(&range_text(range)), Some(range), "{text} written back");
            assert_eq!((instant(range.start).as_str(), instant(range.end).as_str()), (start, end), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        let table = [
            "",
            "20",
            "0000",
            "24-03",
            "2024-",
            "2024-00",
            "2024-13",
            "2024-3",
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-00",
            "2024-01-1",
            "2024-01-01T",
            "2024-01-01T24:00:00Z",
            "2024-01-01T10",
            "2024-01-01T10:60",
            "2016-12-31T23:59:60Z",
            "2024-01-01T10:00:00.Z",
            "2024-01-01T10:00:00+1:00",
            "2024-01-01T10:00:00+15:00",
            "2024-01-01T10:00:00+0100",
            "2024-01-01T10:00:00ZZ",
            "2024-01-01 10:00:00Z",
            "2024-01-01T10:00:00z",
            "２０２４",
            " 2024",
            "2024 ",
            "2024-01-01Z",
            "-2024",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:00:00-05:00",
        ];
        for text in table {
            assert!(time_range(text).is_none(), "{text} was accepted");
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut expected = days_before(1800, 1, 1);
        for year in 1800..2200 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_before(year, month, day), expected, "{year}-{month}-{day}");
                    assert_eq!(civil(expected), (year, month, day));
                    expected += 1;
                }
            }
        }
        assert_eq!(days_before(1970, 1, 1), 0);
    }

    #[test]
    fn a_range_is_written_as_short_as_it_can_be() {
        let table = [
            ("2024", "2024"),
            ("2024-12", "2024-12"),
            ("2024-12-31", "2024-12-31"),
            ("2024-03-01T10:30+01:00", "2024-03-01T09:30Z"),
            ("2024-03-01T00:00:00+01:00", "2024-02-29T23:00:00Z"),
            ("2015-02-07T13:28:17.20Z", "2015-02-07T13:28:17.20Z"),
            ("2015-02-07T13:28:17.123456789Z", "2015-02-07T13:28:17.123456Z"),
            ("0001-01-01", "0001-01-01"),
        ];
        for (text, expected) in table {
            assert_eq!(range_text(time_range(text).unwrap()), expected, "{text}");
        }
        let period = time_range("2024").unwrap().hull(time_range("2025-03").unwrap());
        assert_eq!(range_text(period), "2024-01-01T00:00:00.000000Z");
    }

    #[test]
    fn a_time_of_day_counts_from_midnight() {
        assert_eq!(time_of_day("00:00:00"), Some(TimeRange { start: 0, end: SECOND }));
        assert_eq!(time_of_day("13:28"), Some(TimeRange { start: 48_480 * SECOND, end: 48_540 * SECOND }));
        for text in ["24:00:00", "12:00:00Z", "12", "12:0", "12:00:60"] {
            assert!(time_of_day(text).is_none(), "{text} was accepted");
        }
    }
}
