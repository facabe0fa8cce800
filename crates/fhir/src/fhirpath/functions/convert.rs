//! `toX()` and `convertsToX()` (FHIRPath §5.5).

use super::{Function, Invocation};
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::single_value;
use crate::fhirpath::item::{Collection, Item, System};
use crate::fhirpath::moment::{Moment, MomentKind};
use crate::fhirpath::quantity::{Quantity, parse_decimal};
use rust_decimal::Decimal;

pub(super) fn call<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let Some(value) = single_value(input)? else { return Ok(Vec::new()) };
    use Function as F;
    let asks = matches!(
        call.call.function,
        F::ConvertsToBoolean
            | F::ConvertsToDate
            | F::ConvertsToDateTime
            | F::ConvertsToDecimal
            | F::ConvertsToInteger
            | F::ConvertsToQuantity
            | F::ConvertsToString
            | F::ConvertsToTime
    );
    let converted = match call.call.function {
        F::ToBoolean | F::ConvertsToBoolean => to_boolean(&value).map(System::Boolean),
        F::ToInteger | F::ConvertsToInteger => to_integer(&value).map(System::Integer),
        F::ToDecimal | F::ConvertsToDecimal => to_decimal(&value).map(System::Decimal),
        F::ToDate | F::ConvertsToDate => to_moment(&value, MomentKind::Date).map(System::Moment),
        F::ToDateTime | F::ConvertsToDateTime => to_moment(&value, MomentKind::DateTime).map(System::Moment),
        F::ToTime | F::ConvertsToTime => to_moment(&value, MomentKind::Time).map(System::Moment),
        F::ToQuantity | F::ConvertsToQuantity => to_quantity(call, &value)?.map(System::Quantity),
        F::ToString | F::ConvertsToString => Some(System::String(value.to_text())),
        other => return fails(format!("{other:?} is no conversion")),
    };
    if asks { call.verdict(converted.is_some()) } else { call.answer(converted) }
}

fn to_boolean(value: &System<'_>) -> Option<bool> {
    match value {
        System::Boolean(value) => Some(*value),
        System::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        other => match other.decimal()? {
            number if number == Decimal::ONE => Some(true),
            number if number.is_zero() => Some(false),
            _ => None,
        },
    }
}

fn to_integer(value: &System<'_>) -> Option<i64> {
    match value {
        System::Integer(value) => Some(*value),
        System::Boolean(value) => Some(i64::from(*value)),
        System::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn to_decimal(value: &System<'_>) -> Option<Decimal> {
    match value {
        System::Boolean(value) => Some(Decimal::from(u8::from(*value))),
        System::String(text) => parse_decimal(text),
        other => other.decimal(),
    }
}

fn to_moment(value: &System<'_>, kind: MomentKind) -> Option<Moment> {
    match (value, kind) {
        (System::String(text), MomentKind::Date) => {
            Moment::parse_date(text).or_else(|| Moment::parse_date_time(text).and_then(Moment::to_date))
        }
        (System::String(text), MomentKind::DateTime) => Moment::parse_date_time(text),
        (System::String(text), MomentKind::Time) => {
            Moment::parse_time(text.strip_prefix('T').unwrap_or(text))
        }
        (System::Moment(moment), MomentKind::Date) => moment.to_date(),
        (System::Moment(moment), MomentKind::DateTime) => moment.to_date_time(),
        (System::Moment(moment), MomentKind::Time) => (moment.kind == MomentKind::Time).then_some(*moment),
        _ => None,
    }
}

/// With an argument: only if it can be told in that unit, and then in that unit.
fn to_quantity<'a>(call: &Invocation<'_, '_, 'a>, value: &System<'a>) -> Result<Option<Quantity>, Error> {
    let quantity = match value {
        System::String(text) => Quantity::parse(text),
        System::Boolean(value) => Some(Quantity::of(Decimal::from(u8::from(*value)))),
        other => other.quantity(),
    };
    let (Some(quantity), Some(unit)) = (quantity.clone(), call.text(0)?) else { return Ok(quantity) };
    Ok(quantity.told_in(&unit))
}
