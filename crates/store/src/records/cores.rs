//! CPU-heavy work, away from the threads that wait for the network, and on no more cores than allowed.

use super::Records;
use crate::Error;
use std::sync::Arc;

/// So few pieces are not worth another thread.
const INLINE: usize = 2;
/// A thread is given at least so many pieces.
const LEAST: usize = 16;

impl Records {
    /// Does one piece of work on the blocking pool.
    pub(super) async fn blocking<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Error> + Send + 'static,
    {
        let closed = |_| Error::Io("the store is closed".to_owned());
        let permit = self.inner.preparers.clone().acquire_owned().await.map_err(closed)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        done.await.map_err(|_| Error::Io("a piece of work broke off".to_owned()))?
    }

    /// Does the same to each of many pieces, spread over the cores; the results come in the pieces' order.
    pub(super) async fn on_cores<T, R, F>(&self, mut pieces: Vec<T>, work: F) -> Result<Vec<R>, Error>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: Fn(T) -> Result<R, Error> + Send + Sync + 'static,
    {
        if pieces.len() <= INLINE {
            return pieces.into_iter().map(work).collect();
        }
        let share = pieces.len().div_ceil(self.inner.preparer_count * 2).max(LEAST);
        let work = Arc::new(work);
        let mut shares = Vec::new();
        while !pieces.is_empty() {
            let rest = pieces.split_off(share.min(pieces.len()));
            let (mine, work) = (std::mem::replace(&mut pieces, rest), work.clone());
            let done = self
                .blocking(move || mine.into_iter().map(|piece| work(piece)).collect::<Result<Vec<R>, _>>());
            shares.push(done);
        }
        let mut results = Vec::new();
        for share in futures::future::join_all(shares).await {
            results.extend(share?);
        }
        Ok(results)
    }
}
