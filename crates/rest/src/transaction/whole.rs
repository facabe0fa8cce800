//! A transaction: all of it, or nothing.

use super::batch::failed;
use super::entry::{self, Entry, Method};
use super::identity::{Act, Identity, identities};
use super::links::Links;
use super::single;
use crate::api::{create, exists, not_allowed};
use crate::bundle::Bundle;
use crate::exchange::Exchange;
use crate::reply::Reply;
use http::StatusCode;
use salus_fhir::Issue;
use salus_fhir::json::Value;
use salus_http::ApiError;
use salus_store::{Batch, Conflict, Error, Op, Written};

/// Carries the entries out in one write of the store, and tells what became of each in its place.
pub(crate) async fn transaction(exchange: &Exchange, entries: Vec<Value>) -> Result<Reply, ApiError> {
    let mut entries = read(exchange, entries)?;
    for _ in 0..create::MOST_TRIES {
        let identities = identities(exchange, &entries).await?;
        let links = Links::learn(exchange, &mut entries, &identities).await?;
        let prepared;
        (entries, prepared) = prepare(entries, identities, links).await?;
        match commit(exchange, &entries, prepared).await? {
            Some(replies) => return answer(exchange, entries, replies).await,
            // Somebody else has just created what must not exist.
            None => continue,
        }
    }
    Err(ApiError::busy())
}

fn read(exchange: &Exchange, entries: Vec<Value>) -> Result<Vec<Entry>, ApiError> {
    let (mut read, mut issues) = (Vec::with_capacity(entries.len()), Vec::new());
    for (index, entry) in entries.into_iter().enumerate() {
        match entry::read(index, entry, &exchange.base) {
            Ok(entry) => read.push(entry),
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() {
        return Ok(read);
    }
    Err(ApiError::bad_request("The bundle cannot be carried out.").with_issues(issues))
}

/// An entry that writes, ready to be stored.
struct Prepared {
    identity: Identity,
    /// With its id, its links rewritten, validated; none where nothing is stored.
    resource: Option<Value>,
}

/// Rewrites and validates every resource, away from the threads that serve requests.
async fn prepare(
    entries: Vec<Entry>,
    identities: Vec<Option<Identity>>,
    links: Links,
) -> Result<(Vec<Entry>, Vec<Option<Prepared>>), ApiError> {
    let work = move || {
        let (mut prepared, mut issues) = (Vec::with_capacity(entries.len()), Vec::new());
        for (entry, identity) in entries.iter().zip(identities) {
            let Some(identity) = identity else {
                prepared.push(None);
                continue;
            };
            let resource = match (&identity.act, &entry.resource) {
                (Act::Create | Act::Put(_), Some(resource)) => {
                    let ready = links.ready(entry, &identity, resource.clone());
                    ready.map_err(|found| issues.extend(found)).ok()
                }
                _ => None,
            };
            prepared.push(Some(Prepared { identity, resource }));
        }
        (entries, prepared, issues)
    };
    let done = tokio::task::spawn_blocking(work).await;
    let (entries, prepared, issues): (_, _, Vec<Issue>) =
        done.map_err(|_| ApiError::internal("the preparation of a transaction did not end"))?;
    if issues.is_empty() { Ok((entries, prepared)) } else { Err(ApiError::invalid_issues(issues)) }
}

/// Writes it all. None where a condition no longer holds.
async fn commit(
    exchange: &Exchange,
    entries: &[Entry],
    prepared: Vec<Option<Prepared>>,
) -> Result<Option<Vec<Option<Reply>>>, ApiError> {
    let mut replies: Vec<Option<Reply>> = entries.iter().map(|_| None).collect();
    let (mut steps, mut same) = (Vec::new(), Vec::new());
    for (place, (entry, prepared)) in entries.iter().zip(prepared).enumerate() {
        let Some(Prepared { identity, resource }) = prepared else { continue };
        match identity.act {
            Act::Keep(stored) => replies[place] = Some(Reply::existing(exchange, &stored)),
            Act::Same(first) => same.push((place, first)),
            Act::Nothing => replies[place] = Some(Reply::empty(StatusCode::NO_CONTENT)),
            _ => steps.push(Step { method: entry.method, place, identity, resource }),
        }
    }
    steps.sort_by_key(|step| step.method);
    let mut batch = Batch::default();
    let mut written_ones = Vec::with_capacity(steps.len());
    for Step { place, identity, resource, .. } in steps {
        batch.conditions.extend(identity.condition);
        let resource = resource.unwrap_or_default();
        let is_deletion = matches!(identity.act, Act::Delete(_));
        written_ones.push((place, is_deletion, exchange.copy(&resource)));
        batch.ops.push(match identity.act {
            Act::Put(expect) => Op::Put { resource, expect },
            Act::Delete(expect) => {
                Op::Delete { type_name: identity.type_name.to_owned(), id: identity.id, expect }
            }
            _ => Op::Create { resource },
        });
    }
    if batch.ops.is_empty() {
        return Ok(Some(replies));
    }
    match exchange.records().write(batch).await {
        Ok(written) => {
            for ((place, is_deletion, copy), written) in written_ones.into_iter().zip(&written) {
                replies[place] =
                    Some(if is_deletion { gone(written) } else { Reply::written(exchange, written, copy) });
            }
            for (place, first) in same {
                replies[place] = replies[first].clone().map(|made| Reply { status: StatusCode::OK, ..made });
            }
            Ok(Some(replies))
        }
        Err(Error::Conflict(Conflict::Condition { .. })) => Ok(None),
        Err(Error::Conflict(Conflict::Exists { .. })) => Err(exists()),
        Err(Error::Denied) => Err(not_allowed()),
        Err(error) => Err(error.into()),
    }
}

struct Step {
    method: Method,
    place: usize,
    identity: Identity,
    resource: Option<Value>,
}

fn gone(written: &Written) -> Reply {
    let version = Some((written.version, written.last_updated));
    Reply { version, ..Reply::empty(StatusCode::NO_CONTENT) }
}

/// Reads what is to be read, now that all is written, and puts every answer in its place.
async fn answer(
    exchange: &Exchange,
    entries: Vec<Entry>,
    replies: Vec<Option<Reply>>,
) -> Result<Reply, ApiError> {
    let mut answers = Bundle::begin("transaction-response", None, &[]);
    for (entry, reply) in entries.into_iter().zip(replies) {
        match reply {
            Some(reply) => answers.answer(&reply),
            None => answers.answer(&single::run(exchange, entry).await.unwrap_or_else(failed)),
        }
    }
    Ok(Reply::resource(answers.finish()))
}
