//! Forgetting a patient, or one resource, in SQL.

use super::row::{Id, RID_MARK, int, unsigned};
use super::writer::Session;
use super::{audit, commit, scour};
use crate::Holdings;
use crate::backend::{Counts, Erasure, Foreign, Purge};
use rusqlite::{Connection, OptionalExtension, Result, params};

const REMOVE_ROWS: &str = "DELETE FROM idx WHERE pat = ?1";
const REMOVE_STRINGS: &str = "DELETE FROM idx_str WHERE pat = ?1";
// The resources whose newest version is the patient's: what went over to another patient keeps its rows.
const REMOVE_FOREIGN_ROWS: &str = "
    DELETE FROM idx WHERE rid IN (
        SELECT l.rid FROM log l INDEXED BY log_pat JOIN res r ON r.rid = l.rid AND r.seq = l.seq WHERE l.pat = ?1)";
const REMOVE_FOREIGN_STRINGS: &str = "
    DELETE FROM idx_str WHERE rid IN (
        SELECT l.rid FROM log l INDEXED BY log_pat JOIN res r ON r.rid = l.rid AND r.seq = l.seq WHERE l.pat = ?1)";
const REMOVE_BODIES: &str = "UPDATE log SET body = NULL WHERE pat = ?1 AND body IS NOT NULL";
const REMOVE_RESOURCES: &str = "
    DELETE FROM res WHERE seq IN (SELECT seq FROM log INDEXED BY log_pat WHERE pat = ?1)";
const REMOVE_TOUCH: &str = "DELETE FROM touch WHERE pat = ?1";
const REMOVE_ALSO: &str = "DELETE FROM log_also WHERE pat = ?1";
// A job about a patient has the id, or a reference to it, as a value of its payload.
const REMOVE_JOBS: &str = "
    DELETE FROM job WHERE dedupe = ?1 OR json_valid(payload) AND EXISTS (
        SELECT 1 FROM json_tree(job.payload) WHERE atom IN (?1, 'Patient/' || ?1))";
const COUNT_JOBS: &str = "
    SELECT count(*) FROM job WHERE dedupe = ?1 OR json_valid(payload) AND EXISTS (
        SELECT 1 FROM json_tree(job.payload) WHERE atom IN (?1, 'Patient/' || ?1))";
const REMOVE_BLOBS: &str = "DELETE FROM blob WHERE pat = ?1";
const REMOVE_BLOB: &str = "DELETE FROM blob WHERE hash = ?1";
const KEEP_MARK: &str = "INSERT OR REPLACE INTO cursor (name, seq) VALUES (?1, ?2)";
const HOLDS: &str = "
    SELECT EXISTS (SELECT 1 FROM touch WHERE pat = ?1) OR EXISTS (SELECT 1 FROM blob WHERE pat = ?1)
        OR EXISTS (SELECT 1 FROM idx WHERE pat = ?1) OR EXISTS (SELECT 1 FROM idx_str WHERE pat = ?1)";
const COUNT_RESOURCES: &str = "
    SELECT l.typ, count(*) FROM log l INDEXED BY log_pat JOIN res r ON r.rid = l.rid AND r.seq = l.seq
    WHERE l.pat = ?1 AND l.event <> 2 GROUP BY l.typ";
const COUNT_REST: &str = "
    SELECT (SELECT count(*) FROM log WHERE pat = ?1 AND body IS NOT NULL),
        (SELECT coalesce(sum(length(body)), 0) FROM log WHERE pat = ?1),
        (SELECT count(*) FROM idx WHERE pat = ?1) + (SELECT count(*) FROM idx_str WHERE pat = ?1),
        (SELECT count(*) FROM blob WHERE pat = ?1), (SELECT coalesce(sum(size), 0) FROM blob WHERE pat = ?1)";
const PLACE: &str = "SELECT rid FROM res WHERE typ = ?1 AND id = ?2 AND seq = ?3";
const ENTRIES_BEFORE: &str = "
    WITH RECURSIVE back (seq, prev) AS (
        SELECT seq, prev FROM log WHERE seq = ?1
        UNION ALL
        SELECT l.seq, l.prev FROM back JOIN log l ON l.seq = back.prev)
    SELECT seq FROM back WHERE seq < ?1";
const REMOVE_BODY: &str = "UPDATE log SET body = NULL WHERE seq = ?1";
const REMOVE_RESOURCE: &str = "DELETE FROM res WHERE rid = ?1";

pub(super) const STATEMENTS: &[&str] = &[
    REMOVE_ROWS,
    REMOVE_STRINGS,
    REMOVE_FOREIGN_ROWS,
    REMOVE_FOREIGN_STRINGS,
    REMOVE_BODIES,
    REMOVE_RESOURCES,
    REMOVE_TOUCH,
    REMOVE_ALSO,
    REMOVE_JOBS,
    COUNT_JOBS,
    REMOVE_BLOBS,
    REMOVE_BLOB,
    KEEP_MARK,
    HOLDS,
    COUNT_RESOURCES,
    COUNT_REST,
    PLACE,
    ENTRIES_BEFORE,
    REMOVE_BODY,
    REMOVE_RESOURCE,
];

pub(super) fn erase(session: &mut Session<'_>, erasure: &Erasure) -> Result<()> {
    let connection = session.connection;
    match &erasure.foreign {
        Foreign::Rows(resources) => {
            for (rid, rows) in resources {
                commit::remove_rows(connection, *rid, rows)?;
            }
        }
        Foreign::Unknown => {
            for statement in [REMOVE_FOREIGN_ROWS, REMOVE_FOREIGN_STRINGS] {
                connection.execute(statement, [erasure.pat])?;
            }
        }
    }
    connection.execute(KEEP_MARK, params![RID_MARK, session.counters.rid])?;
    let statements =
        [REMOVE_ROWS, REMOVE_STRINGS, REMOVE_RESOURCES, REMOVE_BODIES, REMOVE_TOUCH, REMOVE_ALSO];
    for statement in statements {
        connection.execute(statement, [erasure.pat])?;
    }
    if let Some(patient_id) = &erasure.patient_id {
        connection.execute(REMOVE_JOBS, [patient_id])?;
    }
    audit::forget_details(connection, erasure.audit.patient)?;
    scour::scour(connection)?;
    session.erased.insert(erasure.pat);
    audit::append(session, std::slice::from_ref(&erasure.audit), 0)
}

pub(super) fn forget_blobs(connection: &Connection, pat: i64) -> Result<()> {
    connection.execute(REMOVE_BLOBS, [pat]).map(drop)
}

pub(super) fn forget_blob(connection: &Connection, hash: &[u8; 32]) -> Result<()> {
    connection.execute(REMOVE_BLOB, [hash]).map(drop)
}

pub(super) fn holds(connection: &Connection, pat: i64) -> Result<bool> {
    connection.query_row(HOLDS, [pat], |row| row.get(0))
}

pub(super) fn holdings(connection: &Connection, pat: i64, patient_id: &str) -> Result<Counts> {
    let mut by_type = connection.prepare(COUNT_RESOURCES)?;
    let resources =
        by_type.query_map([pat], |row| Ok((row.get(0)?, unsigned(row, 1)?)))?.collect::<Result<_>>()?;
    let jobs = connection.query_row(COUNT_JOBS, [patient_id], |row| unsigned(row, 0))?;
    let rest = connection.query_row(COUNT_REST, [pat], |row| {
        Ok(Holdings {
            resources: Vec::new(),
            versions: unsigned(row, 0)?,
            version_bytes: unsigned(row, 1)?,
            index_rows: unsigned(row, 2)?,
            files: unsigned(row, 3)?,
            file_bytes: unsigned(row, 4)?,
            jobs,
        })
    })?;
    Ok(Counts { resources, rest })
}

/// Removes the versions of a resource, and the resource itself where its rows are given.
pub(super) fn purge(session: &mut Session<'_>, purge: &Purge) -> Result<bool> {
    let connection = session.connection;
    let place = params![purge.name.typ, Id(&purge.name.id), int(purge.seq)];
    let Some(rid) = connection.query_row(PLACE, place, |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(false);
    };
    let mut before = connection.prepare_cached(ENTRIES_BEFORE)?;
    let mut entries: Vec<i64> =
        before.query_map([int(purge.seq)], |row| row.get(0))?.collect::<Result<_>>()?;
    if let Some(rows) = &purge.rows {
        entries.push(int(purge.seq));
        commit::remove_rows(connection, rid, rows)?;
        connection.execute(KEEP_MARK, params![RID_MARK, session.counters.rid])?;
        connection.prepare_cached(REMOVE_RESOURCE)?.execute([rid])?;
    }
    let mut remove = connection.prepare_cached(REMOVE_BODY)?;
    for entry in entries {
        remove.execute([entry])?;
    }
    if let Some(entry) = &purge.audit {
        audit::append(session, std::slice::from_ref(entry), 0)?;
    }
    Ok(true)
}
