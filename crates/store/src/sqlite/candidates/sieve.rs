//! What the clauses that are not walked say about a resource that was found.

use crate::search::{Candidate, Clause, Finds, Plan, Span};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;

pub(super) const PROBE: &str = "SELECT 1 FROM idx WHERE pat = ?1 AND k = ?2 AND ord = ?3 AND rid = ?4";
pub(super) const SPAN: &str = "SELECT rid FROM idx WHERE pat = ?1 AND k = ?2 AND ord BETWEEN ?3 AND ?4 \
    AND (hi IS NULL OR hi >= ?5) LIMIT ?6";
pub(super) const PREFIX: &str =
    "SELECT rid FROM idx_str WHERE pat = ?1 AND k = ?2 AND norm BETWEEN ?3 AND ?4 LIMIT ?5";

/// A clause that finds more than this under a patient is left to the bodies.
const MOST: usize = 5_000;

/// The clauses of a plan, but one, under one patient.
pub(super) struct Sieve {
    checks: Vec<Check>,
}

enum Check {
    /// One of these keys has a row at the candidate's own place.
    Probe(Vec<i64>),
    /// It is one of these.
    Among(HashSet<i64>),
}

impl Sieve {
    /// For candidates found by the rows of clause `lead` (whose `ord` is theirs), or by the listing.
    pub(super) fn new(
        connection: &Connection,
        plan: &Plan,
        pat: i64,
        lead: Option<usize>,
    ) -> rusqlite::Result<Self> {
        let mut checks = Vec::new();
        for (at, clause) in plan.clauses.iter().enumerate() {
            if Some(at) == lead || !plan.answers(clause, pat) {
                continue;
            }
            let by_place = lead.and_then(|lead| plan.clauses.get(lead)).is_some_and(is_keyed);
            match &clause.finds {
                Finds::Keyed(keys) if by_place => checks.push(Check::Probe(keys.clone())),
                _ => {
                    if let Some(found) = resources(connection, clause, pat, MOST)? {
                        checks.push(Check::Among(found));
                    }
                }
            }
        }
        Ok(Self { checks })
    }

    /// Whether one of the clauses finds nothing at all.
    pub(super) fn lets_nothing_through(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Among(found) if found.is_empty()))
    }

    /// Whether no clause speaks against it.
    pub(super) fn admits(&self, connection: &Connection, candidate: Candidate) -> rusqlite::Result<bool> {
        for check in &self.checks {
            let passes = match check {
                Check::Among(found) => found.contains(&candidate.rid),
                Check::Probe(keys) => has_any(connection, keys, candidate)?,
            };
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_keyed(clause: &Clause) -> bool {
    matches!(clause.finds, Finds::Keyed(_))
}

fn has_any(connection: &Connection, keys: &[i64], candidate: Candidate) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(PROBE)?;
    for k in keys {
        let place = (candidate.pat, *k, candidate.ord, candidate.rid);
        if statement.query_row(place, |_| Ok(())).optional()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All resources that a clause finds under a patient; `None` where there are more than `most`.
pub(super) fn resources(
    connection: &Connection,
    clause: &Clause,
    pat: i64,
    most: usize,
) -> rusqlite::Result<Option<HashSet<i64>>> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = HashSet::new();
    match &clause.finds {
        Finds::Keyed(keys) => {
            let mut statement = connection.prepare_cached(SPAN)?;
            for span in keys.iter().map(|k| Span::all(*k)) {
                in_span(&mut statement, pat, span, limit, &mut found)?;
            }
        }
        Finds::Spans(spans) => {
            let mut statement = connection.prepare_cached(SPAN)?;
            for span in spans {
                in_span(&mut statement, pat, *span, limit, &mut found)?;
            }
        }
        Finds::Prefixes(prefixes) => {
            let mut statement = connection.prepare_cached(PREFIX)?;
            for (k, text) in prefixes {
                let last = format!("{text}\u{10FFFF}\u{10FFFF}");
                let rows = statement.query_map((pat, *k, text, last, limit), |row| row.get(0))?;
                for rid in rows {
                    found.insert(rid?);
                }
            }
        }
        Finds::Ids(_) => return Ok(None),
    }
    Ok((found.len() <= most).then_some(found))
}

fn in_span(
    statement: &mut rusqlite::CachedStatement<'_>,
    pat: i64,
    span: Span,
    limit: i64,
    found: &mut HashSet<i64>,
) -> rusqlite::Result<()> {
    let place = (pat, span.k, span.from, span.to, span.min_end, limit);
    for rid in statement.query_map(place, |row| row.get(0))? {
        found.insert(rid?);
    }
    Ok(())
}
