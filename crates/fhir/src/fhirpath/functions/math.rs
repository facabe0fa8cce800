//! Functions on numbers (FHIRPath §5.7).

use super::{Function, Invocation};
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::single_value;
use crate::fhirpath::item::{Collection, Item, System};
use crate::fhirpath::quantity::Quantity;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

pub(super) fn call<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let Some(value) = single_value(input)? else { return Ok(Vec::new()) };
    if let (Function::Abs, System::Quantity(quantity)) = (call.call.function, &value) {
        let unit = quantity.unit.clone();
        return call.answer(System::Quantity(Quantity { value: quantity.value.abs(), unit }));
    }
    let Some(number) = value.decimal() else {
        return fails(format!("{:?}() takes a number, not a {}", call.call.function, value.type_name()));
    };
    let whole = |number: Decimal| number.to_i64().map(System::Integer);
    let result = match call.call.function {
        Function::Abs => match value {
            System::Integer(number) => number.checked_abs().map(System::Integer),
            _ => Some(System::Decimal(number.abs())),
        },
        Function::Ceiling => whole(number.ceil()),
        Function::Floor => whole(number.floor()),
        Function::Truncate => whole(number.trunc()),
        Function::Round => round(number, call.integer(0)?.unwrap_or(0))?,
        Function::Exp => number.checked_exp().map(System::Decimal),
        Function::Ln => number.checked_ln().map(System::Decimal),
        Function::Sqrt => number.sqrt().map(System::Decimal),
        Function::Log => match argument(call)? {
            Some(base) => log(number, base).map(System::Decimal),
            None => None,
        },
        _ => match argument(call)? {
            Some(exponent) => power(&value, number, exponent),
            None => None,
        },
    };
    call.answer(result)
}

fn argument(call: &Invocation<'_, '_, '_>) -> Result<Option<Decimal>, Error> {
    match call.value(0)? {
        None => Ok(None),
        Some(value) => match value.decimal() {
            Some(number) => Ok(Some(number)),
            None => fails(format!("a number was expected, not a {}", value.type_name())),
        },
    }
}

fn round(number: Decimal, digits: i64) -> Result<Option<System<'static>>, Error> {
    let Ok(digits) = u32::try_from(digits) else { return fails("round() takes no negative precision") };
    Ok(Some(System::Decimal(number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))))
}

/// Rounded where the last digits are noise, so that `log(16, 2)` is 4.
fn log(number: Decimal, base: Decimal) -> Option<Decimal> {
    let result = number.checked_ln()?.checked_div(base.checked_ln()?)?;
    Some(result.round_dp(16))
}

/// Whole numbers stay whole; a root of a negative number does not exist.
fn power(value: &System<'_>, number: Decimal, exponent: Decimal) -> Option<System<'static>> {
    if let (System::Integer(base), true, Some(times)) = (value, exponent.is_integer(), exponent.to_u32())
        && let Some(result) = base.checked_pow(times)
    {
        return Some(System::Integer(result));
    }
    if exponent.is_integer() {
        return number.checked_powi(exponent.to_i64()?).map(System::Decimal);
    }
    if number.is_sign_negative() && !number.is_zero() {
        return None;
    }
    number.checked_powd(exponent).map(System::Decimal)
}
