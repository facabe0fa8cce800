//! `keys.db`: the wrapped keys, in a file of their own.

use super::{schema, sql_error};
use crate::Error;
use crate::keys::store::{Change, KeyCount, KeyRow, KeyStore};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const BY_PATIENT: &str = "
    SELECT pat, patient_id, kek, wrapped, older FROM patient_key WHERE patient_id = ?1 AND wrapped IS NOT NULL";
const BY_PAT: &str = "
    SELECT pat, patient_id, kek, wrapped, older FROM patient_key WHERE pat = ?1 AND wrapped IS NOT NULL";
const LAST_PAT: &str = "SELECT coalesce(max(pat), 0) FROM patient_key";
const ADD: &str = "
    INSERT INTO patient_key (pat, patient_id, kek, wrapped) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (patient_id) DO NOTHING";
const DESTROY: &str = "
    UPDATE patient_key SET patient_id = NULL, kek = NULL, wrapped = NULL, older = NULL, erased_at = ?2 WHERE pat = ?1";
const REPLACE: &str = "
    UPDATE patient_key SET kek = ?2, wrapped = ?3, older = ?4 WHERE pat = ?1 AND wrapped = ?5 AND older IS NULL";
const DROP_OLDER: &str = "UPDATE patient_key SET older = NULL WHERE pat = ?1";
const OTHERS: &str = "
    SELECT pat, patient_id, kek, wrapped, older FROM patient_key
    WHERE pat > ?2 AND wrapped IS NOT NULL AND kek <> ?1 ORDER BY pat LIMIT ?3";
const REWRAP: &str = "
    UPDATE patient_key SET kek = ?2, wrapped = ?3, older = ?4
    WHERE pat = ?1 AND wrapped = ?5 AND (older IS NULL) = (?4 IS NULL)";
const SETTINGS: &str = "SELECT name, value FROM setting";
const CHANGE_SETTING: &str = "UPDATE setting SET value = ?2 WHERE name = ?1";
const COUNTS: &str = "
    SELECT kek, count(*), count(older) FROM patient_key WHERE wrapped IS NOT NULL GROUP BY kek ORDER BY kek";
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
        for statement in [
            BY_PATIENT,
            BY_PAT,
            LAST_PAT,
            ADD,
            DESTROY,
            REPLACE,
            DROP_OLDER,
            OTHERS,
            REWRAP,
            SETTINGS,
            CHANGE_SETTING,
            COUNTS,
            SETTING,
            ADD_SETTING,
        ] {
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

impl SqliteKeys {
    /// Makes a change after which something must be gone, and takes it out of the write-ahead log too, which still
    /// holds the page.
    async fn forget<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.run(move |c| {
            let done = work(c)?;
            let is_busy = c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
            Ok((done, is_busy))
        })
        .await
        .and_then(|(done, is_busy)| if is_busy { Err(Error::Busy) } else { Ok(done) })
    }
}

/// Counts the keys of a data directory that may be in use.
pub(crate) fn count_keys(dir: &Path) -> Result<Vec<KeyCount>, Error> {
    let connection = schema::open_reader(&dir.join("keys.db"))?;
    counts(&connection).map_err(sql_error)
}

fn counts(connection: &Connection) -> rusqlite::Result<Vec<KeyCount>> {
    let mut statement = connection.prepare(COUNTS)?;
    let counted = statement.query_map([], |row| {
        let count = |place| row.get::<_, i64>(place).map(|n| u64::try_from(n).unwrap_or(0));
        Ok(KeyCount { key_id: row.get(0)?, keys: count(1)?, replacing: count(2)? })
    })?;
    counted.collect()
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
        self.forget(move |c| {
            c.execute(DESTROY, params![pat, at])?;
            // A row that was moved while the tree was balanced left a copy of itself behind: it goes with its page.
            c.execute_batch("VACUUM")
        })
        .await
    }

    async fn replace(&self, change: Change) -> Result<(), Error> {
        self.run(move |c| make(c, REPLACE, &change).map(drop)).await
    }

    async fn drop_older(&self, pat: i64) -> Result<(), Error> {
        self.forget(move |c| c.execute(DROP_OLDER, [pat]).map(drop)).await
    }

    async fn wrapped_by_others(&self, kek: &str, after: i64, limit: u32) -> Result<Vec<KeyRow>, Error> {
        let kek = kek.to_owned();
        self.run(move |c| c.prepare_cached(OTHERS)?.query_map(params![kek, after, limit], key_row)?.collect())
            .await
    }

    async fn rewrap(&self, changes: Vec<Change>, settings: Vec<(String, Vec<u8>)>) -> Result<u64, Error> {
        self.forget(move |c| {
            let transaction = c.transaction()?;
            let mut changed = 0;
            for change in &changes {
                changed += make(&transaction, REWRAP, change)? as u64;
            }
            for (name, value) in &settings {
                transaction.prepare_cached(CHANGE_SETTING)?.execute(params![name, value])?;
            }
            transaction.commit()?;
            Ok(changed)
        })
        .await
    }

    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.run(|c| {
            c.prepare_cached(SETTINGS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<KeyCount>, Error> {
        self.run(|c| counts(c)).await
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

fn make(connection: &Connection, statement: &str, change: &Change) -> rusqlite::Result<usize> {
    let Change { before, row } = change;
    let mut made = connection.prepare_cached(statement)?;
    made.execute(params![row.pat, row.kek, row.wrapped, row.older, before])
}

fn key_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        pat: row.get(0)?,
        patient_id: row.get(1)?,
        kek: row.get(2)?,
        wrapped: row.get(3)?,
        older: row.get(4)?,
    })
}
