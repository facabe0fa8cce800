//! Reads an uploaded document: file → text layer, page by page.
//!
//! The state stands in the DocumentReference itself. Whatever is wrong with the file ends as a state with a
//! reason a person can act on; only a failing store makes the job try again.

use crate::document::{Kept, Reading, State, dated, read, read_by};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use salus_fhir::json::Value;
use salus_http::{App, JobError, JobHandler, progress};
use salus_store::{Batch, BlobId, Conflict, Error, Expect, Job, Lookup, NewJob, Op, Progress, Records};
use serde_json::json;
use std::path::PathBuf;

/// The queue of documents to be read.
const QUEUE: &str = "records.read-document";

/// The job that reads a document of a person.
pub(crate) fn job(document_id: &str, person_id: &str, owner: Option<&str>) -> NewJob {
    NewJob {
        dedupe: Some(document_id.to_owned()),
        owner: owner.map(str::to_owned),
        max_attempts: 5,
        ..NewJob::new(QUEUE, json!({ "document": document_id, "person": person_id }))
    }
}

/// Where documents are read.
#[derive(Debug, Clone)]
pub enum Reader {
    /// In this process: for tests and measurements.
    Here,
    /// Each in a process of its own, by this `salus`.
    Apart(PathBuf),
}

/// Handles the queue.
pub(crate) fn handler(reader: Reader) -> JobHandler {
    JobHandler::new(QUEUE, move |app, job| run(reader.clone(), app, job))
}

async fn run(reader: Reader, app: App, job: Job) -> Result<(), JobError> {
    let named = |name: &str| job.payload.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(document), Some(person)) = (named("document"), named("person")) else {
        return Err(JobError::Never("the job names no document".to_owned()));
    };
    // Whoever is erased meanwhile is not written about any more.
    let records = match app.store.system("reading an uploaded document").about(&person).await {
        Ok(records) => records,
        Err(Error::NotFound) => return Err(JobError::Never("the record is no longer there".to_owned())),
        Err(error) => return Err(error.into()),
    };
    let is_last = job.attempts >= job.max_attempts;
    match read_one(&reader, &app, &job, &records, &document, &person).await {
        Ok(()) => Ok(()),
        Err(Error::NotFound | Error::Corrupt(_)) => {
            fail(&records, &document, &person, "The file is no longer there or is damaged; upload it again.")
                .await?;
            Ok(())
        }
        Err(error) if is_last => {
            fail(&records, &document, &person, "Reading it failed several times; upload it again later.")
                .await?;
            Err(JobError::Never(error.to_string()))
        }
        Err(error) => Err(JobError::Again(error.to_string())),
    }
}

async fn read_one(
    reader: &Reader,
    app: &App,
    job: &Job,
    records: &Records,
    document: &str,
    person: &str,
) -> Result<(), Error> {
    let Some((kept, version)) = current(records, document).await? else { return Ok(()) };
    if kept.state.is_final() {
        return Ok(());
    }
    let version = if kept.state == State::Received {
        put(records, document, person, &Kept { state: State::Reading, ..kept.clone() }, version).await?
    } else {
        version
    };
    let blob: BlobId = kept.blob.parse()?;
    let bytes = records.get_blob(&blob).await?;
    let reading = if hex::encode(digest(&SHA256, &bytes)) != kept.sha256 {
        Reading::Failed("The file changed since it was uploaded; upload it again.".to_owned())
    } else {
        reader.read(app, job, bytes, kept.sha256.clone()).await?
    };
    let done = outcome(records, person, kept, reading).await?;
    put(records, document, person, &done, version).await?;
    Ok(())
}

impl Reader {
    async fn read(&self, app: &App, job: &Job, bytes: Bytes, sha256: String) -> Result<Reading, Error> {
        match self {
            Self::Here => {
                let reading =
                    tokio::task::spawn_blocking(move || read(bytes.to_vec(), sha256, &mut |_, _| {}));
                reading.await.map_err(|_| Error::Io("reading a document broke off".to_owned()))
            }
            Self::Apart(program) => {
                let told = |done, total| {
                    let message = Some(format!("page {} of {total}", done + 1));
                    progress(app, job, Progress { done, total, message })
                };
                let reading = read_by(program, bytes, told).await;
                reading.map_err(|error| Error::Io(format!("no reader could be started: {error}")))
            }
        }
    }
}

/// The document with what reading it brought; its text is stored beside it.
async fn outcome(records: &Records, person: &str, kept: Kept, reading: Reading) -> Result<Kept, Error> {
    Ok(match reading {
        Reading::Read { layer, note } => {
            let text = serde_json::to_vec(&layer).map_err(|error| Error::Io(error.to_string()))?;
            let name = records.put_blob(Some(person), text.into()).await?;
            Kept {
                state: State::Read,
                reason: note,
                pages: Some(layer.pages.len() as u64),
                layer: Some(name.to_string()),
                dated: kept.dated.or_else(|| dated(&layer)),
                ..kept
            }
        }
        Reading::NeedsYou(reason) => Kept { state: State::NeedsYou, reason: Some(reason), ..kept },
        Reading::Failed(reason) => Kept { state: State::Failed, reason: Some(reason), ..kept },
    })
}

async fn fail(records: &Records, document: &str, person: &str, reason: &str) -> Result<(), Error> {
    let Some((kept, version)) = current(records, document).await? else { return Ok(()) };
    let failed = Kept { state: State::Failed, reason: Some(reason.to_owned()), ..kept };
    put(records, document, person, &failed, version).await.map(|_| ())
}

/// The document as it stands; `None` where its owner has deleted it meanwhile.
pub(crate) async fn current(records: &Records, document: &str) -> Result<Option<(Kept, u64)>, Error> {
    match records.lookup("DocumentReference", document).await? {
        Lookup::Found(stored) => Ok(Kept::of(&stored.json()?).map(|kept| (kept, stored.version))),
        Lookup::Gone { .. } | Lookup::Absent => Ok(None),
    }
}

/// Stores the document's next version, and gives its number.
pub(crate) async fn put(
    records: &Records,
    id: &str,
    person: &str,
    kept: &Kept,
    version: u64,
) -> Result<u64, Error> {
    let op = Op::Put { resource: kept.resource(id, person), expect: Expect::Version(version) };
    let written = records.write(Batch::of(op)).await?;
    let next = written.first().map(|written| written.version);
    next.ok_or(Error::Conflict(Conflict::Contended))
}
