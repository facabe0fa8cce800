//! `keys.db`: the wrapped keys, in a file of their own.

use super::{schema, sql_error};
use crate::Error;
use crate::keys::store::{KeyRow, KeyStore};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const BY_PATIENT: &str = "
    SELECT pat, patient_id, kek, wrapped FROM patient_key WHERE patient_id = ?1 AND wrapped IS NOT NULL";
const BY_PAT: &str = "
    SELECT pat, patient_id, kek, wrapped FROM patient_key WHERE pat = ?1 AND wrapped IS NOT NULL";
const LAST_PAT: &str = "SELECT coalesce(max(pat), 0) FROM patient_key";
const ADD: &str = "
    INSERT INTO patient_key (pat, patient_id, kek, wrapped) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (patient_id) DO NOTHING";
const DESTROY: &str = "
    UPDATE patient_key SET patient_id = NULL, kek = NULL, wrapped = NULL, erased_at = ?2 WHERE pat = ?1";
const SETTING: &str = "SELECT value FROM setting WHERE name = ?1";
const ADD_SETTING: &str = "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";

/// The keys in SQLite. Each commit is synced before its call returns; they are rare.
pub(crate) struct SqliteKeys {
    connection: Arc<Mutex<Connection>>,
    /// The next number to give; numbers of destroyed keys stay in the table and are not given again.
    next: AtomicI64,
}

impl SqliteKeys {
    /// `last_pat` is the highest number in the record: keys that were restored from an older copy know less.
    pub(crate) fn open(dir: &Path, last_pat: i64) -> Result<Self, Error> {
        let connection = schema::open_keys(&dir.join("keys.db"))?;
        for statement in [BY_PATIENT, BY_PAT, LAST_PAT, ADD, DESTROY, SETTING, ADD_SETTING] {
            connection.prepare(statement).map_err(sql_error)?;
        }
        let last: i64 = connection.query_row(LAST_PAT, [], |row| row.get(0)).map_err(sql_error)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            next: AtomicI64::new(last.max(last_pat) + 1),
        })
    }

    async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let connection = self.connection.clone();
        let done = tokio::task::spawn_blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)).map_err(sql_error)
        });
        done.await.map_err(|_| Error::Io("a look at the keys broke off".to_owned()))?
    }
}

#[async_trait]
impl KeyStore for SqliteKeys {
    async fn by_patient(&self, patient_id: &str) -> Result<Option<KeyRow>, Error> {
        let id = patient_id.to_owned();
        self.run(move |c| c.prepare_cached(BY_PATIENT)?.query_row([id], key_row).optional()).await
    }

    async fn by_pat(&self, pat: i64) -> Result<Option<KeyRow>, Error> {
        self.run(move |c| c.prepare_cached(BY_PAT)?.query_row([pat], key_row).optional()).await
    }

    async fn next_pat(&self, count: usize) -> Result<i64, Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(self.next.fetch_add(count, Ordering::Relaxed))
    }

    async fn insert(&self, rows: Vec<KeyRow>) -> Result<(), Error> {
        self.run(move |c| {
            let transaction = c.transaction()?;
            {
                let mut add = transaction.prepare_cached(ADD)?;
                for row in &rows {
                    add.execute(params![row.pat, row.patient_id, row.kek, row.wrapped])?;
                }
            }
            transaction.commit()
        })
        .await
    }

    async fn destroy(&self, pat: i64, at: i64) -> Result<(), Error> {
        self.run(move |c| {
            c.execute(DESTROY, params![pat, at])?;
            // The write-ahead log still holds the page with the key.
            c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
        })
        .await
        .and_then(|is_busy| if is_busy { Err(Error::Busy) } else { Ok(()) })
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let name = name.to_owned();
        self.run(move |c| c.query_row(SETTING, [name], |row| row.get(0)).optional()).await
    }

    async fn add_setting(&self, name: &str, value: Vec<u8>) -> Result<(), Error> {
        let name = name.to_owned();
        self.run(move |c| c.execute(ADD_SETTING, params![name, value]).map(drop)).await
    }
}

fn key_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow { pat: row.get(0)?, patient_id: row.get(1)?, kek: row.get(2)?, wrapped: row.get(3)? })
}
