//! Searching, as far as the caller may see.

use super::Records;
use crate::Error;
use crate::audit::AuditAction;
use crate::resource::{Page, SearchPage};
use crate::search::Search;
use salus_fhir::search::Query;

impl Records {
    /// A page of what a query finds. Totals, paging and includes count only what this caller may read.
    pub async fn search(&self, query: &Query, page: Page) -> Result<SearchPage, Error> {
        let rows = |type_name: &str| self.caller.rows(type_name);
        let found = Search::new(&self.inner, &rows).page(query, &page).await?;
        let given = found.matches.iter().chain(&found.included);
        self.note_given(AuditAction::Search, Some(&query.resource_type), given).await?;
        Ok(found)
    }

    /// A page of a patient's record: what lies in the compartment, and, as `included`, the shared resources it
    /// refers to.
    pub async fn everything(&self, patient_id: &str, page: Page) -> Result<SearchPage, Error> {
        let rows = |type_name: &str| self.caller.rows(type_name);
        let found = Search::new(&self.inner, &rows).everything(patient_id, &page).await?;
        self.note_given(AuditAction::Everything, None, found.matches.iter()).await?;
        Ok(found)
    }
}
