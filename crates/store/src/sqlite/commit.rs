//! One batch in SQL.

use super::row::{Id, event_code, int};
use super::writer::Session;
use super::{audit, candidates, job};
use crate::backend::{Before, BlobRow, Condition, Outcome, Prepared, PreparedOp, Resealed};
use crate::index::Rows;
use rusqlite::{Connection, Error, ErrorCode, Result, params};

const ADD_RESOURCE: &str = "INSERT INTO res (rid, typ, id, seq) VALUES (?1, ?2, ?3, ?4)";
const MOVE_RESOURCE: &str = "UPDATE res SET seq = ?3 WHERE rid = ?1 AND seq = ?2";
const ADD_LOG: &str = "
    INSERT INTO log (seq, rid, ver, event, at, typ, pat, prev, dict, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const REMOVE_ROW: &str = "DELETE FROM idx WHERE pat = ?1 AND k = ?2 AND ord = ?3 AND rid = ?4";
const REMOVE_STRING: &str = "DELETE FROM idx_str WHERE pat = ?1 AND k = ?2 AND norm = ?3 AND rid = ?4";
const ADD_ROW: &str = "INSERT OR REPLACE INTO idx (pat, k, ord, rid, hi) VALUES (?1, ?2, ?3, ?4, ?5)";
const ADD_STRING: &str = "INSERT OR REPLACE INTO idx_str (pat, k, norm, rid) VALUES (?1, ?2, ?3, ?4)";
const TOUCH: &str = "
    INSERT INTO touch (pat, seq) VALUES (?1, ?2) ON CONFLICT (pat) DO UPDATE SET seq = excluded.seq";
const ALSO: &str = "INSERT INTO log_also (pat, seq) VALUES (?1, ?2)";
const ADD_BLOB: &str = "
    INSERT INTO blob (hash, pat, size, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING";
const RESEAL: &str = "UPDATE log SET body = ?3 WHERE seq = ?1 AND body = ?2";
const SEQ_OF: &str = "SELECT seq FROM res WHERE rid = ?1";

pub(super) const STATEMENTS: &[&str] = &[
    ADD_RESOURCE,
    MOVE_RESOURCE,
    ADD_LOG,
    REMOVE_ROW,
    REMOVE_STRING,
    ADD_ROW,
    ADD_STRING,
    TOUCH,
    ALSO,
    ADD_BLOB,
    RESEAL,
    SEQ_OF,
];

/// Commits a batch inside the open savepoint, or rolls it back and says that it raced.
pub(super) fn commit(session: &mut Session<'_>, batch: Prepared) -> Result<Outcome> {
    let start = *session.counters;
    let applied = apply(session, &batch)?;
    // Whoever replaces a key from now on comes behind this commit in the queue.
    drop(batch.sealing);
    match applied {
        Some(outcome) => Ok(outcome),
        None => {
            *session.counters = start;
            session.connection.execute_batch("ROLLBACK TO change")?;
            Ok(Outcome::Raced)
        }
    }
}

fn apply(session: &mut Session<'_>, batch: &Prepared) -> Result<Option<Outcome>> {
    for condition in &batch.conditions {
        if !holds(session.connection, condition)? {
            return Ok(None);
        }
    }
    let is_erased = |pat: &i64| session.erased.contains(pat);
    let is_overtaken = batch.ops.iter().any(|op| is_erased(&op.pat) || op.touches.iter().any(is_erased));
    let is_over = batch.about.as_ref().is_some_and(is_erased);
    if is_over || is_overtaken || batch.blobs.iter().any(|blob| is_erased(&blob.pat)) {
        return Ok(None);
    }
    let first = session.counters.seq + 1;
    let mut placed = Vec::with_capacity(batch.ops.len());
    for op in &batch.ops {
        match write_op(session, op, &placed)? {
            Some(place) => placed.push(place),
            None => return Ok(None),
        }
    }
    for blob in &batch.blobs {
        add_blob(session.connection, blob)?;
    }
    let mut jobs = Vec::with_capacity(batch.jobs.len());
    for new in &batch.jobs {
        jobs.push(job::add(session.connection, new)?);
    }
    audit::append(session, &batch.audit, first)?;
    Ok(Some(Outcome::Committed { seqs: placed.into_iter().map(|place| place.seq).collect(), jobs }))
}

/// Where an op of this batch went.
struct Place {
    rid: i64,
    seq: u64,
}

/// Writes one op; none where the resource is no longer as the op found it.
fn write_op(session: &mut Session<'_>, op: &PreparedOp, placed: &[Place]) -> Result<Option<Place>> {
    let connection = session.connection;
    let seq = session.counters.seq + 1;
    let before = match op.before {
        Before::Nothing => None,
        Before::At { rid, seq } => Some((rid, seq)),
        Before::Op(number) => match placed.get(number) {
            Some(place) => Some((place.rid, place.seq)),
            None => return Ok(None),
        },
    };
    let (rid, prev) = match before {
        None => {
            let rid = session.counters.rid + 1;
            let mut add = connection.prepare_cached(ADD_RESOURCE)?;
            match add.execute(params![rid, op.name.typ, Id(&op.name.id), int(seq)]) {
                Err(Error::SqliteFailure(cause, _)) if cause.code == ErrorCode::ConstraintViolation => {
                    return Ok(None);
                }
                added => added?,
            };
            session.counters.rid = rid;
            (rid, 0)
        }
        Some((rid, prev)) => {
            let moved =
                connection.prepare_cached(MOVE_RESOURCE)?.execute(params![rid, int(prev), int(seq)])?;
            if moved == 0 {
                return Ok(None);
            }
            (rid, prev)
        }
    };
    session.counters.seq = seq;
    connection.prepare_cached(ADD_LOG)?.execute(params![
        int(seq),
        rid,
        int(op.version),
        event_code(op.event),
        op.at,
        op.name.typ,
        op.pat,
        int(prev),
        op.sealed.as_ref().map_or(0, |sealed| sealed.dict),
        op.sealed.as_ref().map(|sealed| &sealed.bytes),
    ])?;
    remove_rows(connection, rid, &op.remove)?;
    add_rows(connection, rid, &op.add)?;
    for pat in &op.touches {
        connection.prepare_cached(TOUCH)?.execute(params![pat, int(seq)])?;
        if *pat != op.pat {
            connection.prepare_cached(ALSO)?.execute(params![pat, int(seq)])?;
        }
    }
    Ok(Some(Place { rid, seq }))
}

pub(super) fn remove_rows(connection: &Connection, rid: i64, rows: &Rows) -> Result<()> {
    let mut remove = connection.prepare_cached(REMOVE_ROW)?;
    for row in &rows.rows {
        remove.execute(params![row.pat, row.k, row.ord, rid])?;
    }
    let mut remove = connection.prepare_cached(REMOVE_STRING)?;
    for row in &rows.strings {
        remove.execute(params![row.pat, row.k, row.norm, rid])?;
    }
    Ok(())
}

fn add_rows(connection: &Connection, rid: i64, rows: &Rows) -> Result<()> {
    let mut add = connection.prepare_cached(ADD_ROW)?;
    for row in &rows.rows {
        add.execute(params![row.pat, row.k, row.ord, rid, row.hi])?;
    }
    if rows.strings.is_empty() {
        return Ok(());
    }
    let mut add = connection.prepare_cached(ADD_STRING)?;
    for row in &rows.strings {
        add.execute(params![row.pat, row.k, row.norm, rid])?;
    }
    Ok(())
}

fn add_blob(connection: &Connection, blob: &BlobRow) -> Result<()> {
    let mut add = connection.prepare_cached(ADD_BLOB)?;
    add.execute(params![blob.hash, blob.pat, int(blob.size), blob.at]).map(drop)
}

/// Whether nothing that the condition's plan finds was written since the condition was evaluated.
fn holds(connection: &Connection, condition: &Condition) -> Result<bool> {
    let mut seq_of = connection.prepare_cached(SEQ_OF)?;
    for candidate in candidates::candidates(connection, &condition.plan)? {
        let seq: i64 = seq_of.query_row([candidate.rid], |row| row.get(0))?;
        if seq > int(condition.since) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Replaces bodies that still stand as they were read: what was erased meanwhile stays so.
pub(super) fn reseal(connection: &Connection, bodies: &[Resealed]) -> Result<()> {
    let mut reseal = connection.prepare_cached(RESEAL)?;
    for body in bodies {
        reseal.execute(params![int(body.seq), body.before, body.after])?;
    }
    Ok(())
}
