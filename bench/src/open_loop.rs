//! Requests that come at fixed moments, whatever became of those before.
//!
//! A client that waits for its answer before it asks again slows down with the server, and never sees how long those had
//! to wait who would have come meanwhile. So the moment of each request stands beforehand, and its time is counted from
//! that moment, also where it left late because every connection was busy.

use crate::measure::{Times, rate};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinError, JoinSet};

/// When requests come.
#[derive(Clone, Copy)]
pub(crate) struct Arrivals {
    /// In a second.
    pub(crate) rate: u32,
    pub(crate) lasting: Duration,
}

impl Arrivals {
    fn count(self) -> usize {
        (f64::from(self.rate) * self.lasting.as_secs_f64()) as usize
    }

    fn due(self, number: usize) -> Duration {
        Duration::from_secs_f64(number as f64 / f64::from(self.rate))
    }
}

/// What became of them.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Of those that were served, from the moment they were meant for.
    pub(crate) times: Times,
    /// Those that were not, and why the last was not.
    pub(crate) failed: usize,
    pub(crate) last_failure: Option<String>,
    /// From the first to the last.
    pub(crate) took: Duration,
}

impl Outcome {
    /// Served in a second.
    pub(crate) fn rate(&self) -> f64 {
        rate(self.times.count(), self.took)
    }

    fn join(&mut self, other: Self) {
        self.times.join(other.times);
        self.failed += other.failed;
        self.last_failure = self.last_failure.take().or(other.last_failure);
        self.took = self.took.max(other.took);
    }
}

/// One connection: sends the request of a number, and says whether it was served.
pub(crate) trait Sender: Send + 'static {
    fn send(&mut self, number: usize) -> impl Future<Output = Result<(), String>> + Send;
}

/// Sends requests by these connections as they come due. Whichever is free takes the next.
pub(crate) async fn run<S: Sender>(arrivals: Arrivals, senders: Vec<S>) -> Result<Outcome, JoinError> {
    let (start, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for mut sender in senders {
        let next = Arc::clone(&next);
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= arrivals.count() {
                    return outcome;
                }
                let due = start + arrivals.due(number);
                tokio::time::sleep_until(due.into()).await;
                match sender.send(number).await {
                    Ok(()) => outcome.times.add(due.elapsed()),
                    Err(cause) => {
                        outcome.failed += 1;
                        outcome.last_failure = Some(cause);
                    }
                }
                outcome.took = start.elapsed();
            }
        });
    }
    let mut all = Outcome::default();
    while let Some(ended) = tasks.join_next().await {
        all.join(ended?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that stands still at first, and refuses one.
    struct Stalls;

    const STALL: Duration = Duration::from_millis(200);

    impl Sender for Stalls {
        async fn send(&mut self, number: usize) -> Result<(), String> {
            match number {
                0 => {
                    tokio::time::sleep(STALL).await;
                    Ok(())
                }
                7 => Err("it said no".to_owned()),
                _ => Ok(()),
            }
        }
    }

    #[tokio::test]
    async fn whoever_had_to_wait_for_others_is_counted_from_when_they_came() {
        let arrivals = Arrivals { rate: 100, lasting: Duration::from_millis(200) };
        let outcome = run(arrivals, vec![Stalls]).await.unwrap();
        assert_eq!((outcome.times.count(), outcome.failed), (19, 1));
        assert_eq!(outcome.last_failure.as_deref(), Some("it said no"));
        // The tenth of twenty was meant for 90 ms and left at 200 ms at the earliest.
        assert!(outcome.times.percentile_ms(0.5) >= 100.0, "{}", outcome.times.percentile_ms(0.5));
        assert!(outcome.rate() <= 19.0 / STALL.as_secs_f64());
    }
}
