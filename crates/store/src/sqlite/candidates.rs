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
use rusqlite::{Connection, OptionalExtension};
use sieve::Sieve;

/// Every statement of this module, to be checked at the start.
pub(super) const STATEMENTS: &[&str] = &[
    NEXT_PATIENT,
    SIZE,
    lane::UP,
    lane::DOWN,
    sieve::PROBE,
    sieve::SPAN,
    sieve::PREFIX,
    gather::NAMED,
    gather::ROWS,
];

const NEXT_PATIENT: &str = "SELECT pat FROM idx WHERE pat > ?1 ORDER BY pat LIMIT 1";
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
        patients(connection, &plan.pats, i64::MIN).take(SAMPLED).collect::<rusqlite::Result<Vec<i64>>>()?;
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

/// The patients from `from` on, in ascending order.
fn patients<'a>(
    connection: &'a Connection,
    pats: &'a Pats,
    from: i64,
) -> Box<dyn Iterator<Item = rusqlite::Result<i64>> + 'a> {
    match pats {
        Pats::Only(list) => Box::new(list.iter().copied().filter(move |pat| *pat >= from).map(Ok)),
        Pats::All => {
            let mut last = Some(from.saturating_sub(1));
            Box::new(std::iter::from_fn(move || {
                let next = next_patient(connection, last?).transpose();
                last = next.as_ref().and_then(|next| next.as_ref().ok().copied());
                next
            }))
        }
    }
}

fn next_patient(connection: &Connection, after: i64) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached(NEXT_PATIENT)?.query_row([after], |row| row.get(0)).optional()
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
    for pat in patients(connection, &plan.pats, from) {
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
