//! The rows of some keys in one order over all patients; what has no date comes last either way.

use super::gather::rows_under;
use super::lane::{Lane, Merge};
use super::sieve::Sieve;
use super::{Lead, patients};
use crate::search::{Candidate, Plan};
use rusqlite::Connection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Up to so many lanes are merged as far as they are needed; the rows of more are read and sorted.
const MOST_LANES: usize = 64;

pub(super) fn by_date(
    connection: &Connection,
    plan: &Plan,
    lead: &Lead,
    descending: bool,
    until: i64,
) -> rusqlite::Result<Vec<Candidate>> {
    let pats = patients(connection, plan, i64::MIN).collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut picked = Picked { connection, plan, lead, sieves: HashMap::new(), found: Vec::new() };
    if pats.len() * lead.keys.len() <= MOST_LANES {
        merged(&mut picked, &pats, descending, until)?;
    } else {
        sorted(&mut picked, &pats, descending, until)?;
    }
    Ok(picked.found)
}

fn merged(picked: &mut Picked<'_>, pats: &[i64], descending: bool, until: i64) -> rusqlite::Result<()> {
    let dated = (i64::MIN.saturating_add(1), until);
    let undated = (i64::MIN, i64::MIN);
    let passes: &[(i64, i64)] = if descending { &[(i64::MIN, until)] } else { &[dated, undated] };
    for span in passes {
        let is_behind = picked.plan.after.is_some_and(|after| !descending && after.ord < span.0);
        if is_behind {
            continue;
        }
        let after = picked.plan.after.filter(|after| span.0 <= after.ord && after.ord <= span.1);
        let keys = &picked.lead.keys;
        let places = pats.iter().flat_map(|pat| keys.iter().map(move |k| (*pat, *k)));
        let lanes = places.map(|(pat, k)| match descending {
            true => Lane::down(pat, k, *span, after),
            false => Lane::up(pat, k, *span, after),
        });
        let mut merge = Merge::new(lanes.collect(), descending);
        while let Some(candidate) = merge.next(picked.connection)? {
            if picked.take(candidate)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn sorted(picked: &mut Picked<'_>, pats: &[i64], descending: bool, until: i64) -> rusqlite::Result<()> {
    // In either direction the order of these numbers is the order asked for.
    let rank = |ord: i64, rid: i64| match (descending, ord) {
        (true, ord) => (false, !ord, !rid),
        (false, i64::MIN) => (true, ord, rid),
        (false, ord) => (false, ord, rid),
    };
    let after = picked.plan.after.map(|after| rank(after.ord, after.rid));
    let mut rows = Vec::new();
    for pat in pats {
        for (ord, rid) in rows_under(picked.connection, *pat, &picked.lead.keys)? {
            if ord <= until && after.is_none_or(|after| rank(ord, rid) > after) {
                rows.push((rank(ord, rid), Candidate { pat: *pat, ord, rid }));
            }
        }
    }
    rows.sort_unstable_by_key(|(rank, candidate)| (*rank, candidate.pat));
    rows.dedup_by_key(|(rank, _)| *rank);
    for (_, candidate) in rows {
        if picked.take(candidate)? {
            break;
        }
    }
    Ok(())
}

/// Candidates that passed the other clauses.
struct Picked<'a> {
    connection: &'a Connection,
    plan: &'a Plan,
    lead: &'a Lead,
    sieves: HashMap<i64, Sieve>,
    found: Vec<Candidate>,
}

impl Picked<'_> {
    /// Takes a candidate that passes; true when there are enough.
    fn take(&mut self, candidate: Candidate) -> rusqlite::Result<bool> {
        let sieve = match self.sieves.entry(candidate.pat) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(Sieve::new(self.connection, self.plan, candidate.pat, self.lead.clause)?)
            }
        };
        if sieve.admits(self.connection, candidate)? {
            self.found.push(candidate);
        }
        Ok(self.found.len() >= self.plan.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Pats, Walk};
    use salus_core::SeededRng;

    fn plan(after: Option<Candidate>, limit: usize) -> Plan {
        let walk = Walk::ListingByDate { descending: false };
        Plan {
            typ: 1,
            pats: Pats::All,
            clauses: Vec::new(),
            strings_everywhere: false,
            listing: 1,
            walk,
            after,
            limit,
        }
    }

    #[test]
    fn merging_and_sorting_give_the_same_pages() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE idx (pat, k, ord, rid, hi, PRIMARY KEY (pat, k, ord, rid)) WITHOUT ROWID",
            )
            .unwrap();
        let rng = SeededRng::new(3);
        let below = |most: u64| i64::try_from(rng.next_u64() % most).unwrap();
        for _ in 0..300 {
            let ord = if below(5) == 0 { i64::MIN } else { below(9) - 4 };
            let row = (below(6), below(2), ord, below(40));
            connection.execute("INSERT OR IGNORE INTO idx VALUES (?1, ?2, ?3, ?4, NULL)", row).unwrap();
        }
        let lead = Lead { keys: vec![0, 1], clause: None };
        let pats: Vec<i64> = (0..6).collect();
        for (descending, until) in [(false, i64::MAX), (true, i64::MAX), (false, 2), (true, 2)] {
            let mut after = None;
            loop {
                let plan = plan(after, 7);
                let picked = || Picked {
                    connection: &connection,
                    plan: &plan,
                    lead: &lead,
                    sieves: HashMap::new(),
                    found: Vec::new(),
                };
                let (mut one, mut two) = (picked(), picked());
                merged(&mut one, &pats, descending, until).unwrap();
                sorted(&mut two, &pats, descending, until).unwrap();
                let places = |found: &[Candidate]| found.iter().map(|c| (c.ord, c.rid)).collect::<Vec<_>>();
                assert_eq!(
                    places(&one.found),
                    places(&two.found),
                    "descending: {descending}, after {after:?}"
                );
                after = one.found.last().copied();
                if after.is_none() {
                    break;
                }
            }
        }
    }
}
