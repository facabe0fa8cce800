//! Which resource each entry of a transaction is about.

use super::entry::{Entry, Method};
use super::overlap;
use crate::api::{conditional_update, exists, the_one};
use crate::exchange::Exchange;
use crate::parameters::criteria;
use crate::{incoming, type_name};
use salus_core::Uid;
use salus_fhir::IssueCode;
use salus_fhir::json::Value;
use salus_fhir::reference::is_id;
use salus_fhir::search::Query;
use salus_http::ApiError;
use salus_store::{Expect, Lookup, Stored};

/// A resource and what becomes of it.
pub(super) struct Identity {
    pub(super) type_name: &'static str,
    pub(super) id: String,
    pub(super) act: Act,
    /// A search that must find nothing when it is done.
    pub(super) condition: Option<Query>,
}

/// What becomes of a resource.
pub(super) enum Act {
    Create,
    Put(Expect),
    Delete(Expect),
    /// It exists already (`ifNoneExist`).
    Keep(Box<Stored>),
    /// It is what the entry at this place creates (`ifNoneExist`).
    Same(usize),
    /// There is nothing to delete. Without an id where a search has found nothing.
    Nothing,
}

impl Identity {
    /// `Patient/1`.
    pub(super) fn reference(&self) -> String {
        format!("{}/{}", self.type_name, self.id)
    }
}

/// Finds out what each writing entry is about; reading ones are about nothing here.
///
/// # Errors
/// 400 where two entries are about one resource, or an entry contradicts itself; 412 where a search finds several.
pub(super) async fn identities(
    exchange: &Exchange,
    entries: &[Entry],
) -> Result<Vec<Option<Identity>>, ApiError> {
    let mut identities = Vec::with_capacity(entries.len());
    for entry in entries {
        identities.push(identity(exchange, entry).await?);
    }
    overlap::settle(entries, &mut identities)?;
    Ok(identities)
}

async fn identity(exchange: &Exchange, entry: &Entry) -> Result<Option<Identity>, ApiError> {
    let Target { type_name, id } = match (entry.method, entry.target.path().as_slice()) {
        (Method::Get, _) => return Ok(None),
        (Method::Put | Method::Delete, [name, id]) if is_id(id) => {
            Target { type_name: type_name::known(name)?, id: Some((*id).to_owned()) }
        }
        (_, [name]) => Target { type_name: type_name::known(name)?, id: None },
        _ => return Err(wrong(entry, "A transaction cannot do this.", ".request.url")),
    };
    if let Some(resource) = &entry.resource {
        incoming::of_type(type_name, resource)?;
        incoming::whole(resource)?;
    }
    let identity = match (entry.method, id) {
        (Method::Post, _) => created(exchange, entry, type_name).await?,
        (Method::Put, Some(id)) if sent_id(entry) != Some(id.as_str()) => {
            return Err(wrong(entry, "The id in the resource is not the id in the URL.", ".resource.id"));
        }
        (Method::Put, Some(id)) => known(type_name, id, Act::Put(entry.conditions.expect())),
        (Method::Put, None) => updated(exchange, entry, type_name).await?,
        (_, Some(id)) => deleted(exchange, entry, type_name, id).await?,
        (_, None) => {
            let query = criteria(type_name, &entry.target.query, &exchange.base)?;
            match the_one(exchange, &query).await? {
                Some(stored) => known(type_name, stored.id, Act::Delete(Expect::Version(stored.version))),
                None => known(type_name, String::new(), Act::Nothing),
            }
        }
    };
    Ok(Some(identity))
}

struct Target {
    type_name: &'static str,
    id: Option<String>,
}

async fn created(exchange: &Exchange, entry: &Entry, type_name: &'static str) -> Result<Identity, ApiError> {
    let id = || Uid::fresh(exchange.app.clock.as_ref(), exchange.app.rng.as_ref()).to_string();
    let Some(text) = &entry.conditions.if_none_exist else { return Ok(known(type_name, id(), Act::Create)) };
    let query = criteria(type_name, text, &exchange.base)?;
    Ok(match the_one(exchange, &query).await? {
        Some(stored) => known(type_name, stored.id.clone(), Act::Keep(Box::new(stored))),
        None => Identity { condition: Some(query), ..known(type_name, id(), Act::Create) },
    })
}

async fn updated(exchange: &Exchange, entry: &Entry, type_name: &'static str) -> Result<Identity, ApiError> {
    let query = criteria(type_name, &entry.target.query, &exchange.base)?;
    match (the_one(exchange, &query).await?, sent_id(entry)) {
        (Some(_), _) if entry.conditions.wants_absent() => Err(exists()),
        (Some(stored), Some(id)) if stored.id != id => Err(conditional_update::another_id()),
        (Some(stored), _) => {
            let expect = Expect::Version(entry.conditions.if_match.unwrap_or(stored.version));
            Ok(known(type_name, stored.id, Act::Put(expect)))
        }
        (None, Some(id)) => {
            let put = known(type_name, id.to_owned(), Act::Put(Expect::Absent));
            Ok(Identity { condition: Some(query), ..put })
        }
        (None, None) => {
            let id = Uid::fresh(exchange.app.clock.as_ref(), exchange.app.rng.as_ref()).to_string();
            Ok(Identity { condition: Some(query), ..known(type_name, id, Act::Create) })
        }
    }
}

/// What the asker cannot see is not there to be deleted.
async fn deleted(
    exchange: &Exchange,
    entry: &Entry,
    type_name: &'static str,
    id: String,
) -> Result<Identity, ApiError> {
    let act = match exchange.records().lookup(type_name, &id).await? {
        Lookup::Found(_) => Act::Delete(entry.conditions.expect()),
        _ if entry.conditions.if_match.is_some() => {
            return Err(ApiError::precondition_failed("There is no such version to change."));
        }
        Lookup::Gone { .. } | Lookup::Absent => Act::Nothing,
    };
    Ok(known(type_name, id, act))
}

fn known(type_name: &'static str, id: String, act: Act) -> Identity {
    Identity { type_name, id, act, condition: None }
}

fn sent_id(entry: &Entry) -> Option<&str> {
    entry.resource.as_ref()?.get("id").and_then(Value::as_str)
}

fn wrong(entry: &Entry, words: &str, at: &str) -> ApiError {
    incoming::wrong(IssueCode::Invalid, words, &format!("Bundle.entry[{}]{at}", entry.index))
}
