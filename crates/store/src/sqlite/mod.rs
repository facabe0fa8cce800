//! The record in SQLite: one thread writes, a pool of connections reads, and nothing else has SQL.

mod audit;
pub(crate) mod bench;
mod candidates;
mod commit;
mod erase;
mod job;
mod keys;
mod migrations;
mod reader;
mod row;
mod schema;
mod scour;
mod writer;

pub(crate) use keys::{SqliteKeys, count_keys};

use crate::audit::{AuditQuery, AuditRow, Head, NewAudit, Retire, Retired};
use crate::backend::{
    Backend, BlobRow, Counts, Erasure, Finish, LogRange, LogRow, Name, Outcome, Prepared, Purge, Resealed,
    TypeNo,
};
use crate::job::{Job, Progress};
use crate::search::{Candidate, Plan};
use crate::{Error, Stats, StoreConfig};
use async_trait::async_trait;
use reader::Readers;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::Writer;

/// `record.db` in the data directory.
pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Arc<Readers>,
    writer: Writer,
    last_pat: Option<i64>,
}

impl Sqlite {
    /// Opens the record, making it at the first start, and checks that every statement fits the tables.
    pub(crate) fn open(config: &StoreConfig) -> Result<Self, Error> {
        let path = config.dir.join("record.db");
        let connection = schema::open_writer(&path, config.max_bytes)?;
        check_statements(&connection)?;
        let readers = Arc::new(Readers::open(&path, config.readers)?);
        let last_pat = row::last_pat(&connection).map_err(sql_error)?;
        let writer = Writer::start(connection, config)?;
        Ok(Self { path, readers, writer, last_pat })
    }

    /// The highest number of a patient in the record as it was opened; none where it was empty.
    pub(crate) fn last_pat(&self) -> Option<i64> {
        self.last_pat
    }

    async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.readers.run(query).await
    }

    async fn write<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut writer::Session<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.change(change).await
    }
}

#[async_trait]
impl Backend for Sqlite {
    async fn commit(&self, batch: Prepared) -> Result<Outcome, Error> {
        self.write(move |session| commit::commit(session, batch)).await
    }

    async fn audit(&self, entries: Vec<NewAudit>) -> Result<(), Error> {
        self.writer.audit(entries).await
    }

    async fn newest(&self, names: Vec<Name>) -> Result<Vec<Option<LogRow>>, Error> {
        self.read(move |c| names.iter().map(|name| row::newest(c, name)).collect()).await
    }

    async fn current(&self, rids: Vec<i64>) -> Result<Vec<LogRow>, Error> {
        self.read(move |c| row::current(c, &rids)).await
    }

    async fn version(&self, name: Name, version: u64) -> Result<Option<LogRow>, Error> {
        self.read(move |c| row::version(c, &name, version)).await
    }

    async fn history(&self, range: LogRange) -> Result<Vec<LogRow>, Error> {
        self.read(move |c| row::history(c, &range)).await
    }

    async fn feed(&self, after: u64, limit: u32) -> Result<Vec<LogRow>, Error> {
        self.read(move |c| row::feed(c, after, limit)).await
    }

    async fn last_seq(&self) -> Result<u64, Error> {
        self.read(row::last_seq).await
    }

    async fn last_touch(&self, pat: i64) -> Result<u64, Error> {
        self.read(move |c| row::last_touch(c, pat)).await
    }

    async fn candidates(&self, plan: Plan) -> Result<Vec<Candidate>, Error> {
        self.read(move |c| candidates::candidates(c, &plan)).await
    }

    async fn audit_rows(&self, after: u64, patient: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, Error> {
        // What was queued before is in its place then.
        self.write(|_| Ok(())).await?;
        self.read(move |c| audit::rows(c, after, patient, limit)).await
    }

    async fn audit_head(&self) -> Result<Head, Error> {
        self.write(|session| Ok(session.counters.audit)).await
    }

    async fn audit_find(&self, query: AuditQuery) -> Result<Vec<AuditRow>, Error> {
        self.write(|_| Ok(())).await?;
        self.read(move |c| audit::find(c, &query)).await
    }

    async fn audit_retire(&self, retire: Retire) -> Result<Retired, Error> {
        self.write(move |session| audit::retire(session, &retire)).await
    }

    async fn blob(&self, hash: [u8; 32]) -> Result<Option<BlobRow>, Error> {
        self.read(move |c| row::blob(c, &hash)).await
    }

    async fn blobs_of(&self, pat: i64) -> Result<Vec<[u8; 32]>, Error> {
        self.read(move |c| row::blobs_of(c, pat)).await
    }

    async fn claim_job(&self, queues: Vec<String>, now: i64, lease_until: i64) -> Result<Option<Job>, Error> {
        // Most looks find nothing: those cost no commit.
        let ask = queues.clone();
        if !self.read(move |c| job::is_any_due(c, &ask, now)).await? {
            return Ok(None);
        }
        self.write(move |session| job::claim(session.connection, &queues, now, lease_until)).await
    }

    async fn finish_job(&self, id: String, lease: u64, finish: Finish, now: i64) -> Result<bool, Error> {
        self.write(move |session| job::finish(session.connection, &id, lease, &finish, now)).await
    }

    async fn progress_job(
        &self,
        id: String,
        lease: u64,
        progress: Progress,
        lease_until: i64,
    ) -> Result<bool, Error> {
        self.write(move |session| job::progress(session.connection, &id, lease, &progress, lease_until)).await
    }

    async fn sweep_jobs(&self, is_dead: bool, before: i64, limit: u32) -> Result<usize, Error> {
        self.write(move |session| job::sweep(session.connection, is_dead, before, limit)).await
    }

    async fn jobs_of(&self, queue: String, limit: u32) -> Result<Vec<Job>, Error> {
        self.read(move |c| job::of_queue(c, &queue, limit)).await
    }

    async fn job(&self, id: String) -> Result<Option<Job>, Error> {
        self.read(move |c| job::get(c, &id)).await
    }

    async fn cursor(&self, name: String) -> Result<u64, Error> {
        self.read(move |c| row::cursor(c, &name)).await
    }

    async fn set_cursor(&self, name: String, seq: u64) -> Result<(), Error> {
        self.write(move |session| row::set_cursor(session.connection, &name, seq)).await
    }

    async fn erase(&self, erasure: Erasure) -> Result<(), Error> {
        let pat = erasure.pat;
        let erased = self.write(move |session| erase::erase(session, &erasure)).await;
        if erased.is_err() {
            let _was_there = self.write(move |session| Ok(session.erased.remove(&pat))).await?;
            return erased;
        }
        self.writer.checkpoint().await
    }

    async fn holds(&self, pat: i64) -> Result<bool, Error> {
        self.read(move |c| erase::holds(c, pat)).await
    }

    async fn holdings(&self, pat: i64, patient_id: String) -> Result<Counts, Error> {
        self.read(move |c| erase::holdings(c, pat, &patient_id)).await
    }

    async fn forget_blobs(&self, pat: i64) -> Result<(), Error> {
        self.write(move |session| erase::forget_blobs(session.connection, pat)).await
    }

    async fn forget_blob(&self, hash: [u8; 32]) -> Result<(), Error> {
        self.write(move |session| erase::forget_blob(session.connection, &hash)).await
    }

    async fn purge(&self, purge: Purge) -> Result<bool, Error> {
        self.write(move |session| erase::purge(session, &purge)).await
    }

    async fn reseal(&self, bodies: Vec<Resealed>) -> Result<(), Error> {
        self.write(move |session| commit::reseal(session.connection, &bodies)).await
    }

    async fn stats(&self) -> Result<Stats, Error> {
        let mut stats = self.read(row::stats).await?;
        stats.bytes = size(&self.path) + size(&self.path.with_extension("db-wal"));
        Ok(stats)
    }

    async fn types(&self, wanted: Vec<String>) -> Result<Vec<(TypeNo, String)>, Error> {
        self.write(move |session| row::types(session.connection, &wanted)).await
    }

    async fn close(&self) {
        self.writer.stop().await;
    }
}

/// What SQLite says, by what the caller does next.
fn sql_error(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::DiskFull) => Error::Full,
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => Error::Busy,
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => Error::Corrupt("the database file".to_owned()),
        _ => Error::Io(error.to_string()),
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Prepares every statement of this backend once: what does not fit the tables is found at the start.
fn check_statements(connection: &rusqlite::Connection) -> Result<(), Error> {
    let all = [
        row::STATEMENTS,
        candidates::STATEMENTS,
        commit::STATEMENTS,
        audit::STATEMENTS,
        job::STATEMENTS,
        erase::STATEMENTS,
        scour::STATEMENTS,
    ];
    for statement in all.into_iter().flatten() {
        connection.prepare(statement).map_err(sql_error)?;
    }
    Ok(())
}
