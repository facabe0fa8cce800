//! Does a resource match a query? The definition every index is measured against.

use super::entry::{IndexEntry, IndexValue};
use super::extract::extract_param;
use super::normalise::normalise;
use super::query::{Filter, FilterValue, Modifier, Prefix, Query};
use crate::json::Value;
use crate::temporal::TimeRange;

/// Whether a resource is of the query's type and passes all its filters.
pub fn matches(query: &Query, resource: &Value) -> bool {
    resource.get("resourceType").and_then(Value::as_str) == Some(query.resource_type.as_str())
        && query.filters.iter().all(|filter| matches_filter(filter, &extract_param(resource, filter.param)))
}

/// Whether a resource with these entries passes a filter. Entries of other parameters are left aside.
pub fn matches_filter(filter: &Filter, entries: &[IndexEntry]) -> bool {
    let mut own = entries.iter().filter(|entry| entry.param.id == filter.param.id).map(|entry| &entry.value);
    let any_value = |entry: &IndexValue| {
        filter.values.iter().any(|value| matches_value(filter.modifier.as_ref(), value, entry))
    };
    match filter.modifier {
        Some(Modifier::Missing(missing)) => own.next().is_none() == missing,
        Some(Modifier::Not) => !own.any(any_value),
        _ => own.any(any_value),
    }
}

/// Whether one entry is what one value of a filter looks for. `:not` compares as no modifier does, and is
/// turned round by [`matches_filter`]; `:missing` has no values.
pub fn matches_value(modifier: Option<&Modifier>, wanted: &FilterValue, found: &IndexValue) -> bool {
    match (wanted, found) {
        (FilterValue::Token { system, code }, IndexValue::Token { system: own, code: number, .. }) => {
            modifier != Some(&Modifier::Identifier) && token(system, code, own.as_deref(), number.as_deref())
        }
        (
            FilterValue::Token { system, code },
            IndexValue::Reference { identifier: Some((own, number)), .. },
        ) => modifier == Some(&Modifier::Identifier) && token(system, code, own.as_deref(), Some(number)),
        (
            FilterValue::OfType { system, code, value },
            IndexValue::TypedIdentifier { system: own, code: of, value: number },
        ) => own.as_deref() == Some(system) && of == code && number == value,
        (FilterValue::Text(wanted), IndexValue::Text(found)) => text(modifier, wanted, found),
        (FilterValue::Text(wanted), IndexValue::Token { text: Some(found), .. }) => {
            modifier == Some(&Modifier::Text) && normalise(found).starts_with(&normalise(wanted))
        }
        (FilterValue::Date { prefix, range }, IndexValue::Date(found)) => date(*prefix, *range, *found),
        (FilterValue::Number { prefix, value, lo, hi }, IndexValue::Number { value: found, .. }) => {
            number(*prefix, *value, *lo, *hi, *found)
        }
        (
            FilterValue::Quantity { prefix, value, lo, hi, system, code },
            IndexValue::Quantity { value: found, system: own, code: coded, unit, .. },
        ) => {
            let is_unit = |wanted: &String| {
                coded.as_ref() == Some(wanted) || (system.is_none() && unit.as_ref() == Some(wanted))
            };
            number(*prefix, *value, *lo, *hi, *found)
                && system.as_ref().is_none_or(|system| own.as_ref() == Some(system))
                && code.as_ref().is_none_or(is_unit)
        }
        (
            FilterValue::Reference { type_name, id, url },
            IndexValue::Reference { type_name: own, id: key, url: link, .. },
        ) => {
            let is_type = type_name.as_ref().is_none_or(|wanted| own.as_ref() == Some(wanted));
            match (id, url) {
                (Some(_), _) => is_type && key == id,
                (None, Some(_)) => link == url,
                (None, None) => false,
            }
        }
        (FilterValue::Uri(wanted), IndexValue::Uri(found)) => match modifier {
            Some(Modifier::Below) => is_below(found, wanted),
            Some(Modifier::Above) => is_below(wanted, found),
            _ => found == wanted,
        },
        (FilterValue::Composite(wanted), IndexValue::Composite(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, found)| matches_value(None, wanted, found))
        }
        _ => false,
    }
}

/// The range that `ap` accepts: as wide again as the given one on either side. (The standard leaves the width
/// to the server; a width that depends on today would make the answer change overnight.)
pub fn approximate_range(range: TimeRange) -> TimeRange {
    let width = range.end.saturating_sub(range.start);
    TimeRange { start: range.start.saturating_sub(width), end: range.end.saturating_add(width) }
}

/// The numbers that `ap` accepts, ends included: a tenth more or less, the standard's own proposal, and at
/// least what rounds to the number.
pub fn approximate_number(value: f64, lo: f64, hi: f64) -> (f64, f64) {
    let tenth = value.abs() / 10.0;
    (lo.min(value - tenth), hi.max(value + tenth))
}

fn token(system: &Option<String>, code: &Option<String>, own: Option<&str>, number: Option<&str>) -> bool {
    let is_system = match system.as_deref() {
        None => true,
        Some("") => own.is_none(),
        wanted => own == wanted,
    };
    is_system && code.as_deref().is_none_or(|code| number == Some(code))
}

fn text(modifier: Option<&Modifier>, wanted: &str, found: &str) -> bool {
    match modifier {
        Some(Modifier::Exact) => found == wanted,
        Some(Modifier::Contains) => normalise(found).contains(&normalise(wanted)),
        _ => normalise(found).starts_with(&normalise(wanted)),
    }
}

fn date(prefix: Prefix, wanted: TimeRange, found: TimeRange) -> bool {
    match prefix {
        Prefix::Eq => wanted.contains(found),
        Prefix::Ne => !wanted.contains(found),
        Prefix::Gt => found.end > wanted.end,
        Prefix::Lt => found.start < wanted.start,
        Prefix::Ge => found.end > wanted.end || wanted.contains(found),
        Prefix::Le => found.start < wanted.start || wanted.contains(found),
        Prefix::Sa => found.start >= wanted.end,
        Prefix::Eb => found.end <= wanted.start,
        Prefix::Ap => approximate_range(wanted).overlaps(found),
    }
}

/// By the exact number for all but `eq`, `ne` and `ap`, which use the precision it was written with.
fn number(prefix: Prefix, value: f64, lo: f64, hi: f64, found: f64) -> bool {
    match prefix {
        Prefix::Eq => lo <= found && found < hi,
        Prefix::Ne => !(lo <= found && found < hi),
        Prefix::Gt | Prefix::Sa => found > value,
        Prefix::Lt | Prefix::Eb => found < value,
        Prefix::Ge => found >= value,
        Prefix::Le => found <= value,
        Prefix::Ap => {
            let (lo, hi) = approximate_number(value, lo, hi);
            lo <= found && found <= hi
        }
    }
}

/// Whether a URL is `above` itself or stands under it in the hierarchy of its path.
fn is_below(url: &str, above: &str) -> bool {
    let above = above.strip_suffix('/').unwrap_or(above);
    url.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
