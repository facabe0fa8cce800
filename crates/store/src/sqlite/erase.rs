//! Forgetting a patient, in SQL.

use super::row::RID_MARK;
use super::writer::Session;
use super::{audit, commit};
use crate::backend::Erasure;
use rusqlite::{Result, params};

const REMOVE_ROWS: &str = "DELETE FROM idx WHERE pat = ?1";
const REMOVE_STRINGS: &str = "DELETE FROM idx_str WHERE pat = ?1";
const REMOVE_BODIES: &str = "UPDATE log SET body = NULL WHERE pat = ?1";
const REMOVE_RESOURCES: &str = "
    DELETE FROM res WHERE seq IN (SELECT seq FROM log INDEXED BY log_pat WHERE pat = ?1)";
const REMOVE_BLOBS: &str = "DELETE FROM blob WHERE pat = ?1";
const REMOVE_TOUCH: &str = "DELETE FROM touch WHERE pat = ?1";
const REMOVE_ALSO: &str = "DELETE FROM log_also WHERE pat = ?1";
const KEEP_MARK: &str = "INSERT OR REPLACE INTO cursor (name, seq) VALUES (?1, ?2)";

pub(super) const STATEMENTS: &[&str] = &[
    REMOVE_ROWS,
    REMOVE_STRINGS,
    REMOVE_BODIES,
    REMOVE_RESOURCES,
    REMOVE_BLOBS,
    REMOVE_TOUCH,
    REMOVE_ALSO,
    KEEP_MARK,
];

pub(super) fn erase(session: &mut Session<'_>, erasure: &Erasure) -> Result<()> {
    let connection = session.connection;
    for (rid, rows) in &erasure.foreign {
        commit::remove_rows(connection, *rid, rows)?;
    }
    connection.execute(KEEP_MARK, params![RID_MARK, session.counters.rid])?;
    let statements = [
        REMOVE_ROWS,
        REMOVE_STRINGS,
        REMOVE_RESOURCES,
        REMOVE_BODIES,
        REMOVE_BLOBS,
        REMOVE_TOUCH,
        REMOVE_ALSO,
    ];
    for statement in statements {
        connection.execute(statement, [erasure.pat])?;
    }
    session.erased.insert(erasure.pat);
    audit::append(session, std::slice::from_ref(&erasure.audit), 0)
}
