//! No two entries of a transaction are about one resource, but for creates that want the same made once.

use super::entry::{Entry, Method};
use super::identity::{Act, Identity};
use crate::incoming;
use salus_fhir::IssueCode;
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use salus_http::ApiError;
use std::collections::HashMap;

/// Makes one of the creates that bring the same content under the same `ifNoneExist`.
///
/// # Errors
/// 400 where two entries write one resource, or one deletes what another one keeps; both are named. What would come
/// of them would hang on their order, which means nothing in a transaction.
pub(super) fn settle(entries: &[Entry], identities: &mut [Option<Identity>]) -> Result<(), ApiError> {
    settle_searches(entries, identities)?;
    let mut written = HashMap::new();
    for (place, identity) in identities.iter().enumerate() {
        let Some(identity) = identity.as_ref().filter(|identity| writes(identity)) else { continue };
        if let Some(other) = written.insert((identity.type_name, identity.id.as_str()), place) {
            return Err(one_resource(other, place, identity));
        }
    }
    for (place, identity) in identities.iter().enumerate() {
        let Some(kept @ Identity { act: Act::Keep(_), .. }) = identity else { continue };
        let Some(other) = written.get(&(kept.type_name, kept.id.as_str())) else { continue };
        if entries[*other].method == Method::Delete {
            return Err(one_resource(*other, place, kept));
        }
    }
    Ok(())
}

/// A search that has found nothing stands for the one resource that is made under it.
fn settle_searches(entries: &[Entry], identities: &mut [Option<Identity>]) -> Result<(), ApiError> {
    let mut searched = HashMap::new();
    for place in 0..identities.len() {
        let Some(identity) = &identities[place] else { continue };
        let Some(query) = &identity.condition else { continue };
        let first = *searched.entry(normal(query)).or_insert(place);
        if first == place {
            continue;
        }
        if !is_one(&entries[first], &entries[place]) {
            let words = "write what the same search stands for";
            return Err(both(first, place, words));
        }
        let id = identities[first].as_ref().map(|made| made.id.clone()).unwrap_or_default();
        let type_name = identity.type_name;
        identities[place] = Some(Identity { type_name, id, act: Act::Same(first), condition: None });
    }
    Ok(())
}

/// What is searched for, however it was written.
fn normal(query: &Query) -> (String, Vec<(String, String)>) {
    let plain = Query { filters: query.filters.clone(), ..Query::all(&query.resource_type) };
    let mut pairs = plain.to_pairs();
    pairs.sort_unstable();
    (query.resource_type.clone(), pairs)
}

/// Two creates with the same content; the ids that they bring are not used.
fn is_one(one: &Entry, other: &Entry) -> bool {
    let content = |entry: &Entry| {
        let mut resource = entry.resource.clone();
        if let Some(Value::Object(object)) = &mut resource {
            object.shift_remove("id");
        }
        resource
    };
    one.method == Method::Post && other.method == Method::Post && content(one) == content(other)
}

/// A delete counts also where there is nothing to delete, if it says what it means.
fn writes(identity: &Identity) -> bool {
    match identity.act {
        Act::Create | Act::Put(_) | Act::Delete(_) => true,
        Act::Nothing => !identity.id.is_empty(),
        Act::Keep(_) | Act::Same(_) => false,
    }
}

fn one_resource(one: usize, other: usize, identity: &Identity) -> ApiError {
    both(one, other, &format!("are about the same resource, {}", identity.reference()))
}

fn both(one: usize, other: usize, words: &str) -> ApiError {
    let (first, second) = (one.min(other), one.max(other));
    let words = format!("Bundle.entry[{first}] and Bundle.entry[{second}] {words}.");
    incoming::wrong(IssueCode::Duplicate, &words, &format!("Bundle.entry[{second}]"))
}
