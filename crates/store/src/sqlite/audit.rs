//! The audit chain in SQL.

use super::row::{int, unsigned};
use super::writer::Session;
use crate::audit::{AuditAction, AuditRow, Head, NewAudit, link};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};

const APPEND: &str = "
    INSERT INTO audit (seq, at, actor, action, typ, target, patient, n, first, last, digest, hash)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const ALL: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash
    FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const OF_PATIENT: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash
    FROM audit WHERE seq > ?1 AND patient = ?3 AND patient <> 0 ORDER BY seq LIMIT ?2";
const HEAD: &str = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";

pub(super) const STATEMENTS: &[&str] = &[APPEND, ALL, OF_PATIENT, HEAD];

/// Appends entries to the chain; `first` is the log entry of the batch's first op.
pub(super) fn append(session: &mut Session<'_>, entries: &[NewAudit], first: u64) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut append = session.connection.prepare_cached(APPEND)?;
    for entry in entries {
        let log = entry.ops.map_or((0, 0), |(from, to)| (first + from as u64, first + to as u64));
        let before = session.counters.audit;
        let seq = before.seq + 1;
        let hash = link(&before.hash, seq, entry, log);
        append.execute(params![
            int(seq),
            entry.at,
            entry.actor,
            entry.action.code(),
            entry.typ,
            entry.target,
            entry.patient,
            entry.count,
            int(log.0),
            int(log.1),
            entry.ops.map(|_| entry.digest),
            hash,
        ])?;
        session.counters.audit = Head { seq, hash };
    }
    Ok(())
}

pub(super) fn rows(
    connection: &Connection,
    after: u64,
    patient: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditRow>> {
    match patient {
        None => connection.prepare_cached(ALL)?.query_map(params![int(after), limit], row)?.collect(),
        Some(patient) => connection
            .prepare_cached(OF_PATIENT)?
            .query_map(params![int(after), limit, patient], row)?
            .collect(),
    }
}

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let head = connection
        .prepare_cached(HEAD)?
        .query_row([], |row| Ok(Head { seq: unsigned(row, 0)?, hash: row.get(1)? }))
        .optional()?;
    Ok(head.unwrap_or(Head::EMPTY))
}

fn row(row: &Row<'_>) -> Result<AuditRow> {
    let code: u8 = row.get(3)?;
    let unknown = || Error::InvalidColumnType(3, "action".to_owned(), Type::Integer);
    let log = (unsigned(row, 8)?, unsigned(row, 9)?);
    let digest: Option<[u8; 32]> = row.get(10)?;
    Ok(AuditRow {
        seq: unsigned(row, 0)?,
        entry: NewAudit {
            at: row.get(1)?,
            actor: row.get(2)?,
            action: AuditAction::from_code(code).ok_or_else(unknown)?,
            typ: row.get(4)?,
            target: row.get(5)?,
            patient: row.get(6)?,
            count: row.get(7)?,
            ops: None,
            digest: digest.unwrap_or([0; 32]),
        },
        log,
        hash: row.get(11)?,
    })
}
