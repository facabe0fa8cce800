//! Decimals with the precision they were written with.

/// A number and the range of numbers that round to it as written: `100` is 99.5 to 100.5, `1e2` is 50 to 150.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Decimal {
    pub(super) value: f64,
    pub(super) lo: f64,
    pub(super) hi: f64,
}

/// More digits than these are read, but no precision is claimed for them: `f64` has none.
const MOST_DIGITS: usize = 15;

/// Reads a decimal number: sign, digits, fraction, exponent. `None` for anything else, also for what
/// is too large or too small for an `f64`.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let decimals = unsigned.len() - whole.len();
    let beyond = significant_digits(unsigned).saturating_sub(MOST_DIGITS);
    let last_digit = exponent.checked_sub(i32::try_from(decimals.saturating_sub(1)).ok()?)?;
    let last_digit = last_digit.checked_add(i32::try_from(beyond).ok()?)?;
    let value: f64 = text.parse().ok()?;
    let half = 0.5 * 10f64.powi(last_digit);
    let (lo, hi) = (value - half, value + half);
    (lo.is_finite() && hi.is_finite() && lo < hi).then_some(Decimal { value, lo, hi })
}

fn significant_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count()
}

/// A text that [`decimal`] reads as this very number and range.
pub(super) fn decimal_text(value: f64, lo: f64, hi: f64) -> String {
    let last_digit = (hi - lo).log10().round();
    let text = if (-30.0..=0.0).contains(&last_digit) {
        format!("{value:.*}", (-last_digit) as usize)
    } else if value == 0.0 {
        format!("0e{last_digit}")
    } else {
        let leading = value.abs().log10().floor();
        format!("{value:.*e}", (leading - last_digit).max(0.0) as usize)
    };
    if decimal(&text) == Some(Decimal { value, lo, hi }) { text } else { format!("{value:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_read_from_the_digits() {
        let table = [
            ("100", 100.0, 99.5, 100.5),
            ("100.00", 100.0, 99.995, 100.005),
            ("1e2", 100.0, 50.0, 150.0),
            ("1.0E2", 100.0, 95.0, 105.0),
            ("5.40e-3", 0.0054, 0.005395, 0.005405),
            ("-7.5", -7.5, -7.55, -7.45),
            ("+2", 2.0, 1.5, 2.5),
            ("0", 0.0, -0.5, 0.5),
        ];
        for (text, value, lo, hi) in table {
            let read = decimal(text).unwrap();
            assert_eq!(read.value, value, "{text}");
            assert!((read.lo - lo).abs() < 1e-9 && (read.hi - hi).abs() < 1e-9, "{text}: {read:?}");
        }
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e",
            "1e999",
            "NaN",
            "inf",
            "0x10",
            "1 ",
            "0e-999",
            "1e-400",
            "1e99999999999",
            "1,5",
            "1_0",
            "1e5.5",
            "--1",
        ] {
            assert!(decimal(text).is_none(), "{text} was accepted");
        }
    }

    #[test]
    fn a_number_written_back_is_read_the_same() {
        for text in [
            "100",
            "100.00",
            "1e2",
            "1.0E2",
            "-7.5",
            "0",
            "0.000",
            "0e3",
            "5.40e-3",
            "123456789012345",
            "1e-40",
            "9.99e30",
            "95e1",
            "0.1",
        ] {
            let read = decimal(text).unwrap();
            let written = decimal_text(read.value, read.lo, read.hi);
            assert_eq!(decimal(&written), Some(read), "{text} became {written}");
        }
    }
}
