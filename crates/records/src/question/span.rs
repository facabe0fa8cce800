//! Time in a question: "this year", "since March 2021", "in the last six months", "when I was 30".

use crate::when::{month_number, shown};
use jiff::ToSpan;
use jiff::civil::Date;

/// A stretch of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// First day, if it has one.
    pub(crate) from: Option<Date>,
    /// First day after it, if it has an end.
    pub(crate) until: Option<Date>,
    /// How an answer names it: "in 2019", "since 1 Mar 2021".
    pub(crate) label: String,
}

impl Span {
    pub(crate) fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.until.is_none_or(|until| day < until)
    }

    /// Whether a stretch of days shares a day with this one; `last` is its last day, if it has ended.
    pub(crate) fn meets(&self, first: Date, last: Option<Date>) -> bool {
        self.until.is_none_or(|until| first < until)
            && self.from.is_none_or(|from| last.is_none_or(|last| last >= from))
    }

    fn new(from: Option<Date>, until: Option<Date>, label: String) -> Option<Self> {
        Some(Self { from, until, label })
    }

    /// Finds the time a question speaks of, and which words say it.
    pub(crate) fn find(words: &[String], today: Date, born: Option<Date>) -> Option<(Self, usize, usize)> {
        (0..words.len()).find_map(|at| {
            let reader = Reader { words: &words[at..], today, born };
            reader.read().map(|(span, length)| (span, at, at + length))
        })
    }
}

struct Reader<'a> {
    words: &'a [String],
    today: Date,
    born: Option<Date>,
}

/// A day, month or year named in a question.
struct Named {
    from: Date,
    until: Date,
    label: String,
    length: usize,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map(String::as_str).unwrap_or_default()
    }

    fn read(&self) -> Option<(Span, usize)> {
        match self.word(0) {
            "between" => self.pair(1, "and"),
            "from" => self.pair(1, "to").or_else(|| self.pair(1, "until")).or_else(|| self.since(1)),
            "since" => self.since(1),
            "after" => self.after(1),
            "before" | "until" | "till" => self.before(1),
            "when" if self.word(1) == "i" && self.word(2) == "was" => self.at_age(3),
            "at" if self.word(1) == "age" => self.at_age(2),
            "at" if self.word(1) == "the" && self.word(2) == "age" && self.word(3) == "of" => self.at_age(4),
            "this" | "last" | "past" | "previous" => self.relative(0, self.word(0)),
            "today" => self.days(0, 1, "today", 1),
            "yesterday" => self.days(1, 1, "yesterday", 1),
            "in" | "on" | "during" => match self.named(1) {
                Some(named) => self.whole(named, 1),
                None => None,
            },
            _ => self.ago().or_else(|| self.named(0).and_then(|named| self.whole(named, 0))),
        }
    }

    fn whole(&self, named: Named, skipped: usize) -> Option<(Span, usize)> {
        let is_day = named.until == named.from.tomorrow().ok()?;
        let label = format!("{} {}", if is_day { "on" } else { "in" }, named.label);
        Some((Span::new(Some(named.from), Some(named.until), label)?, skipped + named.length))
    }

    fn since(&self, at: usize) -> Option<(Span, usize)> {
        let named = self.named(at)?;
        Some((Span::new(Some(named.from), None, format!("since {}", named.label))?, at + named.length))
    }

    fn after(&self, at: usize) -> Option<(Span, usize)> {
        let named = self.named(at)?;
        Some((Span::new(Some(named.until), None, format!("after {}", named.label))?, at + named.length))
    }

    fn before(&self, at: usize) -> Option<(Span, usize)> {
        let named = self.named(at)?;
        Some((Span::new(None, Some(named.from), format!("before {}", named.label))?, at + named.length))
    }

    fn pair(&self, at: usize, middle: &str) -> Option<(Span, usize)> {
        let first = self.named(at)?;
        let between = at + first.length;
        if self.word(between) != middle {
            return None;
        }
        let second = self.named(between + 1)?;
        let label = format!("between {} and {}", first.label, second.label);
        Some((Span::new(Some(first.from), Some(second.until), label)?, between + 1 + second.length))
    }

    fn at_age(&self, at: usize) -> Option<(Span, usize)> {
        let age = self.number(at)?;
        let from = self.born?.checked_add(age.years()).ok()?;
        let until = from.checked_add(1.year()).ok()?;
        Some((Span::new(Some(from), Some(until), format!("at the age of {age}"))?, at + 1))
    }

    /// "this year", "last month", "the past 6 months".
    fn relative(&self, at: usize, which: &str) -> Option<(Span, usize)> {
        if let Some(count) = self.number(at + 1) {
            let unit = self.word(at + 2);
            let from = self.today.checked_sub(span_of(count, unit)?).ok()?;
            let label = format!("in the last {count} {unit}");
            return Some((Span::new(Some(from), None, label)?, at + 3));
        }
        let year = Date::new(self.today.year(), 1, 1).ok()?;
        let month = self.today.first_of_month();
        let (from, until, label) = match (which, self.word(at + 1)) {
            ("this", "year") => (year, None, format!("in {}", year.year())),
            ("last" | "previous", "year") => {
                let from = year.checked_sub(1.year()).ok()?;
                (from, Some(year), format!("in {}", from.year()))
            }
            ("past", "year") => (self.today.checked_sub(1.year()).ok()?, None, "in the past year".to_owned()),
            ("this", "month") => (month, None, "this month".to_owned()),
            ("last" | "previous", "month") => {
                (month.checked_sub(1.month()).ok()?, Some(month), "last month".to_owned())
            }
            ("past", "month") => {
                (self.today.checked_sub(1.month()).ok()?, None, "in the past month".to_owned())
            }
            ("this", "week") => (self.today.checked_sub(7.days()).ok()?, None, "this week".to_owned()),
            ("last" | "past" | "previous", "week") => {
                (self.today.checked_sub(14.days()).ok()?, None, "in the last two weeks".to_owned())
            }
            ("last" | "past", "decade") => {
                (self.today.checked_sub(10.years()).ok()?, None, "in the last decade".to_owned())
            }
            _ => return None,
        };
        Some((Span::new(Some(from), until, label)?, at + 2))
    }

    /// "two years ago": the calendar year or month it falls into.
    fn ago(&self) -> Option<(Span, usize)> {
        let count = self.number(0)?;
        let unit = self.word(1);
        if self.word(2) != "ago" {
            return None;
        }
        let day = self.today.checked_sub(span_of(count, unit)?).ok()?;
        let (from, until, label) = if unit.starts_with("year") {
            let from = Date::new(day.year(), 1, 1).ok()?;
            (from, from.checked_add(1.year()).ok()?, format!("in {}", day.year()))
        } else if unit.starts_with("month") {
            let from = day.first_of_month();
            (from, from.checked_add(1.month()).ok()?, format!("{count} {unit} ago"))
        } else {
            (day, day.tomorrow().ok()?, format!("{count} {unit} ago"))
        };
        Some((Span::new(Some(from), Some(until), label)?, 3))
    }

    fn days(&self, back: i64, length: i64, label: &str, words: usize) -> Option<(Span, usize)> {
        let from = self.today.checked_sub(back.days()).ok()?;
        let until = from.checked_add(length.days()).ok()?;
        Some((Span::new(Some(from), Some(until), label.to_owned())?, words))
    }

    /// "2019", "March 2021", "4 March 2026", "March 4 2026", "2026-03-04", "March" (the latest one).
    fn named(&self, at: usize) -> Option<Named> {
        let day_of = |word: &str| {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            digits.parse::<i8>().ok().filter(|day| (1..=31).contains(day))
        };
        if let Some(year) = year(self.word(at)) {
            if let (Some(month), Some(day)) = (two_digits(self.word(at + 1)), two_digits(self.word(at + 2))) {
                return one_day(Date::new(year, month, day).ok()?, 3);
            }
            let from = Date::new(year, 1, 1).ok()?;
            let until = from.checked_add(1.year()).ok()?;
            return Some(Named { from, until, label: year.to_string(), length: 1 });
        }
        if let Some(month) = month_number(self.word(at)) {
            if let Some(year) = year(self.word(at + 1)) {
                return one_month(Date::new(year, month, 1).ok()?, 2);
            }
            if let (Some(day), Some(year)) = (day_of(self.word(at + 1)), year(self.word(at + 2))) {
                return one_day(Date::new(year, month, day).ok()?, 3);
            }
            if self.word(at) == "may"
                && !matches!(self.words.first().map(String::as_str), Some("in" | "since"))
            {
                return None;
            }
            let this_year = Date::new(self.today.year(), month, 1).ok()?;
            let from = if this_year > self.today { this_year.checked_sub(1.year()).ok()? } else { this_year };
            return one_month(from, 1);
        }
        if let (Some(day), Some(month)) = (day_of(self.word(at)), month_number(self.word(at + 1))) {
            let year = year(self.word(at + 2))?;
            return one_day(Date::new(year, month, day).ok()?, 3);
        }
        None
    }

    fn number(&self, at: usize) -> Option<i64> {
        const WORDS: [&str; 12] = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        ];
        let word = self.word(at);
        let spelled = WORDS.iter().zip(1..).find_map(|(name, number)| (*name == word).then_some(number));
        spelled.or_else(|| word.parse().ok()).filter(|number| (1..=150).contains(number))
    }
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|year| (1900..2100).contains(year))
}

fn two_digits(word: &str) -> Option<i8> {
    (word.len() == 2).then(|| word.parse().ok()).flatten()
}

fn one_day(day: Date, length: usize) -> Option<Named> {
    Some(Named { from: day, until: day.tomorrow().ok()?, label: shown(day), length })
}

fn one_month(from: Date, length: usize) -> Option<Named> {
    let label = shown(from).split_once(' ').map(|(_, month)| month.to_owned())?;
    Some(Named { from, until: from.checked_add(1.month()).ok()?, label, length })
}

fn span_of(count: i64, unit: &str) -> Option<jiff::Span> {
    Some(match unit {
        "day" | "days" => count.days(),
        "week" | "weeks" => count.weeks(),
        "month" | "months" => count.months(),
        "year" | "years" => count.years(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tokens;
    use jiff::civil::date;

    #[track_caller]
    fn check(question: &str, from: &str, until: &str, label: &str) {
        let born = Some(date(1980, 5, 17));
        let found = Span::find(&tokens(question), date(2026, 11, 20), born);
        let day = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let expect = Span { from: day(from), until: day(until), label: label.to_owned() };
        assert_eq!(found.map(|(span, ..)| span), Some(expect), "{question}");
    }

    #[test]
    fn times_are_understood() {
        check("how has it changed this year", "2026-01-01", "", "in 2026");
        check("values last year", "2025-01-01", "2026-01-01", "in 2025");
        check("in the past year", "2025-11-20", "", "in the past year");
        check("in 2019", "2019-01-01", "2020-01-01", "in 2019");
        check("since March 2021", "2021-03-01", "", "since Mar 2021");
        check("in the last 6 months", "2026-05-20", "", "in the last 6 months");
        check("in the last six months", "2026-05-20", "", "in the last 6 months");
        check("before 2015", "", "2015-01-01", "before 2015");
        check("after 2015", "2016-01-01", "", "after 2015");
        check("between 2018 and 2020", "2018-01-01", "2021-01-01", "between 2018 and 2020");
        check("from 2018 to 2020", "2018-01-01", "2021-01-01", "between 2018 and 2020");
        check("on 4 March 2026", "2026-03-04", "2026-03-05", "on 4 Mar 2026");
        check("on March 4th, 2026", "2026-03-04", "2026-03-05", "on 4 Mar 2026");
        check("on 2026-03-04", "2026-03-04", "2026-03-05", "on 4 Mar 2026");
        check("in December", "2025-12-01", "2026-01-01", "in Dec 2025");
        check("two years ago", "2024-01-01", "2025-01-01", "in 2024");
        check("when I was 30", "2010-05-17", "2011-05-17", "at the age of 30");
        check("last month", "2026-10-01", "2026-11-01", "last month");
    }

    #[test]
    fn no_time_is_seen_where_there_is_none() {
        for question in
            ["when was my last tetanus shot", "latest HbA1c", "what may I eat", "my last doctor visit"]
        {
            assert!(Span::find(&tokens(question), date(2026, 11, 20), None).is_none(), "{question}");
        }
    }
}
