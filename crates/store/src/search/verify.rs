//! The last word on a candidate: its body.

use super::plan::{Candidate, Plan};
use super::scope::{Pats, Scope};
use super::{Search, Walk};
use crate::keys::PatientKey;
use crate::records::shown;
use crate::{Error, Stored};
use salus_access::{Elements, RowFilter};
use salus_fhir::compartment;
use salus_fhir::json::Value;
use salus_fhir::search::{Filter, Query, extract_param, matches_filter};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A query, ready to be looked for.
#[derive(Clone)]
pub(super) struct Check<'a> {
    pub(super) plan: Plan,
    type_name: String,
    scope: Scope,
    rows: RowFilter<'a>,
    /// The filters that rows do not answer exactly.
    unanswered: Vec<Filter>,
    /// The patient in whose compartment a resource must be, where the rows do not say.
    inside: Option<String>,
    /// The patients of whose resources something may be denied.
    denied: BTreeSet<&'a str>,
}

/// A resource that matches and may be read.
pub(super) struct Found {
    pub(super) candidate: Candidate,
    pub(super) stored: Stored,
}

impl<'a> Search<'a> {
    /// Plans a query; `None` where nothing of its type was ever stored.
    pub(super) async fn prepare(&self, query: &Query) -> Result<Option<Check<'a>>, Error> {
        let Ok(typ) = self.inner.types.number(&query.resource_type) else { return Ok(None) };
        let rows = self.rows(&query.resource_type);
        let scope = Scope::of(query, &rows, &self.inner.ring).await?;
        let (plan, unanswered) = Plan::new(typ, query, &scope, &rows.hidden_somewhere(), &self.inner.keys);
        Ok(Some(Check {
            plan,
            type_name: query.resource_type.clone(),
            scope,
            denied: rows.denied_patients().unwrap_or_default(),
            rows,
            unanswered,
            inside: None,
        }))
    }

    /// Those of the candidates that match and may be read, in their order.
    pub(super) async fn verified(
        &self,
        check: &Check<'_>,
        candidates: &[Candidate],
    ) -> Result<Vec<Found>, Error> {
        let rids = candidates.iter().map(|found| found.rid).collect();
        let mut verified = Vec::new();
        // What was deleted meanwhile is left out of the rows.
        let mut asked = candidates.iter();
        for row in self.inner.backend.current(rids).await? {
            let Some(candidate) = asked.find(|asked| asked.rid == row.rid).copied() else { break };
            let head = Head { pat: row.pat, is_of_type: row.name.typ == check.plan.typ };
            let Some(stored) = self.inner.open_row(&row).await? else { continue };
            if let Some(stored) = self.admitted(check, candidate, &head, stored).await? {
                verified.push(Found { candidate, stored });
            }
        }
        Ok(verified)
    }

    /// What the caller sees of a candidate, if it is a match to them.
    async fn admitted(
        &self,
        check: &Check<'_>,
        candidate: Candidate,
        head: &Head,
        stored: Stored,
    ) -> Result<Option<Stored>, Error> {
        if !head.is_of_type {
            return Ok(None);
        }
        // A row under the resource's own patient still says whose it is; any other may have been overtaken.
        let is_own = head.pat == candidate.pat;
        let is_open = check.is_readable(candidate, is_own) && !is_of_any(&stored, &check.denied);
        let is_first = is_own || !check.comes_again();
        if check.is_answered() && is_open && is_first {
            return Ok(Some(stored));
        }
        let body = stored.json()?;
        let hidden = if is_open { Some(Elements::default()) } else { check.rows.hidden(&body) };
        let Some(hidden) = hidden else { return Ok(None) };
        let (seen, stored) = match hidden.is_empty() {
            true => (Cow::Borrowed(&body), stored),
            false => {
                let mut seen = body.clone();
                hidden.redact(&mut seen);
                let stored = stored.showing(&seen)?;
                (Cow::Owned(seen), stored)
            }
        };
        let is_match = check.is_inside(&body)
            && check.matches(&seen)
            && (is_first || self.is_first(check, candidate, head.pat, &body).await?);
        Ok(is_match.then_some(stored))
    }

    /// Of the patients under whom a resource is found, one after the other, it counts under its own, or, where
    /// that is out of scope, under the first.
    async fn is_first(
        &self,
        check: &Check<'_>,
        candidate: Candidate,
        own: i64,
        body: &Value,
    ) -> Result<bool, Error> {
        if check.plan.pats.contains(own) {
            return Ok(false);
        }
        let mut pats = BTreeSet::new();
        for id in compartment::patients(body) {
            if let Some(key) = self.inner.ring.find(&id).await? {
                pats.insert(key.pat);
            }
        }
        Ok(pats.into_iter().find(|pat| check.plan.pats.contains(*pat)) == Some(candidate.pat))
    }
}

/// Whether a resource may lie in the compartment of one of the patients: it is one of them, or names one. The text is
/// enough to tell, and is quicker to look through than to read.
fn is_of_any(stored: &Stored, patients: &BTreeSet<&str>) -> bool {
    if patients.is_empty() {
        return false;
    }
    let Ok(text) = std::str::from_utf8(stored.bytes()) else { return true };
    let is_one = stored.type_name == "Patient" && patients.contains(stored.id.as_str());
    is_one || named_patients(text).any(|id| patients.contains(id))
}

/// The ids of the patients that a text of JSON, as the store writes it, refers to.
fn named_patients(text: &str) -> impl Iterator<Item = &str> {
    const REFERENCE: &str = "\"Patient/";
    let references = text.match_indices(REFERENCE).filter_map(|(at, _)| text.get(at + REFERENCE.len()..));
    references.filter_map(|rest| rest.split(['"', '/']).next())
}

/// What the log says of a resource besides its body.
struct Head {
    pat: i64,
    is_of_type: bool,
}

impl Check<'_> {
    /// Whether the candidates' number is the number of matches, none of which has to be looked at.
    pub(super) fn is_exact(&self, candidate: Candidate) -> bool {
        self.is_answered() && !self.rows.denies() && self.is_readable(candidate, true)
    }

    /// Asks for what is in one patient's compartment.
    pub(super) fn narrow(&mut self, patient: &PatientKey) {
        if self.scope.pats.contains(patient.pat) {
            self.plan.pats = Pats::Only(vec![patient.pat]);
        } else {
            // What the caller may see of it lies in another compartment too, and is looked for there.
            self.inside = Some(patient.patient_id.clone());
        }
    }

    /// The same check of what was gathered, where each resource comes once.
    pub(super) fn gathered(&self) -> Self {
        Self { plan: self.plan.clone().gathered(), ..self.clone() }
    }

    /// What the caller sees of a resource of the type, as the policy says now.
    pub(super) fn shown(&self, stored: Stored) -> Result<Option<Stored>, Error> {
        shown(&self.rows, stored)
    }

    fn is_readable(&self, candidate: Candidate, is_own: bool) -> bool {
        self.scope.is_all_open() || (is_own && self.scope.is_open(candidate.pat))
    }

    /// Whether the rows alone say what matches.
    fn is_answered(&self) -> bool {
        self.unanswered.is_empty() && self.inside.is_none()
    }

    /// Whether a resource may be found more than once: under several patients, one after the other.
    fn comes_again(&self) -> bool {
        let several = !matches!(&self.plan.pats, Pats::Only(list) if list.len() <= 1);
        several && matches!(self.plan.walk, Walk::Keyed { .. } | Walk::Listing)
    }

    fn is_inside(&self, body: &Value) -> bool {
        self.inside.as_ref().is_none_or(|patient| compartment::patients(body).contains(patient))
    }

    fn matches(&self, body: &Value) -> bool {
        body.get("resourceType").and_then(Value::as_str) == Some(self.type_name.as_str())
            && self.unanswered.iter().all(|filter| matches_filter(filter, &extract_param(body, filter.param)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_are_found_in_the_text() {
        for (text, expect) in [
            (r#"{"subject":{"reference":"Patient/ann"}}"#, vec!["ann"]),
            (
                r#"{"subject":{"reference":"Patient/ann/_history/2"},"x":[{"reference":"Patient/b.1"}]}"#,
                vec!["ann", "b.1"],
            ),
            (r#"{"subject":{"reference":"https://x.example/Patient/ann"}}"#, vec![]),
            (r#"{"resourceType":"Patient","id":"ann"}"#, vec![]),
        ] {
            assert_eq!(named_patients(text).collect::<Vec<_>>(), expect, "{text}");
        }
    }
}
