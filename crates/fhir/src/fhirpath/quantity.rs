//! Numbers with a unit: a UCUM code, or one of the calendar's words.

use super::units::Unit;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A number with a unit. Not `Debug`: it may be a measurement of a person.
#[derive(Clone)]
pub struct Quantity {
    /// How many.
    pub value: Decimal,
    /// Of what.
    pub unit: QuantityUnit,
}

/// What a quantity counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityUnit {
    /// `1 year`: a calendar duration, not a number of seconds.
    Calendar(CalendarUnit),
    /// A UCUM code; `1` for a bare number.
    Ucum(Arc<str>),
}

/// The calendar's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    /// 12 months
    Year,
    /// 28 to 31 days
    Month,
    /// 7 days
    Week,
    /// 24 hours
    Day,
    /// 60 minutes
    Hour,
    /// 60 seconds
    Minute,
    /// 1000 milliseconds
    Second,
    /// The smallest
    Millisecond,
}

/// Word, UCUM code and unit.
const CALENDAR: [(&str, &str, CalendarUnit); 8] = [
    ("year", "a", CalendarUnit::Year),
    ("month", "mo", CalendarUnit::Month),
    ("week", "wk", CalendarUnit::Week),
    ("day", "d", CalendarUnit::Day),
    ("hour", "h", CalendarUnit::Hour),
    ("minute", "min", CalendarUnit::Minute),
    ("second", "s", CalendarUnit::Second),
    ("millisecond", "ms", CalendarUnit::Millisecond),
];

impl CalendarUnit {
    /// `day`, `days`
    pub(super) fn from_word(word: &str) -> Option<Self> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        CALENDAR.into_iter().find(|(name, ..)| *name == singular).map(|(.., unit)| unit)
    }

    /// The calendar unit a UCUM code of time stands for in a FHIR quantity.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        CALENDAR.into_iter().find(|(_, ucum, _)| *ucum == code).map(|(.., unit)| unit)
    }

    /// Years and months have no fixed length.
    pub(super) fn is_definite(self) -> bool {
        !matches!(self, Self::Year | Self::Month)
    }

    fn row(self) -> (&'static str, &'static str) {
        CALENDAR.into_iter().find(|(.., unit)| *unit == self).map_or(("", ""), |(word, code, _)| (word, code))
    }
}

impl QuantityUnit {
    /// The unit of a bare number.
    pub(super) fn one() -> Self {
        Self::Ucum("1".into())
    }

    /// As a UCUM code.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Calendar(unit) => unit.row().1,
            Self::Ucum(code) => code,
        }
    }

    fn is_indefinite_calendar(&self) -> bool {
        matches!(self, Self::Calendar(unit) if !unit.is_definite())
    }

    /// Whether an amount of this unit can be told in the other, as far as `=` is concerned: a calendar month
    /// is no UCUM month, which is a thirtieth of a mean year.
    fn is_exactly_convertible(&self, other: &Self) -> bool {
        self.is_indefinite_calendar() == other.is_indefinite_calendar()
    }
}

impl Quantity {
    /// A bare number.
    pub(super) fn of(value: Decimal) -> Self {
        Self { value, unit: QuantityUnit::one() }
    }

    /// `1.5 'mg'`, `4 days`, `7`
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end =
            text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let value = parse_decimal(number)?;
        let spaced = unit.starts_with(char::is_whitespace);
        let unit = unit.trim_start();
        let unit = if unit.is_empty() {
            QuantityUnit::one()
        } else if let Some(code) = unit.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            QuantityUnit::Ucum(code.into())
        } else {
            QuantityUnit::Calendar(CalendarUnit::from_word(unit).filter(|_| spaced)?)
        };
        Some(Self { value, unit })
    }

    /// The other's value in the unit of this one.
    fn converted(&self, other: &Self) -> Option<Decimal> {
        if self.unit == other.unit || self.unit.code() == other.unit.code() {
            return Some(other.value);
        }
        Unit::parse(other.unit.code())?.convert(other.value, &Unit::parse(self.unit.code())?)
    }

    /// The same amount in another unit, a UCUM code or a calendar word.
    pub(super) fn told_in(&self, unit: &str) -> Option<Self> {
        let unit = match CalendarUnit::from_word(unit) {
            Some(unit) => QuantityUnit::Calendar(unit),
            None => QuantityUnit::Ucum(unit.into()),
        };
        let target = Self { value: Decimal::ONE, unit };
        let value = target.converted(self).filter(|_| self.unit.is_exactly_convertible(&target.unit))?;
        Some(Self { value, ..target })
    }

    /// Whether the two measure the same kind of thing.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        let (own, others) = (self.unit.code(), other.unit.code());
        own == others
            || matches!((Unit::parse(own), Unit::parse(others)), (Some(a), Some(b)) if a.comparable(&b))
    }

    /// The order; `None` where the units cannot be compared.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        if !self.unit.is_exactly_convertible(&other.unit) {
            return None;
        }
        Some(self.value.cmp(&self.converted(other)?))
    }

    /// `~`: equal when rounded to the precision of the less precise of the two.
    pub(super) fn equivalent(&self, other: &Self) -> bool {
        // 4 'g' ~ 4040 'mg' is true: told in grams, 4.040 rounds to 4.
        [(self, other), (other, self)]
            .into_iter()
            .any(|(from, to)| to.converted(from).is_some_and(|value| decimals_equivalent(value, to.value)))
    }

    pub(super) fn add(&self, other: &Self, negative: bool) -> Option<Self> {
        let value =
            if self.unit.is_exactly_convertible(&other.unit) { self.converted(other)? } else { return None };
        let value = if negative { self.value.checked_sub(value) } else { self.value.checked_add(value) };
        Some(Self { value: value?, unit: self.unit.clone() })
    }

    pub(super) fn multiply(&self, other: &Self) -> Option<Self> {
        let unit = match (self.unit.code(), other.unit.code()) {
            (_, "1") => self.unit.clone(),
            ("1", _) => other.unit.clone(),
            (a, b) => QuantityUnit::Ucum(format!("({a}).({b})").into()),
        };
        Some(Self { value: self.value.checked_mul(other.value)?, unit })
    }

    pub(super) fn divide(&self, other: &Self) -> Option<Self> {
        let unit = match (self.unit.code(), other.unit.code()) {
            (_, "1") => self.unit.clone(),
            (a, b) if a == b => QuantityUnit::one(),
            ("1", b) => QuantityUnit::Ucum(format!("/({b})").into()),
            (a, b) => QuantityUnit::Ucum(format!("({a})/({b})").into()),
        };
        Some(Self { value: self.value.checked_div(other.value)?, unit })
    }
}

/// `+1.50`, exactly: no more digits than can be kept, and no exponent.
pub(super) fn parse_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_number(whole) && is_number(fraction)).then(|| text.parse().ok())?
}

/// Equal when rounded to the fewer digits after the point, trailing zeros not counted.
pub(super) fn decimals_equivalent(a: Decimal, b: Decimal) -> bool {
    let digits = a.normalize().scale().min(b.normalize().scale());
    let round = |value: Decimal| {
        value.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    };
    round(a) == round(b)
}

/// As a literal is written.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            QuantityUnit::Ucum(code) => write!(f, "{} '{code}'", self.value),
            QuantityUnit::Calendar(unit) => {
                let plural = if self.value == Decimal::ONE { "" } else { "s" };
                write!(f, "{} {}{plural}", self.value, unit.row().0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_compare_across_units_and_not_across_calendars() {
        let cases = [
            ("4 'g'", "4000.0 'mg'", Some(Ordering::Equal)),
            ("7 days", "1 week", Some(Ordering::Equal)),
            ("1 'd'", "1 day", Some(Ordering::Equal)),
            ("1 'mo'", "1 month", None),
            ("1 year", "12 months", Some(Ordering::Equal)),
            ("1 year", "400 days", None),
            ("185 '[lb_av]'", "100 'kg'", Some(Ordering::Less)),
            ("1 'cm'", "1 's'", None),
            ("1 '[tbl'U]'", "2 '[tbl'U]'", Some(Ordering::Less)),
        ];
        for (a, b, expect) in cases {
            let (a, b) = (Quantity::parse(a).unwrap(), Quantity::parse(b).unwrap());
            assert_eq!(a.compare(&b), expect, "{a} {b}");
        }
    }

    #[test]
    fn a_word_that_is_no_calendar_unit_is_no_quantity() {
        for text in ["1 wk", "1day", "x", "", "1.", "1 'mg"] {
            assert!(Quantity::parse(text).is_none(), "{text}");
        }
        assert_eq!(Quantity::parse("+2.50 weeks").unwrap().to_string(), "2.50 weeks");
    }
}
