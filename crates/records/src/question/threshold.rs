//! A limit in a question: "above 7", "lower than 60", "at least 140 mmHg".

/// A limit that results are compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Threshold {
    /// How an answer says it: "above 7".
    pub(crate) label: String,
    /// The unit the question names, as its words.
    pub(crate) unit: Vec<String>,
    limit: f64,
    side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Phrase, side, how it is said.
const PHRASES: [(&[&str], Side, &str); 25] = [
    (&["above"], Side::Above, "above"),
    (&["over"], Side::Above, "above"),
    (&["higher", "than"], Side::Above, "above"),
    (&["greater", "than"], Side::Above, "above"),
    (&["more", "than"], Side::Above, "above"),
    (&["bigger", "than"], Side::Above, "above"),
    (&["larger", "than"], Side::Above, "above"),
    (&["exceed"], Side::Above, "above"),
    (&["exceeds"], Side::Above, "above"),
    (&["exceeded"], Side::Above, "above"),
    (&["exceeding"], Side::Above, "above"),
    (&["beyond"], Side::Above, "above"),
    (&["past"], Side::Above, "above"),
    (&["at", "least"], Side::AtLeast, "at least"),
    (&["not", "less", "than"], Side::AtLeast, "at least"),
    (&["below"], Side::Below, "below"),
    (&["under"], Side::Below, "below"),
    (&["underneath"], Side::Below, "below"),
    (&["beneath"], Side::Below, "below"),
    (&["lower", "than"], Side::Below, "below"),
    (&["less", "than"], Side::Below, "below"),
    (&["smaller", "than"], Side::Below, "below"),
    (&["fewer", "than"], Side::Below, "below"),
    (&["at", "most"], Side::AtMost, "at most"),
    (&["up", "to"], Side::AtMost, "at most"),
];

const UNITS: [&str; 34] = [
    "mg",
    "dl",
    "mmol",
    "l",
    "mol",
    "mmhg",
    "mm",
    "hg",
    "kg",
    "lb",
    "lbs",
    "pounds",
    "g",
    "ng",
    "ml",
    "ug",
    "pg",
    "iu",
    "u",
    "cm",
    "inches",
    "bpm",
    "beats",
    "percent",
    "umol",
    "nmol",
    "pmol",
    "miu",
    "meq",
    "fl",
    "min",
    "degrees",
    "celsius",
    "fahrenheit",
];

impl Threshold {
    /// The limit a question names, and which words name it.
    pub(crate) fn find(words: &[String]) -> Option<(Self, usize, usize)> {
        (0..words.len()).find_map(|from| {
            let rest = &words[from..];
            let starts =
                |phrase: &[&str]| rest.len() > phrase.len() && rest.iter().zip(phrase).all(|(a, b)| a == b);
            let (phrase, side, said) = PHRASES.iter().rev().find(|(phrase, ..)| starts(phrase))?;
            let number = &rest[phrase.len()];
            let limit: f64 = number.parse().ok()?;
            let counts_time = rest.get(phrase.len() + 1).is_some_and(|word| {
                ["year", "month", "week", "day", "hour", "time"].iter().any(|unit| word.starts_with(unit))
            });
            if counts_time {
                return None;
            }
            let after = &rest[phrase.len() + 1..];
            let unit: Vec<String> =
                after.iter().take_while(|word| UNITS.contains(&word.as_str())).cloned().collect();
            let to = from + phrase.len() + 1 + unit.len();
            let label = [said.to_string(), number.clone()].into_iter().chain(unit.clone());
            let label = label.collect::<Vec<_>>().join(" ");
            Some((Self { label, unit, limit, side: *side }, from, to))
        })
    }

    pub(crate) fn holds(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.limit,
            Side::AtLeast => value >= self.limit,
            Side::Below => value < self.limit,
            Side::AtMost => value <= self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tokens;

    #[test]
    fn limits_are_read_with_their_side_and_unit() {
        for (question, expect) in [
            ("how many times was my HbA1c above 7", Some(("above 7", 7.1, true))),
            ("was my HbA1c above 7", Some(("above 7", 7.0, false))),
            ("was my blood pressure ever over 150", Some(("above 150", 151.0, true))),
            ("is it lower than 3.5 mmol/L", Some(("below 3.5 mmol l", 3.4, true))),
            ("at least 60", Some(("at least 60", 60.0, true))),
            ("over the last 6 months", None),
            ("more than 3 years", None),
            ("what is my HbA1c", None),
        ] {
            let found = Threshold::find(&tokens(question)).map(|(found, ..)| found);
            assert_eq!(found.is_some(), expect.is_some(), "{question}");
            if let (Some(found), Some((label, value, holds))) = (found, expect) {
                assert_eq!((found.label.as_str(), found.holds(value)), (label, holds), "{question}");
            }
        }
    }
}
