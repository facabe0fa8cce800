//! Everything a plan finds, each resource once: for orders that rows do not have, and for counting.

use super::sieve::{Sieve, resources};
use super::{LARGE, patients, size};
use crate::search::{Candidate, Clause, Finds, NOWHERE, Plan};
use crate::sqlite::row::Id;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

pub(super) const NAMED: &str = "SELECT rid FROM res WHERE typ = ?1 AND id = ?2";
pub(super) const ROWS: &str = "SELECT ord, rid FROM idx WHERE pat = ?1 AND k = ?2";

/// The youngest resource first.
pub(super) fn gathered(connection: &Connection, plan: &Plan) -> rusqlite::Result<Vec<Candidate>> {
    let mut found: HashMap<i64, Candidate> = HashMap::new();
    let named = plan.clauses.iter().find_map(|clause| match &clause.finds {
        Finds::Ids(ids) => Some(ids),
        _ => None,
    });
    if let Some(ids) = named {
        let mut statement = connection.prepare_cached(NAMED)?;
        for id in ids {
            let rid = statement.query_row((plan.typ, Id(id)), |row| row.get(0)).optional()?;
            found.extend(rid.map(|rid| (rid, Candidate { pat: NOWHERE, ord: 0, rid })));
        }
    } else {
        for pat in patients(connection, plan, i64::MIN) {
            of_patient(connection, plan, pat?, &mut found)?;
        }
    }
    let after = plan.after.map_or(i64::MAX, |after| after.rid);
    let mut list: Vec<Candidate> = found.into_values().filter(|candidate| candidate.rid < after).collect();
    list.sort_unstable_by_key(|candidate| std::cmp::Reverse(candidate.rid));
    list.truncate(plan.limit);
    Ok(list)
}

fn of_patient(
    connection: &Connection,
    plan: &Plan,
    pat: i64,
    found: &mut HashMap<i64, Candidate>,
) -> rusqlite::Result<()> {
    let lead = smallest(connection, plan, pat)?;
    let rows = match lead.and_then(|at| plan.clauses.get(at)) {
        Some(clause) => rows_of(connection, clause, pat)?,
        None => rows_under(connection, pat, &[plan.listing])?,
    };
    if rows.is_empty() {
        return Ok(());
    }
    let sieve = Sieve::new(connection, plan, pat, lead)?;
    for (ord, rid) in rows {
        if sieve.admits(connection, Candidate { pat, ord, rid })? {
            found.entry(rid).or_insert(Candidate { pat, ord: 0, rid });
        }
    }
    Ok(())
}

/// The clause with the fewest rows under a patient, by place; `None` where none answers there.
fn smallest(connection: &Connection, plan: &Plan, pat: i64) -> rusqlite::Result<Option<usize>> {
    let mut best: Option<(i64, usize)> = None;
    for (at, clause) in plan.clauses.iter().enumerate() {
        if !plan.answers(clause, pat) {
            continue;
        }
        let rows = match &clause.finds {
            Finds::Keyed(keys) => size(connection, pat, keys)?,
            // How many rows a span has is not known without reading it.
            Finds::Spans(_) | Finds::Prefixes(_) => LARGE / 2,
            Finds::Ids(_) => continue,
        };
        if best.is_none_or(|(least, _)| rows < least) {
            best = Some((rows, at));
        }
    }
    Ok(best.map(|(_, at)| at))
}

/// What a clause finds under a patient; the `ord` is meant for [`Finds::Keyed`] only.
fn rows_of(connection: &Connection, clause: &Clause, pat: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
    if let Finds::Keyed(keys) = &clause.finds {
        return rows_under(connection, pat, keys);
    }
    let found = resources(connection, clause, pat, usize::MAX)?.unwrap_or_default();
    Ok(found.into_iter().map(|rid| (0, rid)).collect())
}

/// `ord` and resource of all rows of some keys under a patient.
pub(super) fn rows_under(
    connection: &Connection,
    pat: i64,
    keys: &[i64],
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = connection.prepare_cached(ROWS)?;
    let mut rows = Vec::new();
    for k in keys {
        for row in statement.query_map((pat, *k), |row| Ok((row.get(0)?, row.get(1)?)))? {
            rows.push(row?);
        }
    }
    Ok(rows)
}
