//! The plan of a search: plain values that any database can follow.
//!
//! A plan finds **candidates**: at least everything the query asks for under the policy. What it may find
//! besides is sorted out on the bodies ([`super::verify`]). Its order is total and does not depend on sizes or
//! on which clause is walked, so a place in it stays a place when rows are added.

use super::clause::{Clause, Finds, clause, latest_start};
use super::scope::{Pats, Scope};
use crate::backend::TypeNo;
use crate::index::{Keys, SHARED, has_string_rows};
use salus_access::Elements;
use salus_fhir::defs::{self, Path, SearchParam, Step};
use salus_fhir::search::{Filter, Query, Sort};

/// Where to look, for what, and in which order.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The type that is searched.
    pub(crate) typ: TypeNo,
    /// Under which patients.
    pub(crate) pats: Pats,
    /// All of them must find a resource. Under a patient whose strings have no rows, those clauses find all.
    pub(crate) clauses: Vec<Clause>,
    /// Whether strings of the type have rows under its patients.
    pub(crate) strings_everywhere: bool,
    /// The key that lists every resource of the type by when it was last updated.
    pub(crate) listing: i64,
    /// Which rows are walked.
    pub(crate) walk: Walk,
    /// Only what comes after this place.
    pub(crate) after: Option<Candidate>,
    /// At most so many.
    pub(crate) limit: usize,
}

/// Which rows are walked, and so in which order candidates come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// The rows of a keyed clause, by patient, the latest principal date first. No principal date later than
    /// `until` is looked at.
    Keyed { until: i64 },
    /// The listing of the type, by patient, the last updated first.
    Listing,
    /// The rows of a keyed clause, by principal date over all patients; without a date last.
    KeyedByDate { descending: bool, until: i64 },
    /// The listing of the type, by when it was last updated over all patients.
    ListingByDate { descending: bool },
    /// Whatever is quickest; the youngest resource first.
    Gathered,
}

/// A resource that a plan found, and the row that found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The patient, or [`SHARED`], under whom it was found; [`NOWHERE`] where it was found by its name.
    pub(crate) pat: i64,
    /// The row's `ord`; 0 in [`Walk::Gathered`].
    pub(crate) ord: i64,
    /// The resource.
    pub(crate) rid: i64,
}

/// The `pat` of what was found by its name.
pub(crate) const NOWHERE: i64 = -1;

impl Plan {
    /// Plans a query within a scope, without rows that were made of elements that may be `hidden`; also the filters
    /// that the rows do not answer exactly.
    pub(crate) fn new(
        typ: TypeNo,
        query: &Query,
        scope: &Scope,
        hidden: &Elements,
        keys: &Keys,
    ) -> (Self, Vec<Filter>) {
        let type_name = query.resource_type.as_str();
        let mut clauses = Vec::new();
        let mut unanswered = Vec::new();
        for filter in &query.filters {
            let found = clause(type_name, filter, keys);
            match found.filter(|_| !may_be_hidden(filter.param, hidden)) {
                Some(found) => {
                    if !found.exact {
                        unanswered.push(filter.clone());
                    }
                    clauses.push(found);
                }
                None => unanswered.push(filter.clone()),
            }
        }
        let mut pats = scope.pats.clone();
        if clauses.iter().any(|clause| matches!(clause.finds, Finds::Ids(_))) {
            // A name finds one resource, wherever it is: the rest of the query is left to its body.
            clauses.retain(|clause| matches!(clause.finds, Finds::Ids(_)));
            unanswered.clone_from(&query.filters);
        }
        if pats == Pats::All && clauses.iter().any(|clause| clause.also_shared) && type_name != "Patient" {
            // The other rows of a patient's resources are not there: the rest of the query is left to the bodies.
            clauses.retain(|clause| clause.also_shared);
            unanswered.clone_from(&query.filters);
        }
        if pats == Pats::All && is_found_under_shared(type_name, &clauses) {
            pats = Pats::Only(vec![SHARED]);
        }
        let walk = match hidden.is_empty() {
            true => walk(query, &pats, &clauses),
            false => walk_unseen(query, &clauses),
        };
        let plan = Self {
            typ,
            pats,
            clauses,
            strings_everywhere: has_string_rows(type_name),
            listing: keys.whole(type_name, "_lastUpdated"),
            walk,
            after: None,
            limit: usize::MAX,
        };
        (plan, unanswered)
    }

    /// The same plan without an order of its own: everything it finds, each resource once.
    pub(crate) fn gathered(mut self) -> Self {
        self.walk = Walk::Gathered;
        self
    }

    /// Whether the clause's rows under this patient tell all there is.
    pub(crate) fn answers(&self, clause: &Clause, pat: i64) -> bool {
        !matches!(clause.finds, Finds::Prefixes(_)) || pat == SHARED || self.strings_everywhere
    }
}

/// Whether everything the clauses can find stands under [`SHARED`].
fn is_found_under_shared(type_name: &str, clauses: &[Clause]) -> bool {
    type_name == "Patient"
        || defs::compartment_params(type_name).is_empty()
        || clauses.iter().any(|clause| clause.also_shared)
}

fn walk(query: &Query, pats: &Pats, clauses: &[Clause]) -> Walk {
    let is_keyed = |clause: &Clause| matches!(clause.finds, Finds::Keyed(_));
    let is_spans = |clause: &Clause| matches!(clause.finds, Finds::Spans(_));
    let until = latest_principal_date(query);
    let keyed = clauses.iter().any(is_keyed);
    match query.sort.as_slice() {
        [] if keyed => Walk::Keyed { until },
        [] if clauses.is_empty() => Walk::Listing,
        // Over the population a page is not worth finding everything.
        [] if *pats == Pats::All && clauses.iter().all(is_spans) => Walk::Listing,
        [Sort { param, descending }] if keyed && is_principal(&query.resource_type, param.code) => {
            Walk::KeyedByDate { descending: *descending, until }
        }
        [Sort { param, descending }] if clauses.is_empty() && param.code == "_lastUpdated" => {
            Walk::ListingByDate { descending: *descending }
        }
        _ => Walk::Gathered,
    }
}

/// The walk where the order of rows may tell what is hidden: only by when things were last updated.
fn walk_unseen(query: &Query, clauses: &[Clause]) -> Walk {
    match query.sort.as_slice() {
        [] if clauses.is_empty() => Walk::Listing,
        [Sort { param, descending }] if clauses.is_empty() && param.code == "_lastUpdated" => {
            Walk::ListingByDate { descending: *descending }
        }
        _ => Walk::Gathered,
    }
}

/// Whether a value of the parameter may come from a hidden element. Tags may: what is hidden is marked by one.
fn may_be_hidden(param: &SearchParam, hidden: &Elements) -> bool {
    if hidden.is_empty() || matches!(param.code, "_id" | "_lastUpdated") {
        return false;
    }
    let definition = defs::type_def(param.resource_type);
    let element = |path: &Path| {
        let member = path.steps.iter().find_map(|step| match step {
            Step::Member(name) => Some(*name),
            _ => None,
        })?;
        definition?.field(member).map(|field| field.element.name)
    };
    let whole = param.components.iter().flat_map(|part| &part.paths).filter(|path| path.from_resource);
    let mut paths = param.paths.iter().chain(whole).filter(|path| !path.steps.is_empty());
    param.code == "_tag"
        || paths.any(|path| element(path).is_none_or(|name| hidden.touch(param.resource_type, name)))
}

/// Whether the rows' principal date is the value of this parameter and of no other.
fn is_principal(type_name: &str, code: &str) -> bool {
    let mut dates = defs::principal_dates(type_name);
    match dates.next() {
        Some(date) => date.code == code && dates.next().is_none(),
        None => code == "_lastUpdated",
    }
}

/// What the filters say about how late the principal date, which is the earliest of the resource, may be.
fn latest_principal_date(query: &Query) -> i64 {
    let dated = query.filters.iter().filter(|filter| {
        filter.modifier.is_none()
            && filter.param.code != "_lastUpdated"
            && is_principal(&query.resource_type, filter.param.code)
    });
    let latest = dated.map(|filter| {
        let ends = filter.values.iter().map(latest_start);
        ends.max().unwrap_or(i64::MAX)
    });
    latest.min().unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
