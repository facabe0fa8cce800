//! How a connection to the tables is opened. What the tables are stands in [`migrations`]; what stands in `idx` and
//! `idx_str` has a number of its own: [`index::LAYOUT`].

use super::migrations::{self, Step};
use super::sql_error;
use crate::{Error, dict, index};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Where `cursor` keeps the layout of the index rows.
const LAYOUT_MARK: &str = "#layout";
/// The layout of records that were written before the mark was kept.
const UNMARKED: i64 = 1;

/// Opens `record.db` for the writer, making its tables at the first start.
pub(super) fn open_writer(path: &Path, max_bytes: Option<u64>) -> Result<Connection, Error> {
    let mut connection = open(path, migrations::record::STEPS)?;
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
    open(path, migrations::keys::STEPS)
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

fn open(path: &Path, steps: &[Step]) -> Result<Connection, Error> {
    let mut connection = Connection::open(path).map_err(sql_error)?;
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
    migrations::run(&mut connection, path, steps)?;
    Ok(connection)
}

/// What a query sorts or sets aside goes to no file: nobody would erase a patient from it.
fn keep_in_memory(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(sql_error)
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
