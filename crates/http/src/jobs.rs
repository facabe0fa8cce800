//! Background work: one handler for each queue, a few jobs at a time, leases kept alive while they run.
//!
//! A job may run twice (a lease that ended, a process that died between the work and its last word), so handlers are
//! idempotent. On shutdown no new job is claimed, and those that run are given time to end; what does not end in time
//! is taken up by the next worker when its lease is over.

use crate::listeners::run_listeners;
use crate::{App, Capability};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use salus_store::{Job, Progress};
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// How long a worker may be silent before its job is given to another.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(20);
/// Between two looks for work where nothing was heard: retries become due by time alone.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// How long running jobs may take to end on shutdown.
const LAST_CALL: Duration = Duration::from_secs(20);

/// Why a job did not succeed. The text is kept and shown: plain words, no health data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Trying again later may help.
    #[error("{0}")]
    Again(String),
    /// Trying again does not help: a dead letter at once.
    #[error("{0}")]
    Never(String),
}

impl From<salus_store::Error> for JobError {
    fn from(error: salus_store::Error) -> Self {
        use salus_store::Error;
        match error {
            Error::Denied | Error::NotFound | Error::Invalid(_) | Error::Corrupt(_) => {
                Self::Never(error.to_string())
            }
            Error::Conflict(_) | Error::Full | Error::Busy | Error::Unusable(_) | Error::Io(_) => {
                Self::Again(error.to_string())
            }
        }
    }
}

/// What to do with the jobs of one queue.
#[derive(Clone)]
pub struct JobHandler {
    /// The queue's name: `records.read-document`.
    pub queue: &'static str,
    run: Run,
}

type Run = Arc<dyn Fn(App, Job) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

impl JobHandler {
    /// Has `run` do the jobs of `queue`. It must be idempotent.
    pub fn new<F, Fut>(queue: &'static str, run: F) -> Self
    where
        F: Fn(App, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        Self { queue, run: Arc::new(move |app, job| run(app, job).boxed()) }
    }
}

/// Background work under way: the jobs and the listeners of some capabilities.
pub struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Lets what runs come to its end, and takes up nothing new. Returns within half a minute.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Starts the jobs and the listeners of `capabilities`. Must be called within a Tokio runtime.
pub fn start(app: &App, capabilities: &[Capability]) -> Workers {
    let (stop, stopped) = watch::channel(false);
    let handlers = capabilities.iter().flat_map(|capability| capability.jobs.clone()).collect();
    let listeners = capabilities.iter().flat_map(|capability| capability.listeners.clone()).collect();
    let mut tasks = JoinSet::new();
    tasks.spawn(run_jobs(app.clone(), handlers, stopped.clone()));
    tasks.spawn(run_listeners(app.clone(), listeners, stopped.clone()));
    tasks.spawn(sweep(app.clone(), stopped));
    Workers { stop, tasks }
}

/// Says how far a job is, and keeps its lease. Cheap enough for once a second; leave it out for what is quick.
pub async fn progress(app: &App, job: &Job, progress: Progress) {
    if let Err(cause) = app.store.progress(job, progress, LEASE).await {
        tracing::warn!(job.id = %job.id, error = %cause, "the progress of a job could not be written down");
    }
}

/// Throws away what ended of sessions, tokens and jobs, at the start and every few hours.
async fn sweep(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(cause) = app.auth.sweep().await {
            tracing::warn!(error = %cause, "ended sessions could not be deleted");
        }
        if let Err(cause) = sweep_jobs(&app).await {
            tracing::warn!(error = %cause, "ended jobs could not be deleted");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Deletes the jobs that ended longer ago than they are kept; gives how many.
async fn sweep_jobs(app: &App) -> Result<usize, salus_store::Error> {
    let ago = |days: u16| app.now() - SignedDuration::from_hours(24 * i64::from(days));
    app.store.sweep_jobs(ago(app.config.jobs_done_days), ago(app.config.jobs_failed_days)).await
}

/// Runs jobs until `stop` says so, then waits for those that run.
async fn run_jobs(app: App, handlers: Vec<JobHandler>, mut stop: watch::Receiver<bool>) {
    let handlers: HashMap<&'static str, JobHandler> =
        handlers.into_iter().map(|handler| (handler.queue, handler)).collect();
    if handlers.is_empty() {
        return;
    }
    let queues: Vec<&'static str> = handlers.keys().copied().collect();
    let slots = Arc::new(Semaphore::new(app.config.jobs_at_once.max(1)));
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot,
            _ = stop.changed() => break,
        };
        let Ok(slot) = slot else { break };
        while running.try_join_next().is_some() {}
        match app.store.claim(&queues, LEASE).await {
            Ok(Some(job)) => {
                if let Some(handler) = handlers.get(job.queue.as_str()) {
                    let (app, handler) = (app.clone(), handler.clone());
                    running.spawn(async move {
                        work(&app, &handler, job).await;
                        drop(slot);
                    });
                }
            }
            outcome => {
                if let Err(cause) = outcome {
                    tracing::warn!(error = %cause, "no job could be claimed");
                }
                tokio::select! {
                    () = app.store.job_ready(LOOK_EVERY) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_CALL, ended).await.is_err() {
        tracing::warn!("jobs still ran at shutdown; another worker takes them up when their lease is over");
    }
}

/// Claims and does what is due now, one after the other, and says how many jobs that was. For tests and commands.
pub async fn run_due_jobs(app: &App, handlers: &[JobHandler]) -> Result<usize, salus_store::Error> {
    let queues: Vec<&'static str> = handlers.iter().map(|handler| handler.queue).collect();
    let mut done = 0;
    if queues.is_empty() {
        return Ok(done);
    }
    while let Some(job) = app.store.claim(&queues, LEASE).await? {
        if let Some(handler) = handlers.iter().find(|handler| handler.queue == job.queue) {
            work(app, handler, job).await;
        }
        done += 1;
    }
    Ok(done)
}

/// Does one job and writes down how it ended.
async fn work(app: &App, handler: &JobHandler, job: Job) {
    let started = app.now();
    let task = AssertUnwindSafe(async { (handler.run)(app.clone(), job.clone()).await }).catch_unwind();
    let outcome = tokio::select! {
        outcome = task => outcome.unwrap_or_else(|_| Err(JobError::Again("the handler panicked".to_owned()))),
        () = keep_lease(app, &job) => {
            tracing::warn!(job.queue = handler.queue, job.id = %job.id, "a job was stopped: its lease was lost");
            return;
        }
    };
    let duration_ms = app.now().duration_since(started).as_secs_f64() * 1_000.0;
    let (written, words) = match &outcome {
        Ok(()) => (app.store.done(&job).await, "a job is done"),
        Err(JobError::Again(why)) => {
            (app.store.fail(&job, why).await, "a job failed and waits for its next try")
        }
        Err(JobError::Never(why)) => (app.store.give_up(&job, why).await, "a job failed for good"),
    };
    let error = outcome.err().map(|error| error.to_string());
    let (queue, id, attempts) = (handler.queue, &job.id, job.attempts);
    tracing::info!(job.queue = queue, job.id = %id, job.attempts = attempts, duration_ms, error, "{words}");
    if let Err(cause) = written {
        tracing::error!(job.id = %id, error = %cause, "the end of a job could not be written down");
    }
}

/// Renews the lease as long as the job runs; ends only when the lease is lost.
async fn keep_lease(app: &App, job: &Job) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let Ok(Some(latest)) = app.store.job(&job.id).await else { continue };
        if matches!(app.store.progress(job, latest.progress, LEASE).await, Ok(false)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Capability;
    use crate::testing::TestApp;
    use salus_store::{JobState, NewJob};
    use serde_json::json;
    use std::sync::atomic::{AtomicU32, Ordering};
    use utoipa_axum::router::OpenApiRouter;

    fn fickle() -> Vec<Capability> {
        let tries = AtomicU32::new(0);
        let handler = JobHandler::new("test.fickle", move |_, job| {
            let nth = tries.fetch_add(1, Ordering::SeqCst);
            async move {
                match job.payload["how"].as_str() {
                    Some("fine") => Ok(()),
                    Some("later") if nth > 0 => Ok(()),
                    Some("later") => Err(JobError::Again("not yet".to_owned())),
                    Some("never") => Err(JobError::Never("it cannot be".to_owned())),
                    _ => panic!("no such way"),
                }
            }
        });
        vec![Capability::new("test", OpenApiRouter::new()).job(handler)]
    }

    async fn enqueue(app: &TestApp, how: &str) -> String {
        app.app().store.enqueue(NewJob::new("test.fickle", json!({ "how": how }))).await.unwrap()
    }

    async fn state(app: &TestApp, id: &str) -> (JobState, u32, Option<String>) {
        let job = app.app().store.job(id).await.unwrap().unwrap();
        (job.state, job.attempts, job.error)
    }

    #[tokio::test]
    async fn a_job_ends_as_its_handler_says() {
        let app = TestApp::with_capabilities(fickle).await;
        let later = enqueue(&app, "later").await;
        app.settle().await;
        assert_eq!(state(&app, &later).await, (JobState::Waiting, 1, Some("not yet".to_owned())));
        app.clock().advance_seconds(3_600);
        app.settle().await;
        let (fine, never, panic) =
            (enqueue(&app, "fine").await, enqueue(&app, "never").await, enqueue(&app, "panic").await);
        app.settle().await;
        for (id, expect, attempts, error) in [
            (later, JobState::Done, 2, None),
            (fine, JobState::Done, 1, None),
            (never, JobState::Dead, 1, Some("it cannot be")),
            (panic, JobState::Waiting, 1, Some("the handler panicked")),
        ] {
            let (state, tried, why) = state(&app, &id).await;
            assert_eq!((state, tried), (expect, attempts), "{id}");
            if error.is_some() {
                assert_eq!(why.as_deref(), error, "{id}");
            }
        }
    }

    #[tokio::test]
    async fn asvs_v14_2_7_jobs_that_ended_go_when_their_time_is_over() {
        let app = TestApp::with_capabilities(fickle).await;
        let (fine, never) = (enqueue(&app, "fine").await, enqueue(&app, "never").await);
        app.settle().await;
        let waiting = app
            .app()
            .store
            .enqueue(NewJob::new("test.nobody-handles-it", json!({ "name": "Letter.pdf" })))
            .await
            .unwrap();
        for (days, swept, left) in [(29, 0, [true, true]), (2, 1, [false, true]), (60, 1, [false, false])] {
            app.clock().advance_seconds(days * 86_400);
            assert_eq!(sweep_jobs(app.app()).await.unwrap(), swept);
            for (id, is_left) in [(&fine, left[0]), (&never, left[1]), (&waiting, true)] {
                assert_eq!(app.app().store.job(id).await.unwrap().is_some(), is_left, "{days} {id}");
            }
        }
    }

    #[tokio::test]
    async fn workers_do_what_is_enqueued_and_stop_in_order() {
        let app = TestApp::with_capabilities(fickle).await;
        let workers = start(app.app(), &fickle());
        let id = enqueue(&app, "fine").await;
        let done = async {
            while state(&app, &id).await.0 != JobState::Done {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), done).await.unwrap();
        tokio::time::timeout(Duration::from_secs(30), workers.stop()).await.unwrap();
    }
}
