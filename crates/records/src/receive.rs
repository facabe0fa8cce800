//! A document comes into the store: sealed, named, and queued to be read.

use crate::document::{Kept, State, sniff};
use crate::jobs::read_document;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use salus_core::Uid;
use salus_http::App;
use salus_store::{Batch, Error, Expect, Op, Records};

/// Stores a document of `person` and enqueues its reading, in one transaction; gives its id.
///
/// # Errors
/// Whatever the store says; nothing is kept then but bytes that nothing names.
pub async fn receive_document(
    app: &App,
    records: &Records,
    person: &str,
    title: &str,
    bytes: Bytes,
) -> Result<String, Error> {
    receive(app, records, person, title, bytes, None).await.map(|(id, _)| id)
}

/// As [`receive_document`]; `account` may look the reading up.
pub(crate) async fn receive(
    app: &App,
    records: &Records,
    person: &str,
    title: &str,
    bytes: Bytes,
    account: Option<&str>,
) -> Result<(String, Kept), Error> {
    let id = Uid::fresh(app.clock.as_ref(), app.rng.as_ref()).to_string();
    let kept = store(app, records, person, title, bytes, account, (&id, Expect::Any)).await?;
    Ok((id, kept))
}

/// Keeps the file that an import is of, so that people can see what was sent. The same file twice is one document.
pub(crate) async fn keep_original(
    app: &App,
    records: &Records,
    person: &str,
    title: &str,
    bytes: Bytes,
    account: &str,
) -> Result<(), Error> {
    let id = Uid::named(&["original", person, &hex::encode(digest(&SHA256, &bytes))]).to_string();
    if records.read("DocumentReference", &id).await?.is_some() {
        return Ok(());
    }
    match store(app, records, person, title, bytes, Some(account), (&id, Expect::Absent)).await {
        Ok(_) | Err(Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn store(
    app: &App,
    records: &Records,
    person: &str,
    title: &str,
    bytes: Bytes,
    account: Option<&str>,
    (id, expect): (&str, Expect),
) -> Result<Kept, Error> {
    let kept = Kept {
        title: title.to_owned(),
        media_type: sniff(&bytes).media_type().to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(digest(&SHA256, &bytes)),
        blob: records.put_blob(Some(person), bytes).await?.to_string(),
        uploaded: app.now(),
        dated: None,
        state: State::Received,
        reason: None,
        pages: None,
        layer: None,
        vectors: None,
    };
    let batch = Batch {
        ops: vec![Op::Put { resource: kept.resource(id, person), expect }],
        jobs: vec![read_document::job(id, person, account)],
        ..Batch::default()
    };
    records.write(batch).await?;
    Ok(kept)
}
