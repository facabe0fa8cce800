//! Search: from a query and a policy to a page of resources.
//!
//! 1. [`scope`]: under which patients to look; the policy and the query both narrow it.
//! 2. [`clause`] and [`plan`]: which rows answer which filter, and in which order they are walked.
//! 3. The database follows the plan and names candidates, at least all that count ([`Plan`] is plain data).
//! 4. [`verify`]: the body has the last word, on the filters and on the policy. Only where the rows answer
//!    exactly, and everything under the patient may be read, is it not asked. Where elements are hidden from the
//!    caller, it is the body without them that is searched, sorted by and shown; rows that were made of hidden
//!    elements are not used.
//! 5. [`page`] orders, pages and counts what is left; [`include`] adds what belongs to it, under the same policy.
//!
//! **Invariant**: nothing leaves here that the policy's row filter does not admit, not even as a number.

mod clause;
mod everything;
mod include;
mod page;
mod place;
mod plan;
mod scope;
mod sort;
mod verify;

pub(crate) use clause::{Clause, Finds, Span};
pub(crate) use plan::{Candidate, NOWHERE, Plan, Walk};
pub(crate) use scope::{Pats, named_patients};

use crate::records::Caller;
use crate::store::Inner;
use crate::{Error, Stored};
use salus_access::{Action, RowFilter};
use salus_fhir::search::Query;

/// A search on behalf of somebody.
pub(crate) struct Search<'a> {
    inner: &'a Inner,
    caller: &'a Caller,
    /// By which right things are found.
    action: Action,
}

impl<'a> Search<'a> {
    /// On behalf of somebody, who sees what they may do this to.
    pub(crate) fn new(inner: &'a Inner, caller: &'a Caller, action: Action) -> Self {
        Self { inner, caller, action }
    }

    /// The same by the right to read: for what comes along with what was found.
    fn reading(&self) -> Self {
        Self { action: Action::Read, ..*self }
    }

    fn rows(&self, type_name: &str) -> RowFilter<'a> {
        self.caller.filter(self.action, type_name)
    }

    /// Every resource a query finds, whatever its order, paging and inclusions say.
    pub(crate) async fn all(&self, query: &Query) -> Result<Vec<Stored>, Error> {
        let Some(check) = self.prepare(query).await? else { return Ok(Vec::new()) };
        let check = check.gathered();
        let candidates = self.inner.backend.candidates(check.plan.clone()).await?;
        let mut found = Vec::new();
        for piece in candidates.chunks(PIECE) {
            found.extend(self.verified(&check, piece).await?.into_iter().map(|found| found.stored));
        }
        Ok(found)
    }
}

/// So many bodies are looked at at once.
const PIECE: usize = 256;

/// The plan that finds everything a query matches, whoever asks; for conditions of a batch.
pub(crate) async fn condition(inner: &Inner, query: &Query) -> Result<Option<Plan>, Error> {
    let anybody = Caller::System("watch a condition");
    let prepared = Search::new(inner, &anybody, Action::Search).prepare(query).await?;
    Ok(prepared.map(|check| check.plan.gathered()))
}
