//! A document comes into the store: sealed, named, and queued to be read.

use crate::document::{Kept, State, sniff};
use crate::jobs::read_document;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use salus_core::Uid;
use salus_http::App;
use salus_store::{Batch, Error, Op, Records};

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
    };
    let id = Uid::fresh(app.clock.as_ref(), app.rng.as_ref()).to_string();
    let batch = Batch {
        ops: vec![Op::Create { resource: kept.resource(&id, person) }],
        jobs: vec![read_document::job(&id, person, account)],
        ..Batch::default()
    };
    records.write(batch).await?;
    Ok((id, kept))
}
