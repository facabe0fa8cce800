//! The connections that read.

use super::{schema, sql_error};
use crate::Error;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A bounded pool: at most so many queries run at once, each on a connection of its own.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Self, Error> {
        let idle = (0..count.max(1)).map(|_| schema::open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        let permits = Arc::new(Semaphore::new(idle.len()));
        Ok(Self { idle: Mutex::new(idle), permits })
    }

    /// Runs a query on the blocking pool; all of it sees one state of the record.
    pub(super) async fn run<T, F>(self: &Arc<Self>, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let closed = |_| Error::Io("the store is closed".to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(closed)?;
        let pool = self.clone();
        // The place goes with the query: who asked may give up, and the connection is in use all the same.
        let answer = tokio::task::spawn_blocking(move || {
            let answer = pool.query(query);
            drop(permit);
            answer
        });
        answer.await.map_err(|_| Error::Io("a query broke off".to_owned()))?
    }

    fn query<T, F>(&self, query: F) -> Result<T, Error>
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T>,
    {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut connection) = idle else {
            return Err(Error::Busy);
        };
        let answer = snapshot(&mut connection, query);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer.map_err(sql_error)
    }
}

fn snapshot<T>(
    connection: &mut Connection,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction()?;
    let answer = query(&transaction)?;
    transaction.commit()?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_query_that_nobody_waits_for_keeps_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record.db");
        let _writer = schema::open_writer(&path, None).unwrap();
        let readers = Arc::new(Readers::open(&path, 1).unwrap());
        let (began, begins) = mpsc::channel();
        let (go_on, waits) = mpsc::channel();
        let pool = readers.clone();
        let slow = tokio::spawn(async move {
            pool.run(move |_| {
                began.send(()).unwrap();
                waits.recv().unwrap();
                Ok(())
            })
            .await
        });
        begins.recv().unwrap();
        slow.abort();
        assert!(slow.await.unwrap_err().is_cancelled());
        let pool = readers.clone();
        let mut next = tokio::spawn(async move { pool.run(|_| Ok(7)).await });
        let too_soon = tokio::time::timeout(Duration::from_millis(50), &mut next).await;
        assert!(too_soon.is_err(), "it waits for the connection");
        go_on.send(()).unwrap();
        assert_eq!(next.await.unwrap().unwrap(), 7);
    }
}
