//! The operations, one file each.

pub(crate) mod bundle;
pub(crate) mod conditional_delete;
pub(crate) mod conditional_update;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod everything;
pub(crate) mod history;
pub(crate) mod metadata;
pub(crate) mod read;
pub(crate) mod search;
pub(crate) mod search_system;
pub(crate) mod update;
pub(crate) mod validate;
pub(crate) mod vread;

use crate::exchange::Exchange;
use salus_fhir::reference::is_id;
use salus_fhir::search::Query;
use salus_http::ApiError;
use salus_store::{Conflict, Error, Lookup, Page, Stored};

/// The type and the id that a path names; what cannot be an id names nothing.
fn instance<'a>(type_name: &str, id: &'a str) -> Result<(&'static str, &'a str), ApiError> {
    let type_name = crate::type_name::known(type_name)?;
    if is_id(id) { Ok((type_name, id)) } else { Err(ApiError::not_found("resource")) }
}

/// The one resource that a search stands for, if there is one.
///
/// # Errors
/// 412 where there are several.
pub(crate) async fn the_one(exchange: &Exchange, query: &Query) -> Result<Option<Stored>, ApiError> {
    let mut matches = exchange.records().search(query, Page::first(2)).await?.matches;
    let found = matches.pop();
    if matches.is_empty() { Ok(found) } else { Err(several()) }
}

fn several() -> ApiError {
    ApiError::precondition_failed("The search matches more than one resource.")
}

/// Why a write of a resource with this id was refused, told so that nobody learns of what they cannot read.
async fn refusal(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    has_version: bool,
    error: Error,
) -> ApiError {
    match error {
        Error::Conflict(Conflict::Version { current: 0, .. }) => no_such_version(),
        Error::Conflict(Conflict::Exists { .. }) => exists(),
        Error::Denied if has_version => match exchange.records().lookup(type_name, id).await {
            Ok(Lookup::Found(_)) => not_allowed(),
            Ok(Lookup::Gone { .. } | Lookup::Absent) => no_such_version(),
            Err(error) => error.into(),
        },
        Error::Denied => not_allowed(),
        other => other.into(),
    }
}

/// 403: whoever asks may not write this, whether it exists or not.
pub(crate) fn not_allowed() -> ApiError {
    ApiError::forbidden("You may not write this.")
}

/// 412: what must not exist yet does: under `If-None-Match: *`, or where a conditional update found nothing.
pub(crate) fn exists() -> ApiError {
    ApiError::precondition_failed("There is such a resource already.")
}

fn no_such_version() -> ApiError {
    ApiError::precondition_failed("There is no such version to change.")
}
