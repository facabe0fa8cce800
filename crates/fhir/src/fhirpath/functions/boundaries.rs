//! What a value known to some precision may be at least and at most: `lowBoundary`, `highBoundary`,
//! `precision`, and `comparable`.

use super::{Function, Invocation};
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::single_value;
use crate::fhirpath::item::{Collection, Item, System};
use crate::fhirpath::moment::{Moment, MomentKind, Precision, ceiling, floor};
use crate::fhirpath::quantity::Quantity;
use rust_decimal::{Decimal, RoundingStrategy};

/// Digits after the point that are given where none are asked for.
const DECIMAL_DIGITS: u32 = 8;
/// The furthest that local time is ahead of and behind UTC, in minutes.
const AHEAD: i16 = 14 * 60;
const BEHIND: i16 = -12 * 60;

pub(super) fn call<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let Some(value) = single_value(input)? else { return Ok(Vec::new()) };
    match call.call.function {
        Function::PrecisionOf => match precision(&value) {
            Some(digits) => Ok(vec![Item::integer(digits)]),
            None => fails(format!("a {} has no precision", value.type_name())),
        },
        Function::Comparable => match (value, call.value(0)?) {
            (System::Quantity(a), Some(System::Quantity(b))) => call.verdict(a.comparable(&b)),
            (_, None) => Ok(Vec::new()),
            _ => fails("comparable() takes quantities"),
        },
        function => {
            let high = function == Function::HighBoundary;
            let digits = match call.integer(0)?.map(u32::try_from) {
                None => None,
                Some(Ok(digits)) => Some(digits),
                Some(Err(_)) => return Ok(Vec::new()),
            };
            let boundary = match value {
                System::Moment(moment) => moment_boundary(moment, high, digits).map(System::Moment),
                System::Quantity(Quantity { value, unit }) => decimal_boundary(value, high, digits)
                    .map(|value| System::Quantity(Quantity { value, unit })),
                other => match other.decimal() {
                    Some(value) => decimal_boundary(value, high, digits).map(System::Decimal),
                    None => return fails(format!("a {} has no boundary", other.type_name())),
                },
            };
            call.answer(boundary)
        }
    }
}

/// Digits of a number after the point, of a date or time all its digits.
fn precision(value: &System<'_>) -> Option<i64> {
    match value {
        System::Moment(moment) => Some(moment_digits(moment)),
        other => other.decimal().map(|number| i64::from(number.scale())),
    }
}

fn moment_digits(moment: &Moment) -> i64 {
    let digits = match moment.precision {
        Precision::Year => 4,
        Precision::Month => 6,
        Precision::Day => 8,
        Precision::Hour => 10,
        Precision::Minute => 12,
        Precision::Second => 14,
        Precision::Fraction => 14 + i64::from(moment.digits),
    };
    if moment.kind == MomentKind::Time { digits - 8 } else { digits }
}

/// Half a unit of the last digit below or above, told in `digits`: cut towards the value, rounded away from it.
fn decimal_boundary(value: Decimal, high: bool, digits: Option<u32>) -> Option<Decimal> {
    let digits = digits.unwrap_or(DECIMAL_DIGITS);
    if digits > Decimal::MAX_SCALE {
        return None;
    }
    let half = Decimal::try_new(5, value.scale().checked_add(1)?).ok()?;
    let boundary = if high { value.checked_add(half)? } else { value.checked_sub(half)? };
    let outwards = high != boundary.is_sign_negative();
    let strategy = if outwards { RoundingStrategy::MidpointAwayFromZero } else { RoundingStrategy::ToZero };
    let mut told = boundary.round_dp_with_strategy(digits, strategy);
    told.rescale(digits);
    // More digits than a number can hold are cut silently; that is no boundary.
    (told.scale() == digits).then_some(told)
}

/// The first or last moment that agrees with what is known, told in so many digits.
fn moment_boundary(moment: Moment, high: bool, digits: Option<u32>) -> Option<Moment> {
    let (most, skipped) = match moment.kind {
        MomentKind::Date => (8, 0),
        MomentKind::DateTime => (17, 0),
        MomentKind::Time => (9, 8),
    };
    // A date, too, can be asked for as a date and time.
    let most = if digits.is_some_and(|digits| digits > most) && skipped == 0 { 17 } else { most };
    let precision = match digits.unwrap_or(most).checked_add(skipped)? {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 => Precision::Second,
        17 => Precision::Fraction,
        _ => return None,
    };
    let civil = if high { ceiling(moment.civil, moment.precision)? } else { moment.civil };
    let civil = floor(civil, precision);
    let nanos = civil.subsec_nanosecond() / 1_000_000 * 1_000_000;
    let civil = civil.with().subsec_nanosecond(nanos).build().ok()?;
    let has_time = precision > Precision::Day && moment.kind != MomentKind::Time;
    let offset = moment.offset.or(Some(if high { BEHIND } else { AHEAD }));
    let kind = match moment.kind {
        MomentKind::Time => MomentKind::Time,
        _ if has_time => MomentKind::DateTime,
        kind => kind,
    };
    let digits = if precision == Precision::Fraction { 3 } else { 0 };
    Some(Moment { kind, precision, civil, digits, offset: offset.filter(|_| has_time) })
}
