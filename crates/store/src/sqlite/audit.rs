//! The audit chain in SQL.

use super::row::{int, unsigned};
use super::writer::Session;
use crate::audit::{
    AuditAction, AuditOutcome, AuditQuery, AuditRow, Capacity, Head, NewAudit, RULE, Retire, Retired,
    checkpoint, link,
};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, named_params, params};

const APPEND: &str = "
    INSERT INTO audit (seq, at, actor, action, typ, target, patient, n, first, last, digest, hash,
        rule, outcome, capacity, pat, detail, detail_digest)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
const ALL: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash,
        rule, outcome, capacity, pat, detail, detail_digest
    FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const OF_PATIENT: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash,
        rule, outcome, capacity, pat, detail, detail_digest
    FROM audit WHERE seq > ?1 AND patient = ?3 AND patient <> 0 ORDER BY seq LIMIT ?2";
const FIND: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash,
        rule, outcome, capacity, pat, detail, detail_digest
    FROM audit
    WHERE seq < :before AND at >= :from AND at < :to AND (:actor IS NULL OR actor = :actor)
        AND (:typ IS NULL OR typ = :typ) AND (:target IS NULL OR target = :target)
        AND (:outcome IS NULL OR outcome = :outcome)
        AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
        AND :patient IS NULL
    ORDER BY seq DESC LIMIT :limit";
const FIND_OF_PATIENT: &str = "
    SELECT seq, at, actor, action, typ, target, patient, n, first, last, digest, hash,
        rule, outcome, capacity, pat, detail, detail_digest
    FROM audit INDEXED BY audit_patient
    WHERE seq < :before AND at >= :from AND at < :to AND (:actor IS NULL OR actor = :actor)
        AND (:typ IS NULL OR typ = :typ) AND (:target IS NULL OR target = :target)
        AND (:outcome IS NULL OR outcome = :outcome)
        AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
        AND patient = :patient AND patient <> 0
    ORDER BY seq DESC LIMIT :limit";
const HEAD: &str = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
const FORGET_DETAILS: &str = "
    UPDATE audit SET detail = NULL WHERE patient = ?1 AND patient <> 0 AND detail IS NOT NULL";
const RETIRE_DETAILS: &str = "
    UPDATE audit SET detail = NULL
    WHERE detail IS NOT NULL AND (at < ?1 OR at < ?2 AND action IN (SELECT value FROM json_each(?3)))";
const FIRST: &str = "SELECT seq FROM audit ORDER BY seq LIMIT 1";
// The entries before the first one that must stay; the newest always does.
const LAST_OVER: &str = "
    SELECT seq, hash FROM audit
    WHERE seq < coalesce((SELECT seq FROM audit WHERE at >= ?1 ORDER BY seq LIMIT 1), (SELECT max(seq) FROM audit))
    ORDER BY seq DESC LIMIT 1";
const RETIRE: &str = "DELETE FROM audit WHERE seq <= ?1";

pub(super) const STATEMENTS: &[&str] = &[
    APPEND,
    ALL,
    OF_PATIENT,
    FIND,
    FIND_OF_PATIENT,
    HEAD,
    FORGET_DETAILS,
    RETIRE_DETAILS,
    FIRST,
    LAST_OVER,
    RETIRE,
];

/// Appends entries to the chain; `first` is the log entry of the batch's first op.
pub(super) fn append(session: &mut Session<'_>, entries: &[NewAudit], first: u64) -> Result<()> {
    for entry in entries {
        let log = entry.ops.map_or((0, 0), |(from, to)| (first + from as u64, first + to as u64));
        append_one(session, entry, log)?;
    }
    Ok(())
}

fn append_one(session: &mut Session<'_>, entry: &NewAudit, log: (u64, u64)) -> Result<()> {
    let before = session.counters.audit;
    let seq = before.seq + 1;
    let hash = link(RULE, &before.hash, seq, entry, log);
    let mut append = session.connection.prepare_cached(APPEND)?;
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
        (entry.digest != [0; 32]).then_some(entry.digest),
        hash,
        RULE,
        entry.outcome.code(),
        (!entry.capacity.0.is_empty()).then_some(&*entry.capacity.0),
        entry.pat,
        entry.detail,
        entry.detail_digest,
    ])?;
    session.counters.audit = Head { seq, hash };
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

pub(super) fn find(connection: &Connection, query: &AuditQuery) -> Result<Vec<AuditRow>> {
    let numbers = |codes: &[u8]| {
        let codes: Vec<String> = codes.iter().map(u8::to_string).collect();
        (!codes.is_empty()).then(|| format!("[{}]", codes.join(",")))
    };
    let statement = if query.patient.is_some() { FIND_OF_PATIENT } else { FIND };
    let mut find = connection.prepare_cached(statement)?;
    let found = find.query_map(
        named_params! {
            ":before": query.before.map_or(i64::MAX, int),
            ":from": query.from.unwrap_or(i64::MIN),
            ":to": query.to.unwrap_or(i64::MAX),
            ":actor": query.actor,
            ":typ": query.typ,
            ":target": query.target,
            ":outcome": query.outcome,
            ":actions": numbers(&query.actions),
            ":patient": query.patient,
            ":limit": query.limit,
        },
        row,
    )?;
    found.collect()
}

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let head = connection.prepare_cached(HEAD)?.query_row([], head_of).optional()?;
    Ok(head.unwrap_or(Head::EMPTY))
}

/// Removes the details about a patient, by digest.
pub(super) fn forget_details(connection: &Connection, patient: i64) -> Result<()> {
    connection.execute(FORGET_DETAILS, [patient]).map(drop)
}

/// Removes what is older than it has to be kept, and puts a checkpoint for the entries that went.
pub(super) fn retire(session: &mut Session<'_>, retire: &Retire) -> Result<Retired> {
    let connection = session.connection;
    let looks = retire.looks.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    let over = connection.query_row(LAST_OVER, [retire.entries_since], head_of).optional()?;
    let mut retired = Retired::default();
    if let Some(over) = over {
        let first = connection.query_row(FIRST, [], |row| unsigned(row, 0))?;
        let (entry, span) = checkpoint(&retire.checkpoint, first, over);
        append_one(session, &entry, span)?;
        retired.entries = connection.execute(RETIRE, [int(over.seq)])? as u64;
    }
    let since = params![retire.details_since, retire.looks_since, format!("[{looks}]")];
    retired.details = connection.execute(RETIRE_DETAILS, since)? as u64;
    Ok(retired)
}

fn head_of(row: &Row<'_>) -> Result<Head> {
    Ok(Head { seq: unsigned(row, 0)?, hash: row.get(1)? })
}

fn row(row: &Row<'_>) -> Result<AuditRow> {
    let unknown = |at: usize, name: &str| Error::InvalidColumnType(at, name.to_owned(), Type::Integer);
    let log = (unsigned(row, 8)?, unsigned(row, 9)?);
    let digest: Option<[u8; 32]> = row.get(10)?;
    let capacity: Option<String> = row.get(14)?;
    Ok(AuditRow {
        seq: unsigned(row, 0)?,
        rule: row.get(12)?,
        entry: NewAudit {
            at: row.get(1)?,
            actor: row.get(2)?,
            action: AuditAction::from_code(row.get(3)?).ok_or_else(|| unknown(3, "action"))?,
            outcome: AuditOutcome::from_code(row.get(13)?).ok_or_else(|| unknown(13, "outcome"))?,
            capacity: Capacity(capacity.unwrap_or_default().into()),
            typ: row.get(4)?,
            target: row.get(5)?,
            patient: row.get(6)?,
            count: row.get(7)?,
            ops: None,
            digest: digest.unwrap_or([0; 32]),
            pat: row.get(15)?,
            detail: row.get(16)?,
            detail_digest: row.get(17)?,
        },
        log,
        hash: row.get(11)?,
    })
}
