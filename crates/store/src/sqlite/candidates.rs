//! Following a [`Plan`]: seeks and short scans over `idx` and `idx_str`, by statements that never change.
//!
//! One clause (or the listing of the type) is walked in its own order, in short pieces; the others are asked
//! about each resource it finds ([`sieve`]). Over the population the walk goes from patient to patient.

mod by_date;
mod gather;
mod lane;
mod sieve;

use crate::search::{Candidate, Finds, Pats, Plan, Walk};
use lane::{Lane, Merge};
use rusqlite::Connection;
use sieve::Sieve;
use std::collections::VecDeque;

/// Every statement of this module, to be checked at the start.
pub(super) const STATEMENTS: &[&str] = &[
    NEXT,
    NEXT_WITH_KEY,
    SIZE,
    lane::UP,
    lane::DOWN,
    sieve::PROBE,
    sieve::SPAN,
    sieve::PREFIX,
    gather::NAMED,
    gather::ROWS,
];

const NEXT: &str = "WITH RECURSIVE p (pat) AS (SELECT min(pat) FROM idx WHERE pat >= ?1 UNION ALL \
    SELECT (SELECT min(pat) FROM idx WHERE pat > p.pat) FROM p WHERE p.pat IS NOT NULL) \
    SELECT pat FROM p WHERE pat IS NOT NULL LIMIT 64";
const NEXT_WITH_KEY: &str = "WITH RECURSIVE p (pat) AS (SELECT min(pat) FROM idx WHERE pat >= ?1 UNION ALL \
    SELECT (SELECT min(pat) FROM idx WHERE pat > p.pat) FROM p WHERE p.pat IS NOT NULL) \
    SELECT pat FROM p WHERE pat IS NOT NULL \
    AND EXISTS (SELECT 1 FROM idx WHERE idx.pat = p.pat AND idx.k = ?2) LIMIT 64";
const SIZE: &str = "SELECT count(*) FROM (SELECT 1 FROM idx WHERE pat = ?1 AND k = ?2 LIMIT ?3)";

/// Beyond this, a clause is as good as any other.
const LARGE: i64 = 1_000;

/// The sizes of clauses are looked up under so many patients.
const SAMPLED: usize = 4;

/// The resources that a plan finds, in its order.
pub(super) fn candidates(connection: &Connection, plan: &Plan) -> rusqlite::Result<Vec<Candidate>> {
    match plan.walk {
        Walk::Gathered => gather::gathered(connection, plan),
        Walk::Keyed { until } => by_patient(connection, plan, &lead(connection, plan)?, until),
        Walk::Listing => by_patient(connection, plan, &Lead::listing(plan), i64::MAX),
        Walk::KeyedByDate { descending, until } => {
            by_date::by_date(connection, plan, &lead(connection, plan)?, descending, until)
        }
        Walk::ListingByDate { descending } => {
            by_date::by_date(connection, plan, &Lead::listing(plan), descending, i64::MAX)
        }
    }
}

/// What is walked.
struct Lead {
    keys: Vec<i64>,
    /// Which of the plan's clauses it is; none for the listing.
    clause: Option<usize>,
}

impl Lead {
    fn listing(plan: &Plan) -> Self {
        Self { keys: vec![plan.listing], clause: None }
    }
}

/// The smallest keyed clause. All of them lead through the same order.
fn lead(connection: &Connection, plan: &Plan) -> rusqlite::Result<Lead> {
    let keyed = plan.clauses.iter().enumerate().filter_map(|(at, clause)| match &clause.finds {
        Finds::Keyed(keys) => Some((at, keys)),
        _ => None,
    });
    let keyed: Vec<(usize, &Vec<i64>)> = keyed.collect();
    if let [(at, keys)] = keyed.as_slice() {
        return Ok(Lead { keys: (*keys).clone(), clause: Some(*at) });
    }
    let sample =
        patients(connection, plan, i64::MIN).take(SAMPLED).collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut best: Option<(i64, Lead)> = None;
    for (at, keys) in keyed {
        let mut rows = 0;
        for pat in &sample {
            rows += size(connection, *pat, keys)?;
        }
        if best.as_ref().is_none_or(|(least, _)| rows < *least) {
            best = Some((rows, Lead { keys: keys.clone(), clause: Some(at) }));
        }
    }
    Ok(best.map_or_else(|| Lead::listing(plan), |(_, lead)| lead))
}

/// How many rows some keys have under a patient, counted up to [`LARGE`] for each.
fn size(connection: &Connection, pat: i64, keys: &[i64]) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(SIZE)?;
    keys.iter().map(|k| statement.query_row((pat, *k, LARGE), |row| row.get::<_, i64>(0))).sum()
}

/// The patients of a plan from `from` on, in ascending order; over the population only those under whom a clause
/// that has to find something by one key has a row.
fn patients<'a>(
    connection: &'a Connection,
    plan: &'a Plan,
    from: i64,
) -> Box<dyn Iterator<Item = rusqlite::Result<i64>> + 'a> {
    let key = plan.clauses.iter().find_map(|clause| match &clause.finds {
        Finds::Keyed(keys) => <[i64; 1]>::try_from(keys.as_slice()).ok().map(|[key]| key),
        _ => None,
    });
    match &plan.pats {
        Pats::Only(list) => Box::new(list.iter().copied().filter(move |pat| *pat >= from).map(Ok)),
        Pats::All => {
            let mut piece: VecDeque<i64> = VecDeque::new();
            let mut next = Some(from);
            Box::new(std::iter::from_fn(move || {
                if piece.is_empty() {
                    match next_patients(connection, key, next?) {
                        Ok(found) => piece = found,
                        Err(error) => return Some(Err(error)),
                    }
                    next = piece.back().and_then(|last| last.checked_add(1));
                }
                piece.pop_front().map(Ok)
            }))
        }
    }
}

/// A piece of the population, by seeking from each patient to the next.
fn next_patients(connection: &Connection, key: Option<i64>, from: i64) -> rusqlite::Result<VecDeque<i64>> {
    match key {
        Some(key) => {
            let mut statement = connection.prepare_cached(NEXT_WITH_KEY)?;
            statement.query_map((from, key), |row| row.get(0))?.collect()
        }
        None => connection.prepare_cached(NEXT)?.query_map([from], |row| row.get(0))?.collect(),
    }
}

/// One patient after the other; of each, the latest first.
fn by_patient(
    connection: &Connection,
    plan: &Plan,
    lead: &Lead,
    until: i64,
) -> rusqlite::Result<Vec<Candidate>> {
    let mut found = Vec::new();
    let from = plan.after.map_or(i64::MIN, |after| after.pat);
    for pat in patients(connection, plan, from) {
        let pat = pat?;
        let after = plan.after.filter(|after| after.pat == pat);
        let lanes = lead.keys.iter().map(|k| Lane::down(pat, *k, (i64::MIN, until), after));
        let mut merge = Merge::new(lanes.collect(), true);
        let mut sieve = None;
        if lead.clause.is_none() && !plan.clauses.is_empty() {
            let first = Sieve::new(connection, plan, pat, None)?;
            if first.lets_nothing_through() {
                continue;
            }
            sieve = Some(first);
        }
        while let Some(candidate) = merge.next(connection)? {
            let sieve = match &mut sieve {
                Some(sieve) => sieve,
                none => none.insert(Sieve::new(connection, plan, pat, lead.clause)?),
            };
            if sieve.admits(connection, candidate)? {
                found.push(candidate);
                if found.len() >= plan.limit {
                    return Ok(found);
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    #[test]
    fn every_statement_seeks_and_none_sorts() {
        let dir = tempfile::tempdir().unwrap();
        let connection = schema::open_writer(&dir.path().join("record.db"), None).unwrap();
        for sql in STATEMENTS {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let steps = statement
                .query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3))
                .unwrap();
            let plan = steps.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("; ");
            let is_quick =
                plan.contains("SEARCH") && !plan.contains("SCAN idx") && !plan.contains("TEMP B-TREE");
            assert!(is_quick, "{sql}: {plan}");
        }
    }
}
