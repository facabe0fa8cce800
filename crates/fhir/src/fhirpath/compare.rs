//! Equality, equivalence, order and truth.

use super::ast::Operator;
use super::error::{Error, fails};
use super::eval::{Evaluator, single_value};
use super::item::{Item, System};
use super::moment::{Moment, MomentKind};
use super::quantity::decimals_equivalent;
use serde_json::Value;
use std::cmp::Ordering;

/// A collection as a condition: `None` when empty; one item that is no Boolean is true.
pub(super) fn truth(items: &[Item<'_>]) -> Result<Option<bool>, Error> {
    match items {
        [] => Ok(None),
        [item] => match item.system() {
            Some(System::Boolean(value)) => Ok(Some(value)),
            _ => Ok(Some(true)),
        },
        _ => fails("a condition is one value, not several"),
    }
}

/// The truth tables of FHIRPath §6.5, empty being unknown.
pub(super) fn logic(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Operator::Implies => match (left, right) {
            (Some(false), _) | (_, Some(true)) => Some(true),
            (Some(true), right) => right,
            _ => None,
        },
        _ => Some(left? != right?),
    }
}

/// `=` on collections: empty where one is empty, or where a date is not known well enough.
pub(super) fn equal(
    evaluator: &Evaluator<'_>,
    left: &[Item<'_>],
    right: &[Item<'_>],
) -> Result<Option<bool>, Error> {
    if left.is_empty() || right.is_empty() {
        return Ok(None);
    }
    if left.len() != right.len() {
        return Ok(Some(false));
    }
    let mut answer = Some(true);
    for (a, b) in left.iter().zip(right) {
        match items_equal(evaluator, a, b)? {
            Some(true) => {}
            Some(false) => return Ok(Some(false)),
            None => answer = None,
        }
    }
    Ok(answer)
}

/// `=` on two items.
pub(super) fn items_equal(
    evaluator: &Evaluator<'_>,
    a: &Item<'_>,
    b: &Item<'_>,
) -> Result<Option<bool>, Error> {
    evaluator.spend(1)?;
    match (a, b) {
        (Item::Node(x), Item::Node(y)) if x.is_same_place(y) => return Ok(Some(true)),
        (Item::Type(x), Item::Type(y)) => return Ok(Some(x.namespace == y.namespace && x.name == y.name)),
        _ => {}
    }
    match (a.system(), b.system(), a, b) {
        (Some(x), Some(y), ..) => Ok(values_equal(&x, &y)),
        (None, None, Item::Node(x), Item::Node(y)) => match (x.value(), y.value()) {
            (Some(x), Some(y)) => json_equal(evaluator, x, y, json_scalars_equal, true).map(Some),
            (x, y) => Ok(Some(x.is_none() && y.is_none())),
        },
        _ => Ok(Some(false)),
    }
}

fn values_equal(a: &System<'_>, b: &System<'_>) -> Option<bool> {
    if let (Some(x), Some(y)) = (a.decimal(), b.decimal()) {
        return Some(x == y);
    }
    match (a, b) {
        (System::Boolean(x), System::Boolean(y)) => Some(x == y),
        (System::String(x), System::String(y)) => Some(x == y),
        (System::Moment(x), System::Moment(y)) => moments_equal(x, y),
        (System::Quantity(_), _) | (_, System::Quantity(_)) => match (a.quantity(), b.quantity()) {
            (Some(x), Some(y)) if x.comparable(&y) => x.compare(&y).map(Ordering::is_eq),
            _ => Some(false),
        },
        _ => match as_moments(a, b) {
            Some((x, y)) => moments_equal(&x, &y),
            None => Some(false),
        },
    }
}

fn moments_equal(a: &Moment, b: &Moment) -> Option<bool> {
    if (a.kind == MomentKind::Time) != (b.kind == MomentKind::Time) {
        return Some(false);
    }
    a.compare(b).map(Ordering::is_eq)
}

/// A moment beside a text that can be read as one: the text came from an element of unknown type.
fn as_moments(a: &System<'_>, b: &System<'_>) -> Option<(Moment, Moment)> {
    let read = |text: &str, like: &Moment| match like.kind {
        MomentKind::Time => Moment::parse_time(text),
        _ => Moment::parse_date_time(text),
    };
    match (a, b) {
        (System::Moment(x), System::String(y)) => Some((*x, read(y, x)?)),
        (System::String(x), System::Moment(y)) => Some((read(x, y)?, *y)),
        _ => None,
    }
}

/// `~` on collections: order does not matter, two empty ones are alike.
pub(super) fn equivalent(
    evaluator: &Evaluator<'_>,
    left: &[Item<'_>],
    right: &[Item<'_>],
) -> Result<bool, Error> {
    if left.len() != right.len() {
        return Ok(false);
    }
    let mut used = vec![false; right.len()];
    for a in left {
        let mut found = false;
        for (b, used) in right.iter().zip(&mut used) {
            if !*used && items_equivalent(evaluator, a, b)? {
                *used = true;
                found = true;
                break;
            }
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

fn items_equivalent(evaluator: &Evaluator<'_>, a: &Item<'_>, b: &Item<'_>) -> Result<bool, Error> {
    evaluator.spend(1)?;
    match (a.system(), b.system(), a, b) {
        (Some(x), Some(y), ..) => Ok(values_equivalent(&x, &y)),
        (None, None, Item::Node(x), Item::Node(y)) => match (x.value(), y.value()) {
            (Some(x), Some(y)) => json_equal(evaluator, x, y, json_scalars_equivalent, false),
            (x, y) => Ok(x.is_none() && y.is_none()),
        },
        _ => Ok(matches!(items_equal(evaluator, a, b)?, Some(true))),
    }
}

fn values_equivalent(a: &System<'_>, b: &System<'_>) -> bool {
    if let (Some(x), Some(y)) = (a.decimal(), b.decimal()) {
        return decimals_equivalent(x, y);
    }
    match (a, b) {
        (System::String(x), System::String(y)) => texts_equivalent(x, y),
        (System::Moment(x), System::Moment(y)) => {
            x.comparable_precision() == y.comparable_precision() && moments_equal(x, y).unwrap_or(false)
        }
        (System::Quantity(_), _) | (_, System::Quantity(_)) => {
            matches!((a.quantity(), b.quantity()), (Some(x), Some(y)) if x.equivalent(&y))
        }
        _ => values_equal(a, b).unwrap_or(false),
    }
}

/// Case does not count, nor how much white space there is.
fn texts_equivalent(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words(a) == words(b)
}

/// Complex elements: member by member; in arrays the order counts where `ordered`.
fn json_equal(
    evaluator: &Evaluator<'_>,
    a: &Value,
    b: &Value,
    scalars: fn(&Value, &Value) -> bool,
    ordered: bool,
) -> Result<bool, Error> {
    evaluator.spend(1)?;
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            for (key, value) in x {
                let Some(other) = y.get(key) else { return Ok(false) };
                if !json_equal(evaluator, value, other, scalars, ordered)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let mut rest: Vec<&Value> = y.iter().collect();
            for value in x {
                let candidates = if ordered { 1 } else { rest.len() };
                let mut found = None;
                for (index, other) in rest.iter().take(candidates).enumerate() {
                    if json_equal(evaluator, value, other, scalars, ordered)? {
                        found = Some(index);
                        break;
                    }
                }
                let Some(index) = found else { return Ok(false) };
                rest.remove(index);
            }
            Ok(true)
        }
        _ => Ok(scalars(a, b)),
    }
}

fn json_scalars_equal(a: &Value, b: &Value) -> bool {
    match (json_decimal(a), json_decimal(b)) {
        (Some(x), Some(y)) => x == y,
        _ => a == b,
    }
}

fn json_scalars_equivalent(a: &Value, b: &Value) -> bool {
    match (a, b, json_decimal(a), json_decimal(b)) {
        (Value::String(x), Value::String(y), ..) => texts_equivalent(x, y),
        (.., Some(x), Some(y)) => decimals_equivalent(x, y),
        _ => a == b,
    }
}

fn json_decimal(value: &Value) -> Option<rust_decimal::Decimal> {
    match value {
        Value::Number(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// `item in items`
pub(super) fn is_in(
    evaluator: &Evaluator<'_>,
    item: &[Item<'_>],
    items: &[Item<'_>],
) -> Result<Option<bool>, Error> {
    match item {
        [] => Ok(None),
        [item] => contains(evaluator, items, item).map(Some),
        _ => fails("one value can be looked for, not several"),
    }
}

/// Whether one of `items` equals `item`.
pub(super) fn contains(
    evaluator: &Evaluator<'_>,
    items: &[Item<'_>],
    item: &Item<'_>,
) -> Result<bool, Error> {
    for candidate in items {
        if items_equal(evaluator, candidate, item)? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `<`, `<=`, `>`, `>=`
pub(super) fn ordered(
    operator: Operator,
    left: &[Item<'_>],
    right: &[Item<'_>],
) -> Result<Option<bool>, Error> {
    let (Some(a), Some(b)) = (single_value(left)?, single_value(right)?) else { return Ok(None) };
    Ok(order(&a, &b)?.map(|order| match operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

/// The order of two values: `None` where it cannot be told, an error where there is none.
pub(super) fn order(a: &System<'_>, b: &System<'_>) -> Result<Option<Ordering>, Error> {
    if let (Some(x), Some(y)) = (a.decimal(), b.decimal()) {
        return Ok(Some(x.cmp(&y)));
    }
    match (a, b) {
        (System::String(x), System::String(y)) => return Ok(Some(x.cmp(y))),
        (System::Quantity(_), _) | (_, System::Quantity(_)) => {
            if let (Some(x), Some(y)) = (a.quantity(), b.quantity()) {
                return Ok(x.compare(&y));
            }
        }
        (System::Moment(x), System::Moment(y))
            if (x.kind == MomentKind::Time) == (y.kind == MomentKind::Time) =>
        {
            return Ok(x.compare(y));
        }
        _ => {
            if let Some((x, y)) = as_moments(a, b) {
                return Ok(x.compare(&y));
            }
        }
    }
    fails(format!("{} and {} have no order", a.type_name(), b.type_name()))
}
