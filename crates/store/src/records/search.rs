//! Searching, as far as the caller may see.

use super::Records;
use crate::Error;
use crate::audit::AuditAction;
use crate::resource::{Page, SearchPage};
use crate::search::Search;
use salus_access::Action;
use salus_fhir::search::Query;

impl Records {
    /// A page of what a query finds. Matches, totals and paging count only what this caller may search, by what of it
    /// they may see; what is included is what they may read.
    pub async fn search(&self, query: &Query, page: Page) -> Result<SearchPage, Error> {
        let found = Search::new(&self.inner, &self.caller, Action::Search).page(query, &page).await?;
        let given = found.matches.iter().chain(&found.included);
        self.note_given(AuditAction::Search, Some(&query.resource_type), given).await?;
        Ok(found)
    }

    /// A page of a patient's record: what lies in the compartment, and, as `included`, the shared resources it
    /// refers to.
    pub async fn everything(&self, patient_id: &str, page: Page) -> Result<SearchPage, Error> {
        let reading = Search::new(&self.inner, &self.caller, Action::Read);
        let found = reading.everything(patient_id, &page).await?;
        self.note_given(AuditAction::Everything, None, found.matches.iter()).await?;
        Ok(found)
    }
}
