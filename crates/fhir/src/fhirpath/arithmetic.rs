//! `+ - * / div mod &` and the signs.

use super::ast::Operator;
use super::error::{Error, fails};
use super::eval::single_value;
use super::item::{Collection, Item, System};
use super::moment::{Moment, MomentKind, Precision};
use super::quantity::{CalendarUnit, Quantity, QuantityUnit};
use jiff::Span;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::borrow::Cow;

/// `+x`, `-x`
pub(super) fn sign(negative: bool, items: Collection<'_>) -> Result<Collection<'_>, Error> {
    let Some(value) = single_value(&items)? else { return Ok(Vec::new()) };
    let value = match (value, negative) {
        (value @ (System::Integer(_) | System::Decimal(_) | System::Quantity(_)), false) => value,
        (System::Integer(value), true) => System::Integer(value.checked_neg().unwrap_or(i64::MAX)),
        (System::Decimal(value), true) => System::Decimal(-value),
        (System::Quantity(Quantity { value, unit }), true) => {
            System::Quantity(Quantity { value: -value, unit })
        }
        (value, _) => return fails(format!("{} has no sign", value.type_name())),
    };
    Ok(vec![Item::System(value)])
}

/// A binary operator on two single values; empty where one is empty, where the result does not exist
/// (division by zero) or cannot be held.
pub(super) fn binary<'a>(
    operator: Operator,
    left: &[Item<'a>],
    right: &[Item<'a>],
) -> Result<Option<System<'a>>, Error> {
    let (left, right) = (single_value(left)?, single_value(right)?);
    if operator == Operator::Concatenate {
        let text = |value: Option<System<'a>>| value.map_or(Cow::Borrowed(""), |value| value.to_text());
        return Ok(Some(System::String(text(left) + text(right))));
    }
    let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
    match (operator, &left, &right) {
        (Operator::Add, System::String(a), System::String(b)) => {
            Ok(Some(System::String(a.clone() + b.clone())))
        }
        (Operator::Add | Operator::Subtract, System::Moment(moment), System::Quantity(quantity)) => {
            let moved = shift(*moment, quantity, operator == Operator::Subtract)?;
            Ok(moved.map(System::Moment))
        }
        (_, System::Integer(a), System::Integer(b)) => Ok(whole(operator, *a, *b)),
        (_, System::Quantity(_), _) | (_, _, System::Quantity(_)) => {
            match (left.quantity(), right.quantity()) {
                (Some(a), Some(b)) => quantities(operator, &a, &b),
                _ => unfit(operator, &left, &right),
            }
        }
        _ => match (left.decimal(), right.decimal()) {
            (Some(a), Some(b)) => Ok(decimals(operator, a, b)),
            _ => unfit(operator, &left, &right),
        },
    }
}

fn unfit<T>(operator: Operator, left: &System<'_>, right: &System<'_>) -> Result<T, Error> {
    fails(format!("{operator:?} does not take {} and {}", left.type_name(), right.type_name()))
}

fn whole(operator: Operator, a: i64, b: i64) -> Option<System<'static>> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Div => a.checked_div(b),
        Operator::Mod => a.checked_rem(b),
        _ => return decimals(operator, a.into(), b.into()),
    };
    result.map(System::Integer)
}

fn decimals(operator: Operator, a: Decimal, b: Decimal) -> Option<System<'static>> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Mod => a.checked_rem(b),
        _ => return a.checked_div(b)?.trunc().to_i64().map(System::Integer),
    };
    result.map(System::Decimal)
}

fn quantities(operator: Operator, a: &Quantity, b: &Quantity) -> Result<Option<System<'static>>, Error> {
    let result = match operator {
        Operator::Add => a.add(b, false),
        Operator::Subtract => a.add(b, true),
        Operator::Multiply => a.multiply(b),
        Operator::Divide => a.divide(b),
        _ => return fails(format!("{operator:?} does not take quantities")),
    };
    Ok(result.map(System::Quantity))
}

/// A moment later or earlier, known as well as it was before. The fraction of the quantity is dropped.
fn shift(moment: Moment, by: &Quantity, back: bool) -> Result<Option<Moment>, Error> {
    let unit = match &by.unit {
        QuantityUnit::Calendar(unit) => *unit,
        // A UCUM year or month is a fixed number of seconds, which no calendar has.
        QuantityUnit::Ucum(code) => match CalendarUnit::from_code(code).filter(|unit| unit.is_definite()) {
            Some(unit) => unit,
            None => match CalendarUnit::from_word(code) {
                Some(unit) => unit,
                None => return fails("only a duration can be added to a date or time"),
            },
        },
    };
    if moment.kind == MomentKind::Time && unit_millis(unit) >= unit_millis(CalendarUnit::Day) {
        return fails("only hours and less can be added to a time");
    }
    let Some(count) = by.value.trunc().to_i64() else { return Ok(None) };
    let count = if back { count.checked_neg() } else { Some(count) };
    let civil = count.and_then(|count| match moment.kind {
        MomentKind::Time => {
            let (_, clock) = days_and_clock(count, unit, moment.precision)?;
            let time = moment.civil.time().wrapping_add(jiff::SignedDuration::from_millis(clock));
            Some(moment.civil.date().to_datetime(time))
        }
        _ => moment.civil.checked_add(span(count, unit, moment.precision)?).ok(),
    });
    let digits = if unit == CalendarUnit::Millisecond { moment.digits.max(3) } else { moment.digits };
    let digits = if moment.precision == Precision::Fraction { digits } else { 0 };
    Ok(civil.filter(|civil| civil.year() >= 1).map(|civil| Moment { civil, digits, ..moment }))
}

/// The duration in whole units of what is known: half a year added to a year is nothing (FHIRPath §6.7.1).
fn span(count: i64, unit: CalendarUnit, precision: Precision) -> Option<Span> {
    const DAYS_OF_YEAR: i64 = 365;
    const DAYS_OF_MONTH: i64 = 30;
    let days = || count.checked_mul(unit_millis(unit)).map(|millis| millis / unit_millis(CalendarUnit::Day));
    let span = Span::new();
    match (precision, unit) {
        (Precision::Year, CalendarUnit::Month) => span.try_years(count / 12).ok(),
        (_, CalendarUnit::Year) => span.try_years(count).ok(),
        (Precision::Year, _) => span.try_years(days()? / DAYS_OF_YEAR).ok(),
        (_, CalendarUnit::Month) => span.try_months(count).ok(),
        (Precision::Month, _) => span.try_months(days()? / DAYS_OF_MONTH).ok(),
        (Precision::Day, _) => span.try_days(days()?).ok(),
        _ => {
            let (days, clock) = days_and_clock(count, unit, precision)?;
            span.try_days(days).ok()?.try_milliseconds(clock).ok()
        }
    }
}

/// A duration as days and milliseconds of a day, cut to what a time of this precision can tell.
fn days_and_clock(count: i64, unit: CalendarUnit, precision: Precision) -> Option<(i64, i64)> {
    let known = match precision {
        Precision::Hour => unit_millis(CalendarUnit::Hour),
        Precision::Minute => unit_millis(CalendarUnit::Minute),
        Precision::Second => unit_millis(CalendarUnit::Second),
        _ => 1,
    };
    let millis = count.checked_mul(unit_millis(unit))?;
    let day = unit_millis(CalendarUnit::Day);
    Some((millis / day, (millis % day) / known * known))
}

fn unit_millis(unit: CalendarUnit) -> i64 {
    match unit {
        CalendarUnit::Year => 31_536_000_000,
        CalendarUnit::Month => 2_592_000_000,
        CalendarUnit::Week => 604_800_000,
        CalendarUnit::Day => 86_400_000,
        CalendarUnit::Hour => 3_600_000,
        CalendarUnit::Minute => 60_000,
        CalendarUnit::Second => 1000,
        CalendarUnit::Millisecond => 1,
    }
}
