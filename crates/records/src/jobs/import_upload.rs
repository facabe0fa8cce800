//! Imports an uploaded file of records into one person's record, with the rights and in the name of whoever uploaded it.
//!
//! The uploaded file is kept until the import is over, whatever came of it. A second job, days later, deletes what an
//! import left behind that was lost with its worker.

use crate::import::{self, ImportError, Owner};
use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::{App, JobError, JobHandler};
use salus_store::{BlobId, Job, NewJob, Progress};
use serde_json::json;
use std::sync::Arc;

/// The queue of uploads to be imported.
const QUEUE: &str = "records.import";
/// The queue of uploads to be deleted.
const LEFTOVERS: &str = "records.import-leftovers";
/// By then an import is over: its tries take hours.
const OVER_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The job that imports a stored file into a person's record, and the one that sees to it that the file goes.
pub(crate) fn jobs(blob: &BlobId, name: &str, person_id: &str, owner: &str, now: Timestamp) -> Vec<NewJob> {
    let import = NewJob {
        owner: Some(owner.to_owned()),
        max_attempts: 5,
        ..NewJob::new(QUEUE, json!({ "file": blob.to_string(), "name": name, "person": person_id }))
    };
    let leftovers = NewJob {
        run_at: Some(now + OVER_AFTER),
        ..NewJob::new(LEFTOVERS, json!({ "file": blob.to_string(), "person": person_id }))
    };
    vec![import, leftovers]
}

/// Handles the queue of imports.
pub(crate) fn handler() -> JobHandler {
    JobHandler::new(QUEUE, |app, job| async move {
        let outcome = run(&app, &job).await;
        let is_over = match &outcome {
            Ok(()) | Err(JobError::Never(_)) => true,
            Err(JobError::Again(_)) => job.attempts >= job.max_attempts,
        };
        if is_over && let Err(cause) = delete(&app, &job).await {
            tracing::warn!(job.id = %job.id, error = %cause, "an imported file was not deleted; that is tried later");
        }
        outcome
    })
}

/// Handles the queue of what imports left behind.
pub(crate) fn leftovers() -> JobHandler {
    JobHandler::new(LEFTOVERS, |app, job| async move { delete(&app, &job).await.map_err(JobError::from) })
}

async fn delete(app: &App, job: &Job) -> Result<(), salus_store::Error> {
    let Some(file) = named(job, "file").and_then(|file| file.parse().ok()) else { return Ok(()) };
    app.store.system("delete an imported file").delete_blob(&file).await
}

fn named(job: &Job, name: &str) -> Option<String> {
    job.payload.get(name).and_then(Value::as_str).map(str::to_owned)
}

async fn run(app: &App, job: &Job) -> Result<(), JobError> {
    if job.progress.message.is_some() {
        // It was over before, but for the last word: the file may be gone by now.
        return Ok(());
    }
    let (Some(file), Some(person)) = (named(job, "file"), named(job, "person")) else {
        return Err(JobError::Never("the job names no file".to_owned()));
    };
    let account = match &job.owner {
        Some(owner) => app.auth.account(owner).await.map_err(|error| JobError::Again(error.to_string()))?,
        None => None,
    };
    let Some(account) = account.filter(|account| account.is_active) else {
        return Err(JobError::Never("the account that uploaded the file is closed".to_owned()));
    };
    let subject = app.auth.subject(&account).await.map_err(|error| JobError::Again(error.to_string()))?;
    let others = subject.patients.keys().filter(|id| **id != person).cloned().collect();
    // Whoever is erased meanwhile does not come back with their own file.
    let records = app.store.as_user(Arc::new(subject)).about(&person).await?;
    let patient = records.read("Patient", &person).await?.map(|stored| stored.json()).transpose()?;
    let born = patient.as_ref().and_then(|patient| patient.get("birthDate")?.as_str().map(str::to_owned));
    let owner = Owner { person, born, others };
    let blob: BlobId = file.parse().map_err(JobError::from)?;
    let bytes = records.get_blob(&blob).await?.to_vec();
    let name = named(job, "name").unwrap_or_default();
    let report = import::upload(&records, owner, &name, bytes, &|_| {}).await.map_err(failure)?;
    let stored: u64 = report.counts.values().sum();
    let total = stored + report.faults.len() as u64;
    let of_file =
        report.faults.iter().find(|fault| fault.place.is_empty()).map(|fault| fault.reasons.join(" "));
    let message = match of_file {
        Some(why) if stored == 0 => return Err(JobError::Never(why)),
        Some(why) => format!("{} taken over, then: {why}", entries(stored)),
        None => format!("{} taken over, {} not valid.", entries(stored), report.faults.len()),
    };
    let message = match report.left_out.len() {
        0 => message,
        1 => format!("{message} 1 part of the file has no place in the record."),
        parts => format!("{message} {parts} parts of the file have no place in the record."),
    };
    salus_http::jobs::progress(app, job, Progress { done: stored, total, message: Some(message) }).await;
    Ok(())
}

fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

fn failure(error: ImportError) -> JobError {
    match error {
        ImportError::Store(cause) => cause.into(),
        other => JobError::Again(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_is_no_plural() {
        for (number, said) in [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")] {
            assert_eq!(entries(number), said);
        }
    }
}
