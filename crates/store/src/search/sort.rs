//! Orders that no row has: by the values of parameters.

use crate::Stored;
use crate::index::number_ord;
use salus_fhir::json::Value;
use salus_fhir::search::{IndexValue, Sort, extract_param, normalise};
use std::cmp::Ordering;

/// What a resource is ordered by: for each sort parameter the smallest of its values, whatever the direction;
/// `None` where it has none.
pub(super) type SortKeys = Vec<Option<SortKey>>;

/// One value, comparable with others of the same parameter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    Number(i64),
    Text(String),
}

/// The keys of a resource.
pub(super) fn sort_keys(sort: &[Sort], stored: &Stored, body: &Value) -> SortKeys {
    let key = |sort: &Sort| match sort.param.code {
        "_id" => Some(SortKey::Text(stored.id.clone())),
        "_lastUpdated" => Some(SortKey::Number(stored.last_updated.as_microsecond())),
        _ => extract_param(body, sort.param).iter().filter_map(|entry| sort_key(&entry.value)).min(),
    };
    sort.iter().map(key).collect()
}

/// The order of two resources; a missing value comes last in either direction.
pub(super) fn compare(sort: &[Sort], one: &SortKeys, two: &SortKeys) -> Ordering {
    for (sort, (one, two)) in sort.iter().zip(one.iter().zip(two)) {
        let order = match (one, two) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(two)) if sort.descending => two.cmp(one),
            (Some(one), Some(two)) => one.cmp(two),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn sort_key(value: &IndexValue) -> Option<SortKey> {
    match value {
        IndexValue::Token { code: Some(code), .. } => Some(SortKey::Text(code.to_lowercase())),
        IndexValue::Token { text: Some(text), .. } | IndexValue::Text(text) => {
            Some(SortKey::Text(normalise(text)))
        }
        // A period without a beginning says no more about when than no date at all.
        IndexValue::Date(range) => (range.start != i64::MIN).then_some(SortKey::Number(range.start)),
        IndexValue::Number { value, .. } | IndexValue::Quantity { value, .. } => {
            Some(SortKey::Number(number_ord(*value)))
        }
        IndexValue::Reference { type_name: Some(type_name), id: Some(id), .. } => {
            Some(SortKey::Text(format!("{type_name}/{id}")))
        }
        IndexValue::Reference { url: Some(uri), .. } | IndexValue::Uri(uri) => {
            Some(SortKey::Text(uri.clone()))
        }
        IndexValue::Token { .. }
        | IndexValue::TypedIdentifier { .. }
        | IndexValue::Reference { .. }
        | IndexValue::Composite(_) => None,
    }
}
