//! The rows of one key under one patient, read in short pieces, and several such lanes as one.

use crate::search::Candidate;
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::VecDeque;

pub(super) const UP: &str = "SELECT ord, rid FROM idx \
    WHERE pat = ?1 AND k = ?2 AND (ord, rid) > (?3, ?4) AND ord <= ?5 ORDER BY ord, rid LIMIT ?6";
pub(super) const DOWN: &str = "SELECT ord, rid FROM idx \
    WHERE pat = ?1 AND k = ?2 AND (ord, rid) < (?3, ?4) AND ord >= ?5 ORDER BY ord DESC, rid DESC LIMIT ?6";

/// The size of the first piece; the next ones are twice as large each, up to [`LARGEST`].
const FIRST: i64 = 32;
const LARGEST: i64 = 1_024;

/// The rows of one key under one patient.
pub(super) struct Lane {
    pat: i64,
    k: i64,
    descending: bool,
    /// Read up to here (exclusive of it).
    at: (i64, i64),
    /// No `ord` beyond this.
    bound: i64,
    piece: i64,
    rows: VecDeque<(i64, i64)>,
    is_read: bool,
}

impl Lane {
    /// From small to large `ord`, within `span` and after a place.
    pub(super) fn up(pat: i64, k: i64, span: (i64, i64), after: Option<Candidate>) -> Self {
        let at = after.map_or((span.0, i64::MIN), |after| (after.ord, after.rid));
        Self::new(pat, k, false, at, span.1)
    }

    /// From large to small `ord`, within `span` and after a place.
    pub(super) fn down(pat: i64, k: i64, span: (i64, i64), after: Option<Candidate>) -> Self {
        let top = (span.1, i64::MAX);
        let at = after.map_or(top, |after| (after.ord, after.rid).min(top));
        Self::new(pat, k, true, at, span.0)
    }

    fn new(pat: i64, k: i64, descending: bool, at: (i64, i64), bound: i64) -> Self {
        Self { pat, k, descending, at, bound, piece: FIRST, rows: VecDeque::new(), is_read: false }
    }

    /// The next row, which stays the next until [`Lane::pop`].
    fn peek(&mut self, connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
        if self.rows.is_empty() && !self.is_read {
            self.read(connection)?;
        }
        Ok(self.rows.front().copied())
    }

    fn pop(&mut self) {
        self.rows.pop_front();
    }

    fn read(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(if self.descending { DOWN } else { UP })?;
        let place = (self.pat, self.k, self.at.0, self.at.1, self.bound, self.piece);
        for row in statement.query_map(place, |row| Ok((row.get(0)?, row.get(1)?)))? {
            self.rows.push_back(row?);
        }
        self.is_read = i64::try_from(self.rows.len()).is_ok_and(|read| read < self.piece);
        self.piece = (self.piece * 2).min(LARGEST);
        if let Some(last) = self.rows.back() {
            self.at = *last;
        }
        Ok(())
    }
}

/// Several lanes as one, in their order. A resource that stands in several of them at the same place comes once.
pub(super) struct Merge {
    lanes: Vec<Lane>,
    descending: bool,
    last: Option<(i64, i64)>,
}

impl Merge {
    pub(super) fn new(lanes: Vec<Lane>, descending: bool) -> Self {
        Self { lanes, descending, last: None }
    }

    pub(super) fn next(&mut self, connection: &Connection) -> rusqlite::Result<Option<Candidate>> {
        loop {
            let mut first: Option<(usize, (i64, i64))> = None;
            for (at, lane) in self.lanes.iter_mut().enumerate() {
                let Some(row) = lane.peek(connection)? else { continue };
                let wins = if self.descending { Ordering::Greater } else { Ordering::Less };
                if first.is_none_or(|(_, best)| row.cmp(&best) == wins) {
                    first = Some((at, row));
                }
            }
            let Some((at, row)) = first else { return Ok(None) };
            let Some(lane) = self.lanes.get_mut(at) else { return Ok(None) };
            lane.pop();
            if self.last != Some(row) {
                self.last = Some(row);
                return Ok(Some(Candidate { pat: lane.pat, ord: row.0, rid: row.1 }));
            }
        }
    }
}
