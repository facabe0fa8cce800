//! Reading the log, and the small tables.

use crate::Stats;
use crate::backend::{BlobRow, LogRange, LogRow, LogScope, Name, TypeNo};
use crate::resource::Event;
use crate::seal::Sealed;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

const NEWEST: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM res r JOIN log l ON l.seq = r.seq WHERE r.typ = ?1 AND r.id = ?2";
const CURRENT: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM res r JOIN log l ON l.seq = r.seq WHERE r.rid = ?1 AND l.event <> 2";
const VERSION: &str = "
    WITH RECURSIVE back (seq, ver, prev) AS (
        SELECT l.seq, l.ver, l.prev FROM res r JOIN log l ON l.seq = r.seq WHERE r.typ = ?1 AND r.id = ?2
        UNION ALL
        SELECT l.seq, l.ver, l.prev FROM back JOIN log l ON l.seq = back.prev WHERE back.ver > ?3)
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM back JOIN log l ON l.seq = back.seq JOIN res r ON r.rid = l.rid WHERE back.ver = ?3";
const HISTORY_RESOURCE: &str = "
    WITH RECURSIVE back (seq, prev) AS (
        SELECT l.seq, l.prev FROM res r JOIN log l ON l.seq = r.seq WHERE r.typ = ?1 AND r.id = ?2
        UNION ALL
        SELECT l.seq, l.prev FROM back JOIN log l ON l.seq = back.prev)
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM back JOIN log l ON l.seq = back.seq JOIN res r ON r.rid = l.rid
    WHERE back.seq < ?3 AND l.at >= ?4 ORDER BY back.seq DESC LIMIT ?5";
const HISTORY_ALL: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM log l JOIN res r ON r.rid = l.rid
    WHERE l.seq < ?1 AND l.seq >= ?2 AND l.at >= ?3 ORDER BY l.seq DESC LIMIT ?4";
const HISTORY_TYPE: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM log l INDEXED BY log_typ JOIN res r ON r.rid = l.rid
    WHERE l.typ = ?5 AND l.seq < ?1 AND l.seq >= ?2 AND l.at >= ?3 ORDER BY l.seq DESC LIMIT ?4";
const HISTORY_PATIENT_TYPE: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM log l INDEXED BY log_pat JOIN res r ON r.rid = l.rid
    WHERE l.pat = ?6 AND l.typ = ?5 AND l.seq < ?1 AND l.seq >= ?2 AND l.at >= ?3
    ORDER BY l.seq DESC LIMIT ?4";
const HISTORY_PATIENT: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM log l INDEXED BY log_pat JOIN res r ON r.rid = l.rid
    WHERE l.pat = ?5 AND l.seq < ?1 AND l.seq >= ?2 AND l.at >= ?3 ORDER BY l.seq DESC LIMIT ?4";
const HISTORY_ALSO: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, l.body
    FROM log_also a JOIN log l ON l.seq = a.seq JOIN res r ON r.rid = l.rid
    WHERE a.pat = ?5 AND (?6 IS NULL OR l.typ = ?6) AND a.seq < ?1 AND a.seq >= ?2 AND l.at >= ?3
    ORDER BY a.seq DESC LIMIT ?4";
const FEED: &str = "
    SELECT l.seq, l.rid, l.typ, r.id, l.ver, l.event, l.at, l.pat, l.dict, NULL
    FROM log l JOIN res r ON r.rid = l.rid WHERE l.seq > ?1 ORDER BY l.seq LIMIT ?2";
const AT_OF: &str = "SELECT seq, at FROM log WHERE seq >= ?1 ORDER BY seq LIMIT 1";
const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM log";
// Numbers of erased resources are not given again: erasing notes the highest one under this name.
const LAST_RID: &str = "
    SELECT max(coalesce((SELECT max(rid) FROM res), 0), coalesce((SELECT seq FROM cursor WHERE name = '#rid'), 0))";
const LAST_TOUCH: &str = "SELECT seq FROM touch WHERE pat = ?1";
const BLOB: &str = "SELECT pat, size, at FROM blob WHERE hash = ?1";
const BLOBS_OF: &str = "SELECT hash FROM blob WHERE pat = ?1";
const CURSOR: &str = "SELECT seq FROM cursor WHERE name = ?1";
const SET_CURSOR: &str = "
    INSERT INTO cursor (name, seq) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
const TYPES: &str = "SELECT n, name FROM typ ORDER BY n";
const ADD_TYPE: &str = "INSERT INTO typ (name) VALUES (?1) ON CONFLICT (name) DO NOTHING";
const COUNT_RESOURCES: &str = "
    SELECT t.name, count(*) FROM res r JOIN log l ON l.seq = r.seq JOIN typ t ON t.n = r.typ
    WHERE l.event <> 2 GROUP BY t.name ORDER BY t.name";
const COUNT_REST: &str = "
    SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM idx) + (SELECT count(*) FROM idx_str),
        (SELECT coalesce(max(seq), 0) FROM audit), (SELECT count(*) FROM job WHERE state = 0),
        (SELECT count(*) FROM job WHERE state = 1), (SELECT count(*) FROM job WHERE state = 3)";

pub(super) const STATEMENTS: &[&str] = &[
    NEWEST,
    CURRENT,
    VERSION,
    HISTORY_RESOURCE,
    HISTORY_ALL,
    HISTORY_TYPE,
    HISTORY_PATIENT_TYPE,
    HISTORY_PATIENT,
    HISTORY_ALSO,
    FEED,
    AT_OF,
    LAST_SEQ,
    LAST_RID,
    LAST_TOUCH,
    BLOB,
    BLOBS_OF,
    CURSOR,
    SET_CURSOR,
    LAST_PAT,
    TYPES,
    ADD_TYPE,
    COUNT_RESOURCES,
    COUNT_REST,
];

const LAST_PAT: &str = "
    SELECT max(pat) FROM (
        SELECT max(pat) AS pat FROM log UNION ALL SELECT max(pat) FROM log_also UNION ALL SELECT max(pat) FROM blob)";

/// The name under which the highest number ever given to a resource is kept.
pub(super) const RID_MARK: &str = "#rid";

/// Clocks of two writers may differ by as much; the log is in the order of commits, not quite of times.
const DISORDER_MS: i64 = 600_000;

/// The highest number of a patient anywhere; none in an empty record.
pub(super) fn last_pat(connection: &Connection) -> Result<Option<i64>> {
    connection.query_row(LAST_PAT, [], |row| row.get(0))
}

pub(super) fn newest(connection: &Connection, name: &Name) -> Result<Option<LogRow>> {
    let mut statement = connection.prepare_cached(NEWEST)?;
    statement.query_row(params![name.typ, Id(&name.id)], log_row).optional()
}

pub(super) fn current(connection: &Connection, rids: &[i64]) -> Result<Vec<LogRow>> {
    let mut statement = connection.prepare_cached(CURRENT)?;
    let mut rows = Vec::with_capacity(rids.len());
    for rid in rids {
        rows.extend(statement.query_row([rid], log_row).optional()?);
    }
    Ok(rows)
}

pub(super) fn version(connection: &Connection, name: &Name, version: u64) -> Result<Option<LogRow>> {
    let mut statement = connection.prepare_cached(VERSION)?;
    statement.query_row(params![name.typ, Id(&name.id), int(version)], log_row).optional()
}

pub(super) fn history(connection: &Connection, range: &LogRange) -> Result<Vec<LogRow>> {
    let before = range.before.map_or(i64::MAX, int);
    let since = range.since.unwrap_or(i64::MIN);
    let from = range.since.map_or(Ok(0), |since| first_since(connection, since))?;
    let limit = range.limit;
    match &range.scope {
        LogScope::Resource(name) => {
            rows(connection, HISTORY_RESOURCE, params![name.typ, Id(&name.id), before, since, limit])
        }
        LogScope::All => rows(connection, HISTORY_ALL, params![before, from, since, limit]),
        LogScope::Type(typ) => rows(connection, HISTORY_TYPE, params![before, from, since, limit, typ]),
        LogScope::Patients(pats, typ) => {
            let mut merged = Vec::new();
            for pat in pats {
                merged.extend(match typ {
                    Some(typ) => {
                        let params = params![before, from, since, limit, typ, pat];
                        rows(connection, HISTORY_PATIENT_TYPE, params)?
                    }
                    None => rows(connection, HISTORY_PATIENT, params![before, from, since, limit, pat])?,
                });
                merged.extend(rows(connection, HISTORY_ALSO, params![before, from, since, limit, pat, typ])?);
            }
            merged.sort_by_key(|row| std::cmp::Reverse(row.seq));
            merged.dedup_by_key(|row| row.seq);
            merged.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(merged)
        }
    }
}

pub(super) fn feed(connection: &Connection, after: u64, limit: u32) -> Result<Vec<LogRow>> {
    rows(connection, FEED, params![int(after), limit])
}

pub(super) fn last_seq(connection: &Connection) -> Result<u64> {
    connection.prepare_cached(LAST_SEQ)?.query_row([], |row| unsigned(row, 0))
}

pub(super) fn last_rid(connection: &Connection) -> Result<i64> {
    connection.prepare_cached(LAST_RID)?.query_row([], |row| row.get(0))
}

pub(super) fn last_touch(connection: &Connection, pat: i64) -> Result<u64> {
    let found = connection.prepare_cached(LAST_TOUCH)?.query_row([pat], |row| unsigned(row, 0)).optional()?;
    Ok(found.unwrap_or(0))
}

pub(super) fn blob(connection: &Connection, hash: &[u8; 32]) -> Result<Option<BlobRow>> {
    let mut statement = connection.prepare_cached(BLOB)?;
    let found = statement.query_row([hash], |row| {
        Ok(BlobRow { hash: *hash, pat: row.get(0)?, size: unsigned(row, 1)?, at: row.get(2)? })
    });
    found.optional()
}

pub(super) fn blobs_of(connection: &Connection, pat: i64) -> Result<Vec<[u8; 32]>> {
    connection.prepare_cached(BLOBS_OF)?.query_map([pat], |row| row.get(0))?.collect()
}

pub(super) fn cursor(connection: &Connection, name: &str) -> Result<u64> {
    let found = connection.prepare_cached(CURSOR)?.query_row([name], |row| unsigned(row, 0)).optional()?;
    Ok(found.unwrap_or(0))
}

pub(super) fn set_cursor(connection: &Connection, name: &str, seq: u64) -> Result<()> {
    connection.prepare_cached(SET_CURSOR)?.execute(params![name, int(seq)]).map(drop)
}

pub(super) fn types(connection: &Connection, wanted: &[String]) -> Result<Vec<(TypeNo, String)>> {
    let known = |connection: &Connection| -> Result<Vec<(TypeNo, String)>> {
        connection.prepare_cached(TYPES)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let before = known(connection)?;
    let mut add = connection.prepare_cached(ADD_TYPE)?;
    for name in wanted {
        if !before.iter().any(|(_, known)| known == name) {
            add.execute([name])?;
        }
    }
    known(connection)
}

pub(super) fn stats(connection: &Connection) -> Result<Stats> {
    let mut count = connection.prepare_cached(COUNT_RESOURCES)?;
    let resources =
        count.query_map([], |row| Ok((row.get(0)?, unsigned(row, 1)?)))?.collect::<Result<_>>()?;
    connection.prepare_cached(COUNT_REST)?.query_row([], |row| {
        Ok(Stats {
            resources,
            versions: unsigned(row, 0)?,
            index_rows: unsigned(row, 1)?,
            audit_entries: unsigned(row, 2)?,
            jobs_waiting: unsigned(row, 3)?,
            jobs_running: unsigned(row, 4)?,
            jobs_dead: unsigned(row, 5)?,
            bytes: 0,
            last_seq: last_seq(connection)?,
        })
    })
}

/// A resource id as a parameter: a UUID in its usual form takes 16 bytes, anything else its text.
pub(super) struct Id<'a>(pub(super) &'a str);

impl ToSql for Id<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match pack(self.0) {
            Some(bytes) => ToSqlOutput::Owned(Value::Blob(bytes.to_vec())),
            None => ToSqlOutput::Borrowed(ValueRef::Text(self.0.as_bytes())),
        })
    }
}

/// A number of the log as SQLite counts.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that is never negative.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

pub(super) fn event_code(event: Event) -> u8 {
    match event {
        Event::Created => 0,
        Event::Updated => 1,
        Event::Deleted => 2,
    }
}

fn rows(connection: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<LogRow>> {
    connection.prepare_cached(sql)?.query_map(params, log_row)?.collect()
}

/// A row of the columns that all statements above select.
fn log_row(row: &Row<'_>) -> Result<LogRow> {
    let event = match row.get::<_, u8>(5)? {
        0 => Event::Created,
        1 => Event::Updated,
        _ => Event::Deleted,
    };
    let (dict, body): (u8, Option<Vec<u8>>) = (row.get(8)?, row.get(9)?);
    Ok(LogRow {
        seq: unsigned(row, 0)?,
        rid: row.get(1)?,
        name: Name { typ: row.get(2)?, id: unpack(row.get_ref(3)?) },
        version: unsigned(row, 4)?,
        event,
        at: row.get(6)?,
        pat: row.get(7)?,
        sealed: body.map(|bytes| Sealed { dict, bytes }),
    })
}

/// The first log entry that can be as young as `since`, by halving.
fn first_since(connection: &Connection, since: i64) -> Result<i64> {
    let mut statement = connection.prepare_cached(AT_OF)?;
    let (mut low, mut high) = (0, int(last_seq(connection)?) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<i64> = statement.query_row([middle], |row| row.get(1)).optional()?;
        match at {
            Some(at) if at < since.saturating_sub(DISORDER_MS) => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

fn pack(id: &str) -> Option<[u8; 16]> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let bytes = id.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut digits = [0; 32];
    let mut filled = 0;
    for (place, byte) in bytes.iter().enumerate() {
        match (DASHES.contains(&place), byte) {
            (true, b'-') => {}
            (false, b'0'..=b'9' | b'a'..=b'f') => {
                *digits.get_mut(filled)? = *byte;
                filled += 1;
            }
            _ => return None,
        }
    }
    let mut packed = [0; 16];
    hex::decode_to_slice(digits, &mut packed).ok()?;
    Some(packed)
}

fn unpack(id: ValueRef<'_>) -> String {
    match id {
        ValueRef::Blob(bytes) => {
            let digits = hex::encode(bytes);
            let parts =
                [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default());
            parts.join("-")
        }
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_went_in() {
        let ids = [
            ("0190f1e6-5c1c-7b6e-9d3a-0123456789ab", true),
            ("0190F1E6-5C1C-7B6E-9D3A-0123456789AB", false),
            ("0190f1e6-5c1c-7b6e-9d3a00123456789ab", false),
            ("0190f1e65c1c7b6e9d3a0123456789ab", false),
            ("example", false),
            ("12", false),
        ];
        for (id, packed) in ids {
            let packed_id = Id(id);
            let Ok(sql) = packed_id.to_sql() else { panic!("{id}") };
            let value = match &sql {
                ToSqlOutput::Owned(Value::Blob(bytes)) => ValueRef::Blob(bytes),
                ToSqlOutput::Borrowed(value) => *value,
                _ => panic!("{id}"),
            };
            assert_eq!(matches!(value, ValueRef::Blob(_)), packed, "{id}");
            assert_eq!(unpack(value), id);
        }
    }
}
