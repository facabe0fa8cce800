//! Embeds the passages of a document that was read. Until then, and without a model, they are found by their words.

use crate::document::{Kept, State};
use crate::jobs::read_document::{current, put};
use crate::library::layer;
use crate::meaning::{KeptVectors, Meanings};
use crate::record::passages;
use salus_fhir::json::Value;
use salus_http::jobs::progress;
use salus_http::{App, JobError, JobHandler, Listener, ListenerError};
use salus_retrieval::Rounded;
use salus_store::{Change, Error, Event, Job, NewJob, Progress, Records};
use serde_json::json;

/// The queue of documents to be embedded.
const QUEUE: &str = "records.embed-document";
/// Passages embedded before it is told how far it is.
const STEP: usize = 256;

/// Hears of documents, also of those that were there before the model was, and queues them.
pub(crate) fn listener() -> Listener {
    Listener::new("records.embed-document", on_change)
}

async fn on_change(app: App, change: Change) -> Result<(), ListenerError> {
    if change.type_name != "DocumentReference" || matches!(change.event, Event::Deleted) {
        return Ok(());
    }
    let Some(person) = change.patient else { return Ok(()) };
    let records = app.store.system("look whether a document is to be embedded");
    let is_due = |kept: &Kept| kept.state == State::Read && kept.layer.is_some() && kept.vectors.is_none();
    if current(&records, &change.id).await?.is_some_and(|(kept, _)| is_due(&kept)) {
        let payload = json!({ "document": change.id, "person": person });
        let job = NewJob { dedupe: Some(change.id), max_attempts: 5, ..NewJob::new(QUEUE, payload) };
        app.store.enqueue(job).await?;
    }
    Ok(())
}

/// Handles the queue.
pub(crate) fn handler(meanings: Meanings) -> JobHandler {
    JobHandler::new(QUEUE, move |app, job| run(meanings.clone(), app, job))
}

async fn run(meanings: Meanings, app: App, job: Job) -> Result<(), JobError> {
    let named = |name: &str| job.payload.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(document), Some(person)) = (named("document"), named("person")) else {
        return Err(JobError::Never("the job names no document".to_owned()));
    };
    // Whoever is erased meanwhile is not written about any more.
    let records = app.store.system("embedding a document").about(&person).await?;
    let Some((kept, version)) = current(&records, &document).await? else { return Ok(()) };
    let Some(name) = kept.layer.clone().filter(|_| kept.vectors.is_none()) else { return Ok(()) };
    let Some(layer) = layer(&records, &name).await? else { return Ok(()) };
    let texts: Vec<String> = passages(&layer).map(|(_, piece)| piece.text).collect();
    let mut rows = Vec::with_capacity(texts.len());
    for step in texts.chunks(STEP) {
        let (meanings, step) = (meanings.clone(), step.to_vec());
        let embedded = tokio::task::spawn_blocking(move || {
            step.iter().map(|text| Some(Rounded::of(&meanings.of(text)?))).collect::<Option<Vec<_>>>()
        });
        let embedded = embedded.await.ok().flatten();
        rows.extend(embedded.ok_or_else(|| JobError::Again("the model failed".to_owned()))?);
        let (done, total) = (rows.len() as u64, texts.len() as u64);
        progress(&app, &job, Progress { done, total, message: None }).await;
    }
    let kept_vectors = KeptVectors { print: meanings.print().to_owned(), rows };
    keep(&records, &person, &document, kept, version, kept_vectors).await?;
    Ok(())
}

/// Keeps the vectors beside the document. Where it changed meanwhile, they are taken back, and the job comes again.
async fn keep(
    records: &Records,
    person: &str,
    document: &str,
    kept: Kept,
    version: u64,
    vectors: KeptVectors,
) -> Result<(), Error> {
    let name = records.put_blob(Some(person), vectors.to_bytes().into()).await?;
    let kept = Kept { vectors: Some(name.to_string()), ..kept };
    match put(records, document, person, &kept, version).await {
        Ok(_) => Ok(()),
        Err(error) => {
            records.delete_blob(&name).await?;
            Err(error)
        }
    }
}
