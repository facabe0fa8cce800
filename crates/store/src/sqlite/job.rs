//! Jobs in SQL.

use super::row::{int, unsigned};
use crate::backend::{Finish, PreparedJob};
use crate::job::{Job, JobState, Progress};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use salus_core::Timestamp;
use salus_fhir::json::Value;

const ADD: &str = "
    INSERT INTO job (id, queue, payload, dedupe, priority, run_at, max_attempts, owner)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (queue, dedupe) WHERE dedupe IS NOT NULL AND state < 2 DO NOTHING";
const SAME: &str = "SELECT id FROM job WHERE queue = ?1 AND dedupe = ?2 AND state < 2";
const IS_DUE: &str = "SELECT 1 FROM job WHERE queue = ?1 AND state = 0 AND run_at <= ?2 LIMIT 1";
const IS_LOST: &str = "SELECT 1 FROM job WHERE state = 1 AND lease_until < ?1 LIMIT 1";
const BURY_LOST: &str = "
    UPDATE job SET state = 3, ended_at = ?1, error = 'the worker was lost, too often'
    WHERE state = 1 AND lease_until < ?1 AND attempts >= max_attempts";
const FREE_LOST: &str = "UPDATE job SET state = 0, run_at = ?1 WHERE state = 1 AND lease_until < ?1";
const NEXT: &str = "
    SELECT n, priority, run_at FROM job WHERE queue = ?1 AND state = 0 AND run_at <= ?2
    ORDER BY priority DESC, run_at LIMIT 1";
const CLAIM: &str = "
    UPDATE job SET state = 1, lease_until = ?2, lease = lease + 1, attempts = attempts + 1 WHERE n = ?1
    RETURNING id, queue, payload, state, attempts, max_attempts, run_at, owner, done, total, message, error, lease,
        ended_at";
const GET: &str = "
    SELECT id, queue, payload, state, attempts, max_attempts, run_at, owner, done, total, message, error, lease,
        ended_at
    FROM job WHERE id = ?1";
const OF_QUEUE: &str = "
    SELECT id, queue, payload, state, attempts, max_attempts, run_at, owner, done, total, message, error, lease,
        ended_at
    FROM job WHERE queue = ?1 ORDER BY n DESC LIMIT ?2";
const DONE: &str =
    "UPDATE job SET state = 2, ended_at = ?3, error = NULL WHERE id = ?1 AND lease = ?2 AND state = 1";
const DEAD: &str =
    "UPDATE job SET state = 3, ended_at = ?3, error = ?4 WHERE id = ?1 AND lease = ?2 AND state = 1";
const RETRY: &str =
    "UPDATE job SET state = 0, run_at = ?3, error = ?4 WHERE id = ?1 AND lease = ?2 AND state = 1";
const PROGRESS: &str = "
    UPDATE job SET done = ?3, total = ?4, message = ?5, lease_until = max(lease_until, ?6)
    WHERE id = ?1 AND lease = ?2 AND state = 1";

const SWEEP: &str = "
    DELETE FROM job WHERE n IN (SELECT n FROM job WHERE state = ?1 AND ended_at < ?2 LIMIT ?3)";

pub(super) const STATEMENTS: &[&str] = &[
    ADD, SAME, IS_DUE, IS_LOST, BURY_LOST, FREE_LOST, NEXT, CLAIM, GET, DONE, DEAD, RETRY, PROGRESS, SWEEP,
    OF_QUEUE,
];

/// Enqueues a job; gives its id, or the id of the one with the same dedupe key that is there already.
pub(super) fn add(connection: &Connection, job: &PreparedJob) -> Result<String> {
    let added = connection.prepare_cached(ADD)?.execute(params![
        job.uid,
        job.queue,
        job.payload,
        job.dedupe,
        job.priority,
        job.run_at,
        job.max_attempts,
        job.owner,
    ])?;
    if added == 1 {
        return Ok(job.uid.clone());
    }
    connection.prepare_cached(SAME)?.query_row(params![job.queue, job.dedupe], |row| row.get(0))
}

/// Whether there is anything for [`claim`] to do.
pub(super) fn is_any_due(connection: &Connection, queues: &[String], now: i64) -> Result<bool> {
    if connection.prepare_cached(IS_LOST)?.exists([now])? {
        return Ok(true);
    }
    let mut is_due = connection.prepare_cached(IS_DUE)?;
    for queue in queues {
        if is_due.exists(params![queue, now])? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn claim(
    connection: &Connection,
    queues: &[String],
    now: i64,
    lease_until: i64,
) -> Result<Option<Job>> {
    connection.prepare_cached(BURY_LOST)?.execute([now])?;
    connection.prepare_cached(FREE_LOST)?.execute([now])?;
    let mut next = connection.prepare_cached(NEXT)?;
    let mut best: Option<(i64, std::cmp::Reverse<i64>, i64)> = None;
    for queue in queues {
        let found = next.query_row(params![queue, now], |row| {
            Ok((row.get(1)?, std::cmp::Reverse(row.get::<_, i64>(2)?), row.get(0)?))
        });
        best = best.max(found.optional()?);
    }
    let Some((_, _, number)) = best else { return Ok(None) };
    connection.prepare_cached(CLAIM)?.query_row([number, lease_until], job).optional()
}

pub(super) fn finish(
    connection: &Connection,
    id: &str,
    lease: u64,
    finish: &Finish,
    now: i64,
) -> Result<bool> {
    let lease = int(lease);
    let changed = match finish {
        Finish::Done => connection.prepare_cached(DONE)?.execute(params![id, lease, now])?,
        Finish::Retry { at, error } => {
            connection.prepare_cached(RETRY)?.execute(params![id, lease, at, error])?
        }
        Finish::Dead { error } => connection.prepare_cached(DEAD)?.execute(params![id, lease, now, error])?,
    };
    Ok(changed == 1)
}

pub(super) fn progress(
    connection: &Connection,
    id: &str,
    lease: u64,
    progress: &Progress,
    lease_until: i64,
) -> Result<bool> {
    let changed = connection.prepare_cached(PROGRESS)?.execute(params![
        id,
        int(lease),
        int(progress.done),
        int(progress.total),
        progress.message,
        lease_until,
    ])?;
    Ok(changed == 1)
}

pub(super) fn get(connection: &Connection, id: &str) -> Result<Option<Job>> {
    connection.prepare_cached(GET)?.query_row([id], job).optional()
}

/// The jobs of a queue, the newest first.
pub(super) fn of_queue(connection: &Connection, queue: &str, limit: u32) -> Result<Vec<Job>> {
    connection.prepare_cached(OF_QUEUE)?.query_map(params![queue, limit], job)?.collect()
}

/// Deletes jobs that ended before: done ones, or dead letters. Gives how many.
pub(super) fn sweep(connection: &Connection, is_dead: bool, before: i64, limit: u32) -> Result<usize> {
    connection.prepare_cached(SWEEP)?.execute(params![if is_dead { 3 } else { 2 }, before, limit])
}

fn job(row: &Row<'_>) -> Result<Job> {
    let payload: String = row.get(2)?;
    Ok(Job {
        id: row.get(0)?,
        queue: row.get(1)?,
        payload: serde_json::from_str(&payload).unwrap_or(Value::Null),
        state: match row.get::<_, u8>(3)? {
            0 => JobState::Waiting,
            1 => JobState::Running,
            2 => JobState::Done,
            _ => JobState::Dead,
        },
        attempts: row.get(4)?,
        max_attempts: row.get(5)?,
        run_at: Timestamp::from_microsecond(row.get(6)?).unwrap_or(Timestamp::UNIX_EPOCH),
        owner: row.get(7)?,
        progress: Progress { done: unsigned(row, 8)?, total: unsigned(row, 9)?, message: row.get(10)? },
        error: row.get(11)?,
        lease: unsigned(row, 12)?,
        ended_at: row.get::<_, Option<i64>>(13)?.and_then(|at| Timestamp::from_microsecond(at).ok()),
    })
}
