//! One page: order, place, count.

use super::place::{Place, unusable};
use super::plan::{Candidate, Walk};
use super::sort::{SortKeys, compare, sort_keys};
use super::verify::{Check, Found};
use super::{PIECE, Search};
use crate::backend::LogRow;
use crate::index::principal_ord;
use crate::{Cursor, Error, Page, SearchPage, Stored};
use salus_fhir::search::{Query, Sort, Summary, TotalMode, extract};
use std::cmp::Ordering;

/// A walk asks for at most so many candidates at once.
const LARGEST: usize = 1_024;

impl Search<'_> {
    /// One page of a query, with what it includes.
    ///
    /// The order is the one asked for, and among equals, or where none is asked for, one that does not change:
    /// patient by patient the latest first. A cursor goes on after the last resource of its page, wherever that
    /// is now; what was written meanwhile neither shifts nor repeats anything.
    pub(crate) async fn page(&self, query: &Query, page: &Page) -> Result<SearchPage, Error> {
        let counted = query.total != TotalMode::None || query.summary == Summary::Count || page.count == 0;
        let Some(check) = self.prepare(query).await? else {
            return Ok(SearchPage { total: counted.then_some(0), ..SearchPage::default() });
        };
        if query.summary == Summary::Count || page.count == 0 {
            return Ok(SearchPage { total: Some(self.count(&check).await?), ..SearchPage::default() });
        }
        let wanted = usize::try_from(page.count).unwrap_or(usize::MAX);
        let after = match &page.cursor {
            Some(cursor) => Some(self.after(query, &check, cursor).await?),
            None => None,
        };
        let is_sorted = query.sort.is_empty() || check.plan.walk != Walk::Gathered;
        let (mut found, total) = if is_sorted {
            let found =
                self.walked(&check, after.map(|after| after.candidate), wanted.saturating_add(1)).await?;
            let total = if counted { Some(self.count(&check).await?) } else { None };
            (found, total)
        } else {
            let (found, total) = self.sorted(&check, &query.sort, after, wanted.saturating_add(1)).await?;
            (found, counted.then_some(total))
        };
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more).map(|last| cursor(&last.stored, last.candidate.pat));
        let matches: Vec<Stored> = found.into_iter().map(|found| found.stored).collect();
        let included = self.reading().included(query, &matches).await?;
        Ok(SearchPage { matches, included, next, total })
    }

    /// The next matches in the order of the plan's walk.
    pub(super) async fn walked(
        &self,
        check: &Check<'_>,
        after: Option<Candidate>,
        wanted: usize,
    ) -> Result<Vec<Found>, Error> {
        let mut plan = check.plan.clone();
        plan.after = after;
        plan.limit = wanted.min(LARGEST);
        let mut found = Vec::new();
        loop {
            let candidates = self.inner.backend.candidates(plan.clone()).await?;
            for piece in candidates.chunks(PIECE) {
                found.extend(self.verified(check, piece).await?);
                if found.len() >= wanted {
                    found.truncate(wanted);
                    return Ok(found);
                }
            }
            if candidates.len() < plan.limit {
                return Ok(found);
            }
            plan.after = candidates.last().copied();
            plan.limit = plan.limit.saturating_mul(4).min(LARGEST);
        }
    }

    /// The next matches in an order that no row has, and how many there are in all.
    async fn sorted(
        &self,
        check: &Check<'_>,
        sort: &[Sort],
        after: Option<After>,
        wanted: usize,
    ) -> Result<(Vec<Found>, u64), Error> {
        let mut ordered: Vec<(SortKeys, Candidate)> = Vec::new();
        let candidates = self.inner.backend.candidates(check.plan.clone()).await?;
        for piece in candidates.chunks(PIECE) {
            for found in self.verified(check, piece).await? {
                ordered.push((sort_keys(sort, &found.stored, &found.stored.json()?), found.candidate));
            }
        }
        let total = ordered.len() as u64;
        let order = |one: &(SortKeys, Candidate), two: &(SortKeys, Candidate)| {
            compare(sort, &one.0, &two.0).then(one.1.rid.cmp(&two.1.rid))
        };
        ordered.sort_unstable_by(order);
        if let Some(After { candidate, keys }) = after {
            let last = (keys, candidate);
            ordered.retain(|other| order(other, &last) == Ordering::Greater);
        }
        let next: Vec<Candidate> = ordered.into_iter().map(|(_, candidate)| candidate).take(wanted).collect();
        let mut found = Vec::with_capacity(next.len());
        for piece in next.chunks(PIECE) {
            found.extend(self.verified(check, piece).await?);
        }
        Ok((found, total))
    }

    /// How many match, exactly, under the policy.
    async fn count(&self, check: &Check<'_>) -> Result<u64, Error> {
        let candidates = self.inner.backend.candidates(check.plan.clone().gathered()).await?;
        let (sure, unsure): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|candidate| check.is_exact(*candidate));
        let mut count = sure.len();
        let gathered = check.gathered();
        for piece in unsure.chunks(PIECE) {
            count += self.verified(&gathered, piece).await?.len();
        }
        Ok(count as u64)
    }

    /// The place after which a page begins: worked out from the version of the last resource that the page
    /// before showed. Only somebody who may read that version learns anything from it.
    async fn after(&self, query: &Query, check: &Check<'_>, cursor: &Cursor) -> Result<After, Error> {
        let place = Place::of_cursor(cursor)?;
        let (rid, stored) = self.entry(&place).await?;
        if place.type_name != query.resource_type {
            return Err(unusable());
        }
        let stored = check.shown(stored)?.ok_or_else(unusable)?;
        let body = stored.json()?;
        let updated = stored.last_updated.as_microsecond();
        let ord = match check.plan.walk {
            Walk::Keyed { .. } | Walk::KeyedByDate { .. } => {
                principal_ord(&query.resource_type, &extract(&body), updated)
            }
            Walk::Listing | Walk::ListingByDate { .. } => updated,
            Walk::Gathered => 0,
        };
        let keys = sort_keys(&query.sort, &stored, &body);
        Ok(After { candidate: Candidate { pat: place.pat, ord, rid }, keys })
    }

    /// The version that a cursor names.
    pub(super) async fn entry(&self, place: &Place) -> Result<(i64, Stored), Error> {
        let backend = &self.inner.backend;
        let typ = self.inner.types.number(&place.type_name).ok();
        let found = backend.feed(place.seq.saturating_sub(1), 1).await?.into_iter().next();
        let named = found.filter(|row: &LogRow| row.seq == place.seq && Some(row.name.typ) == typ);
        let Some(LogRow { rid, name, version, .. }) = named else { return Err(unusable()) };
        let Some(row) = backend.version(name, version).await? else { return Err(unusable()) };
        let stored = self.inner.open_row(&row).await?.ok_or_else(unusable)?;
        Ok((rid, stored))
    }
}

/// A place in an order.
struct After {
    candidate: Candidate,
    keys: SortKeys,
}

pub(super) fn cursor(last: &Stored, pat: i64) -> Cursor {
    Place { type_name: last.type_name.clone(), pat, seq: last.seq }.to_cursor()
}
