//! Days as a story tells them: counted back from today.

use jiff::Span;
use jiff::civil::Date;

/// The day `text` before `today`: `-3y`, `-2y4m`, `-45d`, `-1y2m3d`; with a plus sign after it. `today` where the
/// text says nothing.
pub(crate) fn day(today: Date, text: &str) -> Date {
    let text = text.trim();
    let (back, parts) = match text.strip_prefix('-') {
        Some(parts) => (true, parts),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut span = Span::new();
    let mut number = 0;
    for c in parts.chars() {
        match c {
            '0'..='9' => number = number * 10 + i64::from(c as u8 - b'0'),
            _ => {
                let extended = match c {
                    'y' => span.try_years(number),
                    'm' => span.try_months(number),
                    'w' => span.try_weeks(number),
                    _ => span.try_days(number),
                };
                span = extended.unwrap_or(span);
                number = 0;
            }
        }
    }
    let moved = if back { today.checked_sub(span) } else { today.checked_add(span) };
    moved.unwrap_or(today)
}

/// `4 March 2026`
pub(crate) fn in_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn offsets_count_from_today() {
        let today = date(2026, 3, 4);
        for (text, expect) in [
            ("-1y", "2025-03-04"),
            ("-2y1m3d", "2024-02-01"),
            ("+10d", "2026-03-14"),
            ("", "2026-03-04"),
            ("-6w", "2026-01-21"),
        ] {
            assert_eq!(day(today, text).to_string(), expect, "{text}");
        }
        assert_eq!(in_words(today), "4 March 2026");
    }
}
