//! Days and months, however they are written, as words that can be looked up: "2014-03-02", "2014-03", "march".

/// Months as they are written, in order.
const MONTHS: [&str; 12] = [
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

/// A day or a month of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    year: u16,
    month: u8,
    /// 0 where only the month is told.
    day: u8,
}

/// A date at the beginning of a list of words.
pub(crate) struct Found {
    pub(crate) day: Day,
    /// How many words it takes.
    pub(crate) length: usize,
}

impl Day {
    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_one = (1..=12).contains(&month) && day <= 31;
        is_one.then_some(Self { year, month, day })
    }

    /// The words it is found by, from the day to the year.
    pub(crate) fn words(self) -> Vec<String> {
        let Self { year, month, day } = self;
        let name = MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default();
        let mut words = vec![format!("{year:04}-{month:02}"), name.to_owned(), format!("{year:04}")];
        if day > 0 {
            words.insert(0, format!("{year:04}-{month:02}-{day:02}"));
        }
        words
    }
}

/// The date that begins at the first of these folded words: `2014 03 02`, `march 2 2014`, `2 march 2014`, `march 2014`.
///
/// Days and months in numbers count only behind the year, since 03/04/2014 may be either.
pub(crate) fn date_at(words: &[String]) -> Option<Found> {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let found = |day: Option<Day>, length: usize| day.map(|day| Found { day, length });
    if let (Some(year), Some(month)) = (year(word(0)), two_digits(word(1))) {
        let day = two_digits(word(2)).or_else(|| two_digits(word(2).split_once('t')?.0));
        return found(Day::new(year, month, day.unwrap_or(0)), if day.is_some() { 3 } else { 2 });
    }
    if let Some(month) = month(word(0)) {
        return match (year(word(1)), day(word(1)), year(word(2))) {
            (Some(year), ..) => found(Day::new(year, month, 0), 2),
            (None, Some(day), Some(year)) => found(Day::new(year, month, day), 3),
            _ => None,
        };
    }
    let month_at = if word(1) == "of" { 2 } else { 1 };
    let (day, month, year) = (day(word(0))?, month(word(month_at))?, year(word(month_at + 1))?);
    found(Day::new(year, month, day), month_at + 2)
}

fn year(word: &str) -> Option<u16> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|year| (1850..2150).contains(year))
}

fn two_digits(word: &str) -> Option<u8> {
    (word.len() == 2).then(|| word.parse().ok()).flatten()
}

fn day(word: &str) -> Option<u8> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    (bare.len() <= 2).then(|| bare.parse().ok()).flatten().filter(|day| (1..=31).contains(day))
}

fn month(word: &str) -> Option<u8> {
    let is_short = word.len() == 3 || word == "sept";
    let at = MONTHS.iter().position(|name| *name == word || is_short && name.starts_with(word))?;
    u8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tokens;

    #[test]
    fn a_date_is_the_same_however_it_is_written() {
        for (text, words, length) in [
            ("2014-03-02T10:22:05Z", "2014-03-02 2014-03 march 2014", 3),
            ("2014-03-02", "2014-03-02 2014-03 march 2014", 3),
            ("March 2nd, 2014", "2014-03-02 2014-03 march 2014", 3),
            ("2 March 2014", "2014-03-02 2014-03 march 2014", 3),
            ("2nd of March 2014", "2014-03-02 2014-03 march 2014", 4),
            ("Sept 2014", "2014-09 september 2014", 2),
            ("2014-03", "2014-03 march 2014", 2),
            ("03/04/2014", "", 0),
            ("2014", "", 0),
            ("may be 2014", "", 0),
            ("2014-13-02", "", 0),
            ("12 of 2014", "", 0),
        ] {
            let found = date_at(&tokens(text));
            let got = found.as_ref().map(|found| found.day.words().join(" ")).unwrap_or_default();
            assert_eq!((got.as_str(), found.map_or(0, |found| found.length)), (words, length), "{text}");
        }
    }
}
