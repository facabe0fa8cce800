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
    permits: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Self, Error> {
        let idle = (0..count.max(1)).map(|_| schema::open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        let permits = Semaphore::new(idle.len());
        Ok(Self { idle: Mutex::new(idle), permits })
    }

    /// Runs a query on the blocking pool; all of it sees one state of the record.
    pub(super) async fn run<T, F>(self: &Arc<Self>, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let closed = |_| Error::Io("the store is closed".to_owned());
        let permit = self.permits.acquire().await.map_err(closed)?;
        let pool = self.clone();
        let answer = tokio::task::spawn_blocking(move || pool.query(query)).await;
        drop(permit);
        answer.map_err(|_| Error::Io("a query broke off".to_owned()))?
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
