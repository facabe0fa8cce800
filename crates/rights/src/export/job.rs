//! Making an archive in the background, handing it out piece by piece, and deleting it when its time is over.

use super::contents::{ExportError, Source, write};
use super::parts::Parts;
use super::record::{EXPIRY, QUEUE, RECORD_EXPORT, RecordExport, State, find, save};
use bytes::Bytes;
use futures::stream::{Stream, try_unfold};
use salus_fhir::json::Value;
use salus_http::{App, JobError, JobHandler};
use salus_store::{BlobId, Error, Job, Progress, Records};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

const REASON: &str = "make the archive of a record";

/// Makes archives.
pub fn handler() -> JobHandler {
    JobHandler::new(QUEUE, run)
}

/// Deletes archives whose time is over.
pub fn expiry() -> JobHandler {
    JobHandler::new(EXPIRY, |app, job| async move {
        let records = app.store.system("delete an archive");
        match find(&records, named(&job, "export")).await? {
            Some(export) => remove(&records, &export).await.map_err(JobError::from),
            None => Ok(()),
        }
    })
}

/// Deletes an archive with its pieces.
pub(crate) async fn remove(records: &Records, export: &RecordExport) -> Result<(), Error> {
    delete_parts(records, export).await?;
    records.purge(RECORD_EXPORT, &export.id).await.map(drop)
}

/// The bytes of an archive, piece by piece.
pub(crate) fn download(
    records: Records,
    export: RecordExport,
) -> impl Stream<Item = Result<Bytes, Error>> + Send {
    try_unfold((records, export.parts.into_iter()), |(records, mut parts)| async move {
        let Some(part) = parts.next() else { return Ok(None) };
        let bytes = records.get_blob(&part.parse::<BlobId>()?).await?;
        Ok(Some((bytes, (records, parts))))
    })
}

async fn run(app: App, job: Job) -> Result<(), JobError> {
    // Whoever is erased meanwhile gets no piece of themselves kept any more.
    let records = match app.store.system(REASON).about(named(&job, "person")).await {
        Ok(records) => records,
        Err(error) => return Err(ExportError::from(error).into()),
    };
    let Some(export) = find(&records, named(&job, "export")).await? else { return Ok(()) };
    if matches!(export.state, State::Ready | State::Failed) {
        return Ok(());
    }
    delete_parts(&records, &export).await?;
    let export = save(&records, RecordExport { state: State::Running, parts: Vec::new(), ..export }).await?;
    let outcome = make(&app, &job, &records, export.clone()).await;
    let Err(error) = outcome else { return Ok(()) };
    let error = JobError::from(error);
    if job.attempts >= job.max_attempts || matches!(error, JobError::Never(_)) {
        give_up(&records, &export.id).await?;
    }
    Err(error)
}

/// Reads the record and keeps the archive at the same time.
async fn make(app: &App, job: &Job, records: &Records, export: RecordExport) -> Result<(), ExportError> {
    let account = app.auth.account(&export.requested_by).await.map_err(accounts)?;
    let account = account.filter(|account| account.is_active).ok_or(ExportError::Gone)?;
    let subject = app.auth.subject(&account).await.map_err(accounts)?;
    let source = Source {
        records: app.store.as_user(Arc::new(subject)),
        store: app.store.clone(),
        person: export.patient.clone(),
        with_history: export.with_history,
        now: app.now(),
    };
    let (parts, pieces) = Parts::new();
    let (told, heard) = watch::channel(Progress::default());
    let writing = async {
        let tell = |progress| drop(told.send_replace(progress));
        let (parts, summary) = write(&source, parts, &tell).await?;
        parts.end().await?;
        drop(told);
        Ok::<_, ExportError>(summary)
    };
    let keeping = keep(records, export, pieces);
    let (written, kept, ()) = tokio::join!(writing, keeping, tell(app, job, heard));
    let (export, _) = (kept?, written?);
    save(records, RecordExport { state: State::Ready, ..export }).await?;
    Ok(())
}

/// Keeps each piece as it comes, and notes its name before the next: what breaks off leaves nothing nameless.
async fn keep(
    records: &Records,
    mut export: RecordExport,
    mut pieces: mpsc::Receiver<Bytes>,
) -> Result<RecordExport, ExportError> {
    while let Some(piece) = pieces.recv().await {
        export.size = Some(export.size.unwrap_or(0) + piece.len() as u64);
        let blob = records.put_blob(Some(&export.patient), piece).await?;
        export.parts.push(blob.to_string());
        export = save(records, export).await?;
    }
    Ok(export)
}

/// Tells how far it is, as fast as that can be written down and no faster.
async fn tell(app: &App, job: &Job, mut heard: watch::Receiver<Progress>) {
    while heard.changed().await.is_ok() {
        let progress = heard.borrow_and_update().clone();
        salus_http::jobs::progress(app, job, progress).await;
    }
}

async fn give_up(records: &Records, id: &str) -> Result<(), Error> {
    let Some(export) = find(records, id).await? else { return Ok(()) };
    delete_parts(records, &export).await?;
    let failed = RecordExport { state: State::Failed, parts: Vec::new(), size: None, ..export };
    match save(records, failed).await {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn delete_parts(records: &Records, export: &RecordExport) -> Result<(), Error> {
    for part in &export.parts {
        records.delete_blob(&part.parse()?).await?;
    }
    Ok(())
}

fn accounts(error: salus_auth::Error) -> ExportError {
    match error {
        salus_auth::Error::Store(cause) => cause.into(),
        other => ExportError::Io(std::io::Error::other(other.to_string())),
    }
}

fn named<'a>(job: &'a Job, name: &str) -> &'a str {
    job.payload.get(name).and_then(Value::as_str).unwrap_or_default()
}
