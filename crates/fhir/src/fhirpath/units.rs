//! UCUM units as products of base units, so that quantities in different units can be compared.
//!
//! The table is a working subset of UCUM: what laboratories, vital signs and prescriptions use. A unit that is
//! not in it is comparable with itself only.

use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// A unit as a number and powers of base units: `ratio × 10^exponent × bases`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    numerator: Decimal,
    denominator: Decimal,
    exponent: i32,
    bases: BTreeMap<String, i32>,
}

const PREFIXES: [(&str, i32); 20] = [
    ("da", 1),
    ("Y", 24),
    ("Z", 21),
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
    ("z", -21),
    ("y", -24),
];
/// No unit in use is nested deeper, or longer.
const MAX_DEPTH: u8 = 16;
const MAX_LENGTH: usize = 200;
const MAX_POWER: i32 = 12;

struct Atom {
    metric: bool,
    /// `None` for a base unit.
    definition: Option<(&'static str, &'static str)>,
}

static ATOMS: LazyLock<HashMap<&'static str, Atom>> = LazyLock::new(|| {
    let rows = include_str!("ucum.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (code, metric, value) = (cells.next()?, cells.next()?, cells.next()?);
        let definition = (value != "-").then(|| value.split_once(' ').unwrap_or((value, "1")));
        Some((code, Atom { metric: metric == "y", definition }))
    })
    .collect()
});

impl Unit {
    /// Reads a UCUM code; `None` when it is not UCUM, or not in the table.
    pub(super) fn parse(code: &str) -> Option<Self> {
        if code.len() > MAX_LENGTH {
            return None;
        }
        let mut parser = Parser { rest: code, depth: 0 };
        let unit = parser.term()?;
        parser.rest.is_empty().then_some(unit)
    }

    /// Whether a quantity in this unit can be expressed in the other.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        self.bases == other.bases
    }

    /// `value` of this unit as a value of `target`.
    pub(super) fn convert(&self, value: Decimal, target: &Self) -> Option<Decimal> {
        if !self.comparable(target) {
            return None;
        }
        let up = value.checked_mul(self.numerator)?.checked_mul(target.denominator)?;
        let down = self.denominator.checked_mul(target.numerator)?;
        scale(up.checked_div(down)?, self.exponent.checked_sub(target.exponent)?)
    }

    fn one() -> Self {
        Self { numerator: Decimal::ONE, denominator: Decimal::ONE, exponent: 0, bases: BTreeMap::new() }
    }

    fn base(code: &str) -> Self {
        Self { bases: BTreeMap::from([(code.to_owned(), 1)]), ..Self::one() }
    }

    fn number(text: &str) -> Option<Self> {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Some(Self { numerator: digits.parse().ok()?, exponent: exponent.parse().ok()?, ..Self::one() })
    }

    fn times(mut self, other: &Self) -> Option<Self> {
        self.numerator = self.numerator.checked_mul(other.numerator)?;
        self.denominator = self.denominator.checked_mul(other.denominator)?;
        self.exponent = self.exponent.checked_add(other.exponent)?;
        for (base, power) in &other.bases {
            let total = self.bases.entry(base.clone()).or_insert(0);
            *total = total.checked_add(*power)?;
        }
        self.bases.retain(|_, power| *power != 0);
        Some(self)
    }

    fn inverse(self) -> Option<Self> {
        Some(Self {
            numerator: self.denominator,
            denominator: self.numerator,
            exponent: self.exponent.checked_neg()?,
            bases: self.bases.into_iter().map(|(base, power)| (base, -power)).collect(),
        })
    }

    fn power(self, power: i32) -> Option<Self> {
        if power.abs() > MAX_POWER {
            // Only powers of ten are written so high: 10*23.
            let ten =
                self.bases.is_empty() && self.numerator == Decimal::TEN && self.denominator == Decimal::ONE;
            return (ten && power.abs() < 100).then(|| Self { exponent: power, ..Self::one() });
        }
        let mut out = Self::one();
        for _ in 0..power.abs() {
            out = out.times(&self)?;
        }
        if power < 0 { out.inverse() } else { Some(out) }
    }
}

/// `value × 10^exponent`, exactly.
fn scale(mut value: Decimal, exponent: i32) -> Option<Decimal> {
    let down = exponent.min(0).unsigned_abs();
    if down > 0 {
        // Trailing zeros are given up before digits are.
        let wanted = value.scale().checked_add(down)?;
        if wanted > Decimal::MAX_SCALE {
            value = value.normalize();
        }
        let wanted = value.scale().checked_add(down)?;
        return value.set_scale(wanted).ok().map(|()| value);
    }
    for _ in 0..exponent {
        value = value.checked_mul(Decimal::TEN)?;
    }
    Some(value)
}

struct Parser<'a> {
    rest: &'a str,
    depth: u8,
}

impl<'a> Parser<'a> {
    fn term(&mut self) -> Option<Unit> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH)?;
        let mut unit = Unit::one();
        if !self.rest.starts_with('/') {
            unit = self.component()?;
        }
        loop {
            if self.take("/") {
                unit = unit.times(&self.component()?.inverse()?)?;
            } else if self.take(".") {
                unit = unit.times(&self.component()?)?;
            } else {
                self.depth -= 1;
                return Some(unit);
            }
        }
    }

    fn component(&mut self) -> Option<Unit> {
        if self.take("(") {
            let unit = self.term()?;
            return self.take(")").then_some(unit);
        }
        if self.take("{") {
            // An annotation alone stands for 1.
            let (_, rest) = self.rest.split_once('}')?;
            self.rest = rest;
            return Some(Unit::one());
        }
        let symbol = self.symbol()?;
        let exponent = self.exponent()?;
        let unit = atom(symbol, self.depth)?.power(exponent)?;
        if self.take("{") {
            self.rest = self.rest.split_once('}')?.1;
        }
        Some(unit)
    }

    /// A run of characters that names a unit, or a whole number.
    fn symbol(&mut self) -> Option<&'a str> {
        for ten in ["10*", "10^"] {
            if self.take(ten) {
                return Some(ten);
            }
        }
        let mut in_brackets = false;
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let end = if digits > 0 {
            digits
        } else {
            self.rest
                .find(|c: char| {
                    in_brackets = (in_brackets || c == '[') && c != ']';
                    !in_brackets && matches!(c, '.' | '/' | '(' | ')' | '{' | '}' | '+' | '-' | '0'..='9')
                })
                .unwrap_or(self.rest.len())
        };
        let (symbol, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!symbol.is_empty()).then_some(symbol)
    }

    /// The power after a unit: 1 where none is written.
    fn exponent(&mut self) -> Option<i32> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return (sign == 0).then_some(1);
        }
        let (text, rest) = self.rest.split_at(sign + digits);
        self.rest = rest;
        text.parse().ok()
    }

    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// A unit by its symbol, with or without a prefix.
fn atom(symbol: &str, depth: u8) -> Option<Unit> {
    if symbol.bytes().all(|b| b.is_ascii_digit()) {
        return Unit::number(symbol);
    }
    if let Some((code, atom)) = ATOMS.get_key_value(symbol) {
        return expand(code, atom, depth);
    }
    PREFIXES.into_iter().find_map(|(prefix, exponent)| {
        let (code, atom) = ATOMS.get_key_value(symbol.strip_prefix(prefix)?)?;
        if !atom.metric {
            return None;
        }
        let unit = expand(code, atom, depth)?;
        Some(Unit { exponent: unit.exponent.checked_add(exponent)?, ..unit })
    })
}

fn expand(code: &str, atom: &Atom, depth: u8) -> Option<Unit> {
    let Some((number, unit)) = atom.definition else { return Some(Unit::base(code)) };
    let mut parser = Parser { rest: unit, depth };
    Unit::number(number)?.times(&parser.term()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_can_be_read() {
        for code in ATOMS.keys() {
            assert!(atom(code, 0).is_some(), "{code}");
        }
    }

    #[test]
    fn values_convert_between_units_of_one_dimension() {
        let cases = [
            ("4", "g", "mg", Some("4000")),
            ("1", "[in_i]", "cm", Some("2.54")),
            ("180", "mg/dL", "g/L", Some("1.8")),
            ("5.5", "mmol/L", "umol/mL", Some("5.5")),
            ("120", "mm[Hg]", "Pa", Some("15998.6864898")),
            ("1", "wk", "d", Some("7")),
            ("72", "/min", "{beats}/min", Some("72")),
            ("4.5", "10*12/L", "10*6/uL", Some("4.5")),
            ("60", "mL/min/{1.73_m2}", "mL/min", Some("60")),
            ("1", "kg.m/s2", "N", Some("1")),
            ("37", "Cel", "K", None),
            ("1", "mg", "mL", None),
        ];
        for (value, from, to, expect) in cases {
            let (from, to) = (Unit::parse(from).unwrap(), Unit::parse(to).unwrap());
            let expect = expect.map(|text| text.parse().unwrap());
            assert_eq!(from.convert(value.parse().unwrap(), &to), expect, "{value} {from:?} {to:?}");
        }
    }

    #[test]
    fn what_is_no_unit_is_not_guessed() {
        for code in ["lbs", "m/", "(m", "kmin", "m-", "{open", "mm[Hg"] {
            assert!(Unit::parse(code).is_none(), "{code}");
        }
        assert!(Unit::parse(&"(".repeat(100)).is_none());
    }
}
