//! A rotation: the wish for it as a job, and the doing. What breaks off goes on where it ended.

use salus_http::{App, Caller, JobError, JobHandler, jobs};
use salus_store::{AuditAction, Batch, Error, Job, NewJob, Note, Progress, Records, Store};
use serde_json::json;
use tokio::sync::watch;

/// The queue of changes of the master key.
pub(crate) const MASTER: &str = "custody.rotate-master";
/// The queue of people who are given a fresh key.
pub(crate) const PERSON: &str = "custody.rotate-person";

/// A key service may be away for a day.
const TRIES: u32 = 30;

/// Asks for a change of the master key, and gives the id of the job: of the one under way, if there is one. It names the
/// master key that is to go, so that it is not changed twice where the job runs twice.
pub(crate) async fn ask_for_master(caller: &Caller, current: &str) -> Result<String, Error> {
    let job = NewJob { dedupe: Some("master".to_owned()), ..NewJob::new(MASTER, json!({ "from": current })) };
    let note = Note::of(AuditAction::KeyRotation);
    enqueue(&caller.records, job, note, caller).await
}

/// Asks for a fresh key for a person. [`Error::NotFound`] where there is no such record.
pub(crate) async fn ask_for_person(caller: &Caller, person: &str) -> Result<String, Error> {
    let records = caller.records.about(person).await?;
    let job = NewJob { dedupe: Some(person.to_owned()), ..NewJob::new(PERSON, json!({ "person": person })) };
    let note = Note::of(AuditAction::KeyRotation).about(person);
    enqueue(&records, job, note, caller).await
}

async fn enqueue(records: &Records, job: NewJob, note: Note, caller: &Caller) -> Result<String, Error> {
    let owner = Some(caller.account().to_owned());
    let jobs = vec![NewJob { owner, max_attempts: TRIES, ..job }];
    let notes = vec![Note { detail: json!({ "act": "asked for" }), ..note }];
    let (_, ids) = records.write_with_jobs(Batch { jobs, notes, ..Batch::default() }).await?;
    ids.into_iter().next().ok_or(Error::NotFound)
}

/// Goes on with a change of the master key that the last process did not finish; to be called when the server starts.
///
/// # Errors
/// Whatever the store says.
pub async fn resume(store: &Store) -> Result<(), Error> {
    if !store.key_state().await?.is_changing {
        return Ok(());
    }
    let dedupe = Some("master".to_owned());
    let job = NewJob { dedupe, max_attempts: TRIES, ..NewJob::new(MASTER, json!({ "from": null })) };
    store.enqueue(job).await.map(drop)
}

/// Changes the master key.
pub(crate) fn of_master() -> JobHandler {
    JobHandler::new(MASTER, |app, job| async move {
        let state = app.store.key_state().await?;
        let from = job.payload["from"].as_str();
        let is_new = state.current.as_deref().is_some_and(|current| Some(current) != from);
        let is_everywhere = state.counts.iter().all(|count| Some(&count.key_id) == state.current.as_ref());
        if is_new && is_everywhere && !state.is_changing {
            // It was done before, but for the last word.
            return Ok(());
        }
        let (store, (tell, heard)) = (app.store.clone(), watch::channel(Progress::default()));
        let working = async move {
            let told = |at| drop(tell.send_replace(at));
            store.rotate_master_key(&told).await
        };
        let done = noting(&app, &job, heard, working).await?;
        let words = match done.keys {
            0 => format!("All keys are wrapped by {} already.", done.key_id),
            _ => format!("All keys are wrapped by {} now.", done.key_id),
        };
        conclude(&app, &job, words).await;
        Ok(())
    })
}

/// Gives a person a fresh key.
pub(crate) fn of_person() -> JobHandler {
    JobHandler::new(PERSON, |app, job| async move {
        let Some(person) = job.payload["person"].as_str().map(str::to_owned) else {
            return Err(JobError::Never("the job names nobody".to_owned()));
        };
        let (store, (tell, heard)) = (app.store.clone(), watch::channel(Progress::default()));
        let working = async move {
            let told = |at| drop(tell.send_replace(at));
            store.replace_patient_key(&person, &told).await
        };
        match noting(&app, &job, heard, working).await {
            Ok(_) => conclude(&app, &job, "The old key is destroyed.".to_owned()).await,
            Err(Error::NotFound) => {
                return Err(JobError::Never("the record is no longer there".to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    })
}

/// Does the work, and writes down how far it is as fast as that goes and no faster.
async fn noting<T>(
    app: &App,
    job: &Job,
    mut heard: watch::Receiver<Progress>,
    working: impl Future<Output = T>,
) -> T {
    let noting = async {
        while heard.changed().await.is_ok() {
            let progress = heard.borrow_and_update().clone();
            jobs::progress(app, job, progress).await;
        }
    };
    tokio::join!(working, noting).0
}

/// What came of it, beside how far it came.
async fn conclude(app: &App, job: &Job, words: String) {
    let at = app.store.job(&job.id).await.ok().flatten().map(|job| job.progress).unwrap_or_default();
    let total = at.total.max(at.done);
    jobs::progress(app, job, Progress { done: total, total, message: Some(words) }).await;
}
