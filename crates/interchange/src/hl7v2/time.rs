//! Times as HL7 v2 writes them, `20240301103000.25+0100`, as FHIR writes them.
//!
//! What is told exactly stays exact, what is told by the year or month stays so. FHIR wants an offset from UTC with
//! every time of day: where a time has none, that of MSH-7 counts for the whole message, as the standard says. Where
//! MSH-7 has none either, only the day is taken over, and that is told once. So it is for an hour without minutes.
//! Minutes without seconds get `:00`, as FHIR allows.

use jiff::civil::{Date, Time};
use std::cell::Cell;

/// Reads the times of one message.
pub(super) struct Times {
    offset: Option<String>,
    cut: Cell<usize>,
}

/// Why a text is no time: the end of "The time …".
pub(super) type Fault = String;

/// A time, as far as it is told.
struct Moment {
    date: Date,
    /// How many digits of the date are told: 4, 6 or 8.
    digits: usize,
    time: Option<Clock>,
    offset: Option<String>,
}

/// A time of day to the minute at least.
struct Clock {
    time: Time,
    fraction: String,
}

impl Times {
    /// For a message of this MSH-7.
    pub(super) fn of(header: &str) -> Self {
        let offset = split_offset(header.trim()).1.and_then(offset);
        Self { offset, cut: Cell::new(0) }
    }

    /// How many times of day were cut because nothing says their offset from UTC.
    pub(super) fn cut(&self) -> usize {
        self.cut.get()
    }

    /// A FHIR dateTime; `None` for a text that says nothing.
    ///
    /// # Errors
    /// It is no time.
    pub(super) fn date_time(&self, text: &str) -> Result<Option<String>, Fault> {
        let Some(moment) = read(text)? else { return Ok(None) };
        let day = moment.day();
        let Some(clock) = &moment.time else { return Ok(Some(day)) };
        match moment.offset.as_ref().or(self.offset.as_ref()) {
            Some(offset) => Ok(Some(format!("{day}T{}{offset}", clock.shown()))),
            None => {
                self.cut.set(self.cut.get() + 1);
                Ok(Some(day))
            }
        }
    }

    /// A FHIR instant; `None` where it is not told that exactly.
    ///
    /// # Errors
    /// It is no time.
    pub(super) fn instant(&self, text: &str) -> Result<Option<String>, Fault> {
        Ok(self.date_time(text)?.filter(|time| time.contains('T')))
    }

    /// A FHIR date: the day of a time, the month or the year.
    ///
    /// # Errors
    /// It is no time.
    pub(super) fn date(&self, text: &str) -> Result<Option<String>, Fault> {
        Ok(read(text)?.map(|moment| moment.day()))
    }
}

/// A FHIR time from `hhmm[ss[.s]]`.
///
/// # Errors
/// It is no time of day.
pub(super) fn time_of_day(text: &str) -> Result<Option<String>, Fault> {
    let digits: String = split_offset(text.trim()).0.chars().filter(|letter| *letter != ':').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    clock(&digits).flatten().map(|clock| Some(clock.shown())).ok_or_else(|| fault(text))
}

fn read(text: &str) -> Result<Option<Moment>, Fault> {
    let text = text.trim();
    if text.is_empty() || text.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    moment(text).map(Some).ok_or_else(|| fault(text))
}

fn fault(text: &str) -> Fault {
    format!("'{}' is no date or time of HL7 v2", text.chars().take(40).collect::<String>())
}

fn moment(text: &str) -> Option<Moment> {
    let (local, zone) = split_offset(text);
    let offset = match zone {
        Some(zone) => Some(offset(zone)?),
        None => None,
    };
    let number = |digits: &str| {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i16>().ok()).flatten()
    };
    let digits = local.find('.').unwrap_or(local.len()).min(8);
    let part = |from: usize, to: usize| if digits >= to { number(local.get(from..to)?) } else { Some(1) };
    if !matches!(digits, 4 | 6 | 8) || digits < 8 && local.len() > digits {
        return None;
    }
    let (month, day) = (i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?);
    let date = Date::new(part(0, 4)?, month, day).ok().filter(|date| date.year() > 0)?;
    let time = match local.get(8..) {
        Some(rest) if !rest.is_empty() => clock(rest)?,
        _ => None,
    };
    Some(Moment { date, digits, time, offset })
}

/// `hh`, `hhmm`, `hhmmss` or `hhmmss.ssss`; `Some(None)` for an hour alone.
fn clock(text: &str) -> Option<Option<Clock>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = is_number(whole) && is_number(fraction) && fraction.len() <= 9;
    if !is_whole || !matches!(whole.len(), 2 | 4 | 6) || !fraction.is_empty() && whole.len() != 6 {
        return None;
    }
    let part = |from: usize| whole.get(from..from + 2).map_or(Some(0), |digits| digits.parse::<i8>().ok());
    let time = Time::new(part(0)?, part(2)?, part(4)?, 0).ok()?;
    Some((whole.len() > 2).then(|| Clock { time, fraction: fraction.to_owned() }))
}

/// The offset at the end of a time: `+0100`, or `Z`, which some write.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    match text.find(['+', '-', 'Z']) {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    }
}

/// An offset as FHIR writes it.
fn offset(zone: &str) -> Option<String> {
    if zone == "Z" {
        return Some(zone.to_owned());
    }
    let (sign, digits) = zone.split_at(1);
    let digits: String = digits.chars().filter(|letter| *letter != ':').collect();
    let is_offset = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| is_offset)?;
    (hours < "14" && minutes < "60" || digits == "1400").then(|| format!("{sign}{hours}:{minutes}"))
}

impl Moment {
    fn day(&self) -> String {
        let whole = self.date.to_string();
        match self.digits {
            4 => whole[..4].to_owned(),
            6 => whole[..7].to_owned(),
            _ => whole,
        }
    }
}

impl Clock {
    fn shown(&self) -> String {
        let Self { time, fraction } = self;
        let seconds = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
        if fraction.is_empty() { seconds } else { format!("{seconds}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_precision() {
        for (text, header, expect) in [
            ("2024", "", "2024"),
            ("202403", "", "2024-03"),
            ("20240301", "", "2024-03-01"),
            ("2024030110", "+0100", "2024-03-01"),
            ("202403011030+0100", "", "2024-03-01T10:30:00+01:00"),
            ("20240301103015-0500", "", "2024-03-01T10:30:15-05:00"),
            ("20240301103015.25+0000", "", "2024-03-01T10:30:15.25+00:00"),
            ("20240301103015.1234Z", "", "2024-03-01T10:30:15.1234Z"),
            ("202403011030", "20240301000000+0200", "2024-03-01T10:30:00+02:00"),
            ("202403011030-0300", "20240301000000+0200", "2024-03-01T10:30:00-03:00"),
            ("202403011030", "20240301", "2024-03-01"),
            ("20240229", "", "2024-02-29"),
            ("2024-0500", "", "2024"),
        ] {
            assert_eq!(Times::of(header).date_time(text), Ok(Some(expect.to_owned())), "{text} {header}");
            assert!(salus_fhir::temporal::time_range(expect).is_some(), "{expect}");
        }
    }

    #[test]
    fn times_without_an_offset_are_counted() {
        let times = Times::of("");
        for text in ["202403011030", "20240301", "20240301103000", "2024030110"] {
            times.date_time(text).unwrap();
        }
        assert_eq!(times.cut(), 2);
        assert_eq!(times.instant("202403011030"), Ok(None));
        assert_eq!(times.instant("202403011030Z"), Ok(Some("2024-03-01T10:30:00Z".to_owned())));
        assert_eq!(times.date("19630815120000"), Ok(Some("1963-08-15".to_owned())));
    }

    #[test]
    fn what_is_no_time_is_told() {
        let times = Times::of("");
        for text in [
            "20240230",
            "20241301",
            "202",
            "20240301250000",
            "2024030110300",
            "20240301103060",
            "yesterday",
            "20240301103000+1500",
            "20240301103000+01",
            "2024.5",
            "2024030110.5",
            "20240301 1030",
            "00010100",
        ] {
            let told = times.date_time(text).unwrap_err();
            assert!(told.contains(text), "{told}");
        }
        for text in ["", " ", "0000", "00000000"] {
            assert_eq!(times.date_time(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn times_of_day_are_read() {
        for (text, expect) in [
            ("1030", Some("10:30:00")),
            ("103015.5", Some("10:30:15.5")),
            ("10:30:15", Some("10:30:15")),
            ("103015-0500", Some("10:30:15")),
            ("10", None),
            ("2460", None),
            ("noon", None),
        ] {
            assert_eq!(time_of_day(text).ok().flatten().as_deref(), expect, "{text}");
        }
    }
}
