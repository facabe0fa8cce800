//! Searching, as far as the caller may see.

use super::{Caller, Records};
use crate::Error;
use crate::audit::AuditAction;
use crate::resource::{Page, SearchPage};
use crate::search::{Search, named_patients};
use salus_access::{Action, Given, RowFilter, Scope};
use salus_fhir::search::Query;
use serde_json::json;

/// So many resources are read at a time where all are wanted.
const STEP: u32 = 1_000;

impl Records {
    /// A page of what a query finds. Matches, totals and paging count only what this caller may search, by what of it
    /// they may see; what is included is what they may read.
    pub async fn search(&self, query: &Query, page: Page) -> Result<SearchPage, Error> {
        let found = Search::new(&self.inner, &self.caller, Action::Search).page(query, &page).await?;
        if found.matches.is_empty() && self.note_foreign(query).await? {
            return Ok(found);
        }
        let given = found.matches.iter().chain(&found.included);
        let detail = json!({"query": asked(query)});
        self.note_given(AuditAction::Search, Some(&query.resource_type), given, &detail).await?;
        Ok(found)
    }

    /// Everything that a query finds, with what it includes, in one piece: for what is small enough to be held at once.
    pub async fn search_all(&self, query: &Query) -> Result<SearchPage, Error> {
        let mut all = SearchPage::default();
        let mut page = Page::first(STEP);
        loop {
            let found = self.search(query, page).await?;
            all.matches.extend(found.matches);
            all.included.extend(found.included);
            let Some(next) = found.next else { return Ok(all) };
            page = Page { count: STEP, cursor: Some(next) };
        }
    }

    /// A page of a patient's record: what lies in the compartment, and, as `included`, the shared resources it
    /// refers to.
    pub async fn everything(&self, patient_id: &str, page: Page) -> Result<SearchPage, Error> {
        let reading = Search::new(&self.inner, &self.caller, Action::Read);
        let found = reading.everything(patient_id, &page).await?;
        let is_hidden =
            found.matches.is_empty() && self.is_foreign(Action::Read, "Patient", patient_id).await?;
        if is_hidden {
            self.note_denied(None, Some(patient_id), AuditAction::Everything.word()).await?;
            return Ok(found);
        }
        self.note_given(AuditAction::Everything, None, found.matches.iter(), &json!({})).await?;
        Ok(found)
    }

    /// Audits a search that names patients out of the caller's reach; whether it does.
    async fn note_foreign(&self, query: &Query) -> Result<bool, Error> {
        let mut is_foreign = false;
        for id in named_patients(query) {
            if self.is_foreign(Action::Search, &query.resource_type, &id).await? {
                is_foreign = true;
                let attempt = AuditAction::Search.word();
                self.note_denied(Some(&query.resource_type), Some(&id), attempt).await?;
            }
        }
        Ok(is_foreign)
    }

    /// Whether there is such a patient, and none of their resources of a type can be this caller's to see.
    async fn is_foreign(&self, action: Action, type_name: &str, patient_id: &str) -> Result<bool, Error> {
        let Caller::User(_) = self.caller else { return Ok(false) };
        let is_out_of_reach = !reaches(&self.caller.filter(action, type_name), patient_id);
        Ok(is_out_of_reach && self.inner.ring.find(patient_id).await?.is_some())
    }
}

/// Whether every part of a filter has a rule that may give something of a patient.
fn reaches(filter: &RowFilter<'_>, patient_id: &str) -> bool {
    let gives = |part: &Given<'_>| match part {
        Given::Everything => true,
        _ => part.rules().any(|rule| match &rule.scope {
            Scope::Everyone => true,
            Scope::Shared => false,
            Scope::Patients(ids) => ids.contains(patient_id),
        }),
    };
    filter.parts().iter().all(gives)
}

/// The search as it was understood: `name=value&name=value`.
fn asked(query: &Query) -> String {
    let pairs = query.to_pairs().into_iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}
