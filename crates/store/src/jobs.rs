//! Background work: taking it, ending it, looking at it.
//!
//! A job is enqueued in the transaction that makes it necessary ([`crate::Batch::jobs`]). A worker takes it under
//! a lease; a lease that ends without a word gives the job to another, so a handler may run twice and must not
//! mind. Failures are tried again later and later, and end as dead letters. What ended is kept for a while, so that it
//! can be looked up, and is then swept.

use crate::backend::{Finish, Prepared};
use crate::batch::NewJob;
use crate::error::Conflict;
use crate::job::{Job, Progress};
use crate::store::Store;
use crate::{Error, backend::Outcome};
use salus_core::Timestamp;
use std::time::Duration;

/// The first attempt after a failure waits so long, each further one twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// No attempt waits longer.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// So many that ended are deleted in one transaction.
const STEP: u32 = 500;

impl Store {
    /// Enqueues a job by itself, and gives its id: that of the waiting or running one with the same dedupe key,
    /// if there is one. A job that follows from a write belongs into the write's batch.
    pub async fn enqueue(&self, job: NewJob) -> Result<String, Error> {
        let jobs = vec![self.inner.prepare_job(&job)];
        match self.inner.backend.commit(Prepared { jobs, ..Prepared::default() }).await? {
            Outcome::Committed { jobs, .. } => {
                self.inner.job_ready.notify_waiters();
                jobs.into_iter().next().ok_or(Error::NotFound)
            }
            Outcome::Raced => Err(Conflict::Contended.into()),
        }
    }

    /// Takes the next job of one of the queues for `lease`: the highest priority first, then the longest waiting.
    pub async fn claim(&self, queues: &[&str], lease: Duration) -> Result<Option<Job>, Error> {
        let queues = queues.iter().map(|queue| (*queue).to_owned()).collect();
        let now = self.inner.clock.now().as_microsecond();
        self.inner.backend.claim_job(queues, now, now.saturating_add(micros(lease))).await
    }

    /// Waits until a job is enqueued, or until `at_most` has passed: jobs also become due by time.
    pub async fn job_ready(&self, at_most: Duration) {
        let _time_is_up = tokio::time::timeout(at_most, self.inner.job_ready.notified()).await;
    }

    /// Says that a job is done; false where the lease has passed to another.
    pub async fn done(&self, job: &Job) -> Result<bool, Error> {
        self.finish(job, Finish::Done).await
    }

    /// Says that an attempt failed, in plain words without health data. The job is tried again after a wait that
    /// doubles each time (give or take a quarter), and is a dead letter after its last attempt.
    pub async fn fail(&self, job: &Job, error: &str) -> Result<bool, Error> {
        let error = error.to_owned();
        let finish = if job.attempts >= job.max_attempts {
            Finish::Dead { error }
        } else {
            let at = self.inner.clock.now().as_microsecond().saturating_add(micros(self.wait(job.attempts)));
            Finish::Retry { at, error }
        };
        self.finish(job, finish).await
    }

    /// Says that a job can never be done: it is a dead letter at once.
    pub async fn give_up(&self, job: &Job, error: &str) -> Result<bool, Error> {
        self.finish(job, Finish::Dead { error: error.to_owned() }).await
    }

    /// Notes how far a job is, and holds it for another `lease`; false where it has passed to another already.
    pub async fn progress(&self, job: &Job, progress: Progress, lease: Duration) -> Result<bool, Error> {
        let until = self.inner.clock.now().as_microsecond().saturating_add(micros(lease));
        self.inner.backend.progress_job(job.id.clone(), job.lease, progress, until).await
    }

    /// A job by its id, whatever became of it.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, Error> {
        self.inner.backend.job(id.to_owned()).await
    }

    /// The jobs of a queue, whatever became of them, the newest first.
    pub async fn jobs_of(&self, queue: &str, limit: u32) -> Result<Vec<Job>, Error> {
        self.inner.backend.jobs_of(queue.to_owned(), limit).await
    }

    /// Deletes the jobs that were done before `done`, and the dead letters from before `dead`, with their payloads. Gives
    /// how many. For every few hours.
    pub async fn sweep_jobs(&self, done: Timestamp, dead: Timestamp) -> Result<usize, Error> {
        let mut swept = 0;
        for (is_dead, before) in [(false, done), (true, dead)] {
            loop {
                let before = before.as_microsecond();
                let gone = self.inner.backend.sweep_jobs(is_dead, before, STEP).await?;
                swept += gone;
                if gone < STEP as usize {
                    break;
                }
            }
        }
        Ok(swept)
    }

    async fn finish(&self, job: &Job, finish: Finish) -> Result<bool, Error> {
        let now = self.inner.clock.now().as_microsecond();
        self.inner.backend.finish_job(job.id.clone(), job.lease, finish, now).await
    }

    fn wait(&self, attempts: u32) -> Duration {
        let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_WAIT);
        let [spread] = self.inner.rng.bytes::<1>();
        // 75 % to 125 %, so that what failed together does not come back together.
        doubled.mul_f64(0.75 + f64::from(spread) / 510.0)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
