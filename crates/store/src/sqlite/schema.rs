//! The tables, and how a connection to them is opened.

use super::sql_error;
use crate::{Error, dict, index};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Raised when the tables change. What stands in `idx` and `idx_str` has a number of its own: [`index::LAYOUT`].
const VERSION: i64 = 1;

/// Where `cursor` keeps the layout of the index rows.
const LAYOUT_MARK: &str = "#layout";
/// The layout of records that were written before the mark was kept.
const UNMARKED: i64 = 1;

const TABLES: &str = "
CREATE TABLE typ (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- History, feed and bodies in one; append-only. `prev` is the entry of the version before (0 = none).
CREATE TABLE log (
    seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, ver INTEGER NOT NULL, event INTEGER NOT NULL,
    at INTEGER NOT NULL, typ INTEGER NOT NULL, pat INTEGER NOT NULL, prev INTEGER NOT NULL,
    dict INTEGER NOT NULL, body BLOB);
CREATE INDEX log_typ ON log (typ);
CREATE INDEX log_pat ON log (pat, typ);
-- Entries that concern further patients than the owner.
CREATE TABLE log_also (pat INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (pat, seq)) WITHOUT ROWID;

-- Where each resource stands in the log. UUIDs are kept as 16 bytes.
CREATE TABLE res (rid INTEGER PRIMARY KEY, typ INTEGER NOT NULL, id NOT NULL, seq INTEGER NOT NULL, UNIQUE (typ, id));

-- See index.rs.
CREATE TABLE idx (
    pat INTEGER NOT NULL, k INTEGER NOT NULL, ord INTEGER NOT NULL, rid INTEGER NOT NULL, hi INTEGER,
    PRIMARY KEY (pat, k, ord, rid)) WITHOUT ROWID;
CREATE TABLE idx_str (
    pat INTEGER NOT NULL, k INTEGER NOT NULL, norm TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (pat, k, norm, rid)) WITHOUT ROWID;

-- The newest log entry that touched a patient's compartment.
CREATE TABLE touch (pat INTEGER PRIMARY KEY, seq INTEGER NOT NULL);

-- See audit.rs.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action INTEGER NOT NULL,
    typ INTEGER NOT NULL, target INTEGER NOT NULL, patient INTEGER NOT NULL, n INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, digest BLOB, hash BLOB NOT NULL);
CREATE INDEX audit_patient ON audit (patient) WHERE patient <> 0;

-- state: 0 waits, 1 runs, 2 done, 3 dead.
CREATE TABLE job (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL, run_at INTEGER NOT NULL, lease_until INTEGER NOT NULL DEFAULT 0,
    lease INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL,
    dedupe TEXT, owner TEXT, payload TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0, message TEXT, error TEXT, ended_at INTEGER);
CREATE INDEX job_waiting ON job (queue, priority DESC, run_at) WHERE state = 0;
CREATE INDEX job_running ON job (lease_until) WHERE state = 1;
CREATE UNIQUE INDEX job_dedupe ON job (queue, dedupe) WHERE dedupe IS NOT NULL AND state < 2;

CREATE TABLE blob (hash BLOB PRIMARY KEY, pat INTEGER NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX blob_pat ON blob (pat);

-- Compressed themselves.
CREATE TABLE dict (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
";

const KEY_TABLES: &str = "
CREATE TABLE patient_key (
    pat INTEGER PRIMARY KEY, patient_id TEXT UNIQUE, kek TEXT, wrapped BLOB, erased_at INTEGER);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
";

/// Opens `record.db` for the writer, making its tables at the first start.
pub(super) fn open_writer(path: &Path, max_bytes: Option<u64>) -> Result<Connection, Error> {
    let mut connection = open(path, TABLES)?;
    // The pages that a million resources' random ids fall into; taken only as the record grows.
    connection.pragma_update(None, "cache_size", -192 * 1024).map_err(sql_error)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000).map_err(sql_error)?;
    if let Some(max_bytes) = max_bytes {
        let page: i64 =
            connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(sql_error)?;
        let pages = i64::try_from(max_bytes).unwrap_or(i64::MAX) / page.max(1);
        connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .map_err(sql_error)?;
    }
    keep_layout(&connection, path)?;
    keep_dictionary(&mut connection)?;
    Ok(connection)
}

/// Opens `keys.db`, making its tables at the first start.
pub(super) fn open_keys(path: &Path) -> Result<Connection, Error> {
    open(path, KEY_TABLES)
}

/// Opens `record.db` for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sql_error)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.busy_timeout(PATIENCE).map_err(sql_error)?;
    connection.pragma_update(None, "cache_size", -8 * 1024).map_err(sql_error)?;
    keep_in_memory(&connection)?;
    Ok(connection)
}

fn open(path: &Path, tables: &str) -> Result<Connection, Error> {
    let connection = Connection::open(path).map_err(sql_error)?;
    restrict(path)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.busy_timeout(PATIENCE).map_err(sql_error)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(sql_error)?;
    if mode != "wal" {
        let path = path.display();
        return Err(Error::Unusable(format!(
            "{path}: the file system allows no write-ahead log (mode {mode})"
        )));
    }
    // Acknowledged means durable: the write-ahead log is synced at every commit.
    connection.pragma_update(None, "synchronous", "FULL").map_err(sql_error)?;
    // What is deleted is overwritten, so that an erased patient does not live on in free pages.
    connection.pragma_update(None, "secure_delete", true).map_err(sql_error)?;
    keep_in_memory(&connection)?;
    migrate(&connection, path, tables)?;
    Ok(connection)
}

/// What a query sorts or sets aside goes to no file: nobody would erase a patient from it.
fn keep_in_memory(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(sql_error)
}

fn migrate(connection: &Connection, path: &Path, tables: &str) -> Result<(), Error> {
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql_error)?;
    match version {
        VERSION => Ok(()),
        0 => connection
            .execute_batch(&format!("BEGIN IMMEDIATE; {tables} PRAGMA user_version = {VERSION}; COMMIT;"))
            .map_err(sql_error),
        newer => {
            let path = path.display();
            Err(Error::Unusable(format!(
                "{path} was written by a newer Salus (layout {newer}, known is {VERSION})"
            )))
        }
    }
}

/// Rows of another layout would be searched in vain, and a search that finds too little shows no sign of it.
fn keep_layout(connection: &Connection, path: &Path) -> Result<(), Error> {
    let marked: Option<i64> = connection
        .query_row("SELECT seq FROM cursor WHERE name = ?1", [LAYOUT_MARK], |row| row.get(0))
        .optional()
        .map_err(sql_error)?;
    let is_empty: bool = connection
        .query_row("SELECT NOT EXISTS (SELECT 1 FROM log)", [], |row| row.get(0))
        .map_err(sql_error)?;
    let found = marked.unwrap_or(if is_empty { index::LAYOUT } else { UNMARKED });
    if found != index::LAYOUT {
        let (path, known) = (path.display(), index::LAYOUT);
        return Err(Error::Unusable(format!(
            "the index of {path} has layout {found}, this Salus has {known}; open it with the Salus that wrote it"
        )));
    }
    if marked.is_none() {
        connection
            .execute("INSERT INTO cursor (name, seq) VALUES (?1, ?2)", params![LAYOUT_MARK, found])
            .map_err(sql_error)?;
    }
    Ok(())
}

/// A dictionary is kept with what it compressed, so that the record can be read without this very binary.
fn keep_dictionary(connection: &mut Connection) -> Result<(), Error> {
    let Some((id, bytes)) = dict::shipped() else { return Ok(()) };
    let known: Option<Vec<u8>> = connection
        .query_row("SELECT bytes FROM dict WHERE id = ?1", [id], |row| row.get(0))
        .optional()
        .map_err(sql_error)?;
    match known {
        Some(known) if zstd::bulk::decompress(&known, bytes.len()).is_ok_and(|known| known == bytes) => {
            Ok(())
        }
        Some(_) => {
            Err(Error::Unusable(format!("dictionary {id} of this binary is not the one of this record")))
        }
        None => connection
            .execute(
                "INSERT INTO dict (id, bytes) VALUES (?1, ?2)",
                params![id, zstd::bulk::compress(bytes, 19)?],
            )
            .map(drop)
            .map_err(sql_error),
    }
}

fn restrict(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(Error::from)
}
