//! TS and IVL_TS: points and stretches of time, as exact as they are written and no more.

use super::fields::Fields;
use super::tree::Element;
use jiff::civil::DateTime;
use jiff::{Span, fmt::strtime};
use salus_fhir::temporal::time_range;
use serde_json::Value;

/// A stretch of time. A point has only `at`.
#[derive(Default)]
pub(super) struct Interval {
    pub(super) at: Option<String>,
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    /// Values that are no times.
    pub(super) unread: Vec<String>,
}

impl Interval {
    /// When it was, or when it began.
    pub(super) fn first(&self) -> Option<&str> {
        self.at.as_deref().or(self.start.as_deref())
    }

    /// When it was over, if that is known.
    pub(super) fn last(&self) -> Option<&str> {
        self.end.as_deref()
    }

    /// As a Period, unless it is a point. One that ends before it begins has no end.
    pub(super) fn period(&self) -> Option<Value> {
        let period = Fields::default().with("start", self.start.as_deref());
        period.with("end", self.end.as_deref().filter(|_| !self.is_reversed())).value()
    }

    /// A Period also of a point.
    pub(super) fn any_period(&self) -> Option<Value> {
        match &self.at {
            Some(at) => {
                Fields::default().with("start", Some(at.as_str())).with("end", Some(at.as_str())).value()
            }
            None => self.period(),
        }
    }

    /// Whether the end lies before the beginning.
    pub(super) fn is_reversed(&self) -> bool {
        let start = self.start.as_deref().and_then(time_range);
        let end = self.end.as_deref().and_then(time_range);
        matches!((start, end), (Some(start), Some(end)) if end.end <= start.start)
    }
}

/// Reads TS or IVL_TS.
pub(super) fn interval(element: &Element) -> Interval {
    let mut interval = Interval::default();
    let mut read = |value: Option<&str>| {
        let value = value?;
        let moment = moment(value);
        if moment.is_none() {
            interval.unread.push(value.to_owned());
        }
        moment
    };
    let at = read(element.attr("value")).or_else(|| read(element.of("center", "value")));
    let start = read(element.of("low", "value"));
    let end = read(element.of("high", "value"));
    let (start, end) = with_width(start, end, element.child("width"));
    if at.is_none() && start.is_some() && start == end {
        interval.at = start;
    } else {
        (interval.at, interval.start, interval.end) = (at, start, end);
    }
    interval
}

/// Works out the missing end, or beginning, from how long it took.
fn with_width(
    start: Option<String>,
    end: Option<String>,
    width: Option<&Element>,
) -> (Option<String>, Option<String>) {
    let Some(span) = width.and_then(span) else { return (start, end) };
    match (&start, &end) {
        (Some(from), None) => {
            let end = shifted(from, span);
            (start, end)
        }
        (None, Some(to)) => {
            let start = shifted(to, span.negate());
            (start, end)
        }
        _ => (start, end),
    }
}

fn span(width: &Element) -> Option<Span> {
    let count: i64 = width.attr("value")?.parse().ok().filter(|count| (0..=100_000).contains(count))?;
    let span = Span::new();
    let span = match width.attr("unit")? {
        "s" => span.try_seconds(count),
        "min" => span.try_minutes(count),
        "h" => span.try_hours(count),
        "d" => span.try_days(count),
        "wk" => span.try_weeks(count),
        "mo" => span.try_months(count),
        "a" => span.try_years(count),
        _ => return None,
    };
    span.ok()
}

/// A time that much later. A date cannot be moved by hours, nor a month by days.
fn shifted(text: &str, span: Span) -> Option<String> {
    let (format, precision) = match text.len() {
        4 => ("%Y", 3),
        7 => ("%Y-%m", 2),
        10 => ("%Y-%m-%d", 1),
        _ => ("%Y-%m-%dT%H:%M:%S", 0),
    };
    let finest = match (span.get_years(), span.get_months(), span.get_weeks(), span.get_days()) {
        (0, 0, 0, 0) => 0,
        (0, 0, _, _) => 1,
        (0, _, _, _) => 2,
        _ => 3,
    };
    if finest < precision {
        return None;
    }
    let full = format!("{text}{}", ["", "T00:00:00", "-01T00:00:00", "-01-01T00:00:00"][precision]);
    let (clock, zone) = full.split_at_checked(19)?;
    let moved = clock.parse::<DateTime>().ok()?.checked_add(span).ok()?;
    Some(strtime::format(format, moved).ok()? + zone)
}

/// Reads a TS (`20120806`, `201208061145-0500`) as a dateTime.
///
/// FHIR knows no hour without minutes and no time without a zone: such a time is read as its day.
pub(super) fn moment(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.is_ascii() {
        return None;
    }
    let written = if text.as_bytes().get(4) == Some(&b'-')
        && text.len() >= 7
        && text.as_bytes()[5..7].iter().all(u8::is_ascii_digit)
        && !is_compact(text)
    {
        text.to_owned()
    } else {
        compact(text)?
    };
    let legal = time_range(&written).is_some();
    legal.then_some(written)
}

/// `2012-0500` is the year 2012 in some zone.
fn is_compact(text: &str) -> bool {
    text.len() == 9 && text.as_bytes()[5..].iter().all(u8::is_ascii_digit)
}

fn compact(text: &str) -> Option<String> {
    let cut = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(cut);
    let (digits, fraction) =
        clock.split_once('.').map_or((clock, None), |(digits, rest)| (digits, Some(rest)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(digits) || fraction.is_some_and(|fraction| !is_number(fraction)) {
        return None;
    }
    let date = match digits.len() {
        4 => return Some(digits.to_owned()),
        6 => return Some(format!("{}-{}", &digits[..4], &digits[4..])),
        8 | 10 | 12 | 14 => format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]),
        _ => return None,
    };
    let Some(zone) = offset(zone).filter(|_| digits.len() >= 12) else { return Some(date) };
    let seconds = if digits.len() == 14 { &digits[12..] } else { "00" };
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    let time = format!("{date}T{}:{}:{seconds}{fraction}{zone}", &digits[8..10], &digits[10..12]);
    // A clock that no day has leaves the day.
    Some(if time_range(&time).is_some() { time } else { date })
}

/// `-0500`, `-05` and `-05:00` as `-05:00`.
fn offset(zone: &str) -> Option<String> {
    if zone == "Z" {
        return Some(zone.to_owned());
    }
    let digits: String = zone.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        2 => Some(format!("{}{digits}:00", &zone[..1])),
        4 => Some(format!("{}{}:{}", &zone[..1], &digits[..2], &digits[2..])),
        _ => None,
    }
}

/// The day of a dateTime, for elements of type `date`.
pub(super) fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or(moment)
}

/// Whether a dateTime is exact enough to be an `instant`.
pub(super) fn is_instant(moment: &str) -> bool {
    moment.contains('T')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccda::tests::element;

    #[test]
    fn a_time_is_as_exact_as_it_is_written() {
        for (text, expect) in [
            ("2012", Some("2012")),
            ("201208", Some("2012-08")),
            ("20120806", Some("2012-08-06")),
            ("2012080611", Some("2012-08-06")),
            ("201208061145-0500", Some("2012-08-06T11:45:00-05:00")),
            ("20120806114530+0530", Some("2012-08-06T11:45:30+05:30")),
            ("20120806114530.250-05", Some("2012-08-06T11:45:30.250-05:00")),
            ("20120806114530Z", Some("2012-08-06T11:45:30Z")),
            ("20120806114530", Some("2012-08-06")),
            ("20120806114530-500", Some("2012-08-06")),
            ("20120806114530-1500", Some("2012-08-06")),
            ("20120806256199-0500", Some("2012-08-06")),
            ("20120806-0500", Some("2012-08-06")),
            ("2012-0500", Some("2012")),
            ("2012-08-06", Some("2012-08-06")),
            ("2012-08-06T11:45:30-05:00", Some("2012-08-06T11:45:30-05:00")),
            ("200130311", None),
            ("20120230", None),
            ("20121301", None),
            ("0000", None),
            ("August 2012", None),
            ("", None),
        ] {
            assert_eq!(moment(text).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn a_stretch_of_time_has_the_ends_that_it_tells() {
        for (xml, at, start, end) in [
            (r#"<t value="20120806"/>"#, Some("2012-08-06"), None, None),
            (r#"<t><center value="2012"/></t>"#, Some("2012"), None, None),
            (r#"<t><low value="2012"/><high nullFlavor="UNK"/></t>"#, None, Some("2012"), None),
            (r#"<t><low value="2012"/><high value="2013"/></t>"#, None, Some("2012"), Some("2013")),
            (r#"<t><low value="20120806"/><high value="20120806"/></t>"#, Some("2012-08-06"), None, None),
            (r#"<t><high value="2013"/></t>"#, None, None, Some("2013")),
            (r#"<t nullFlavor="UNK"/>"#, None, None, None),
            (
                r#"<t><low value="20120131"/><width value="10" unit="d"/></t>"#,
                None,
                Some("2012-01-31"),
                Some("2012-02-10"),
            ),
            (
                r#"<t><low value="20120131"/><width value="1" unit="mo"/></t>"#,
                None,
                Some("2012-01-31"),
                Some("2012-02-29"),
            ),
            (
                r#"<t><high value="201203"/><width value="2" unit="mo"/></t>"#,
                None,
                Some("2012-01"),
                Some("2012-03"),
            ),
            (
                r#"<t><low value="201201312330-0500"/><width value="45" unit="min"/></t>"#,
                None,
                Some("2012-01-31T23:30:00-05:00"),
                Some("2012-02-01T00:15:00-05:00"),
            ),
            (r#"<t><low value="2012"/><width value="3" unit="d"/></t>"#, None, Some("2012"), None),
            (r#"<t><low value="20120131"/><width value="3" unit="h"/></t>"#, None, Some("2012-01-31"), None),
        ] {
            let interval = interval(&element(xml));
            assert_eq!(
                (interval.at.as_deref(), interval.start.as_deref(), interval.end.as_deref()),
                (at, start, end),
                "{xml}"
            );
        }
        let read = interval(&element(r#"<t><low value="2013"/><high value="2012"/></t>"#));
        assert_eq!(read.period(), Some(serde_json::json!({ "start": "2013" })));
        assert_eq!(interval(&element(r#"<t value="someday"/>"#)).unread, ["someday"]);
    }
}
