//! `Patient/$everything`: a patient's compartment, and the shared resources it refers to.

use super::Search;
use super::page::cursor;
use super::place::{Place, unusable};
use super::plan::Candidate;
use super::verify::Found;
use crate::{Error, Page, SearchPage, Stored};
use salus_fhir::defs;
use salus_fhir::search::Query;

impl Search<'_> {
    /// One page of a patient's compartment: the Patient, then type by type, the last updated first. What is
    /// shared and referred to from the page comes along with it.
    pub(crate) async fn everything(&self, patient_id: &str, page: &Page) -> Result<SearchPage, Error> {
        let Some(key) = self.inner.ring.find(patient_id).await? else { return Ok(SearchPage::default()) };
        let wanted = usize::try_from(page.count).unwrap_or(usize::MAX);
        let place = page.cursor.as_ref().map(Place::of_cursor).transpose()?;
        let mut found: Vec<Found> = Vec::new();
        let mut types = types_of_a_patient()
            .skip_while(|name| place.as_ref().is_some_and(|place| place.type_name != **name));
        let mut after = match &place {
            Some(place) => Some(self.listed(place).await?),
            None => None,
        };
        while let (Some(type_name), true) = (types.next(), found.len() <= wanted) {
            let Some(mut check) = self.prepare(&Query::all(type_name)).await? else { continue };
            check.narrow(&key);
            let missing = wanted.saturating_add(1) - found.len();
            found.extend(self.walked(&check, after.take(), missing).await?);
        }
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more).map(|last| cursor(&last.stored, last.candidate.pat));
        let matches: Vec<Stored> = found.into_iter().map(|found| found.stored).collect();
        let included = self.shared_targets(&matches).await?;
        Ok(SearchPage { matches, included, next, total: None })
    }

    /// Where the resource that a cursor names stood in the listing of its type.
    async fn listed(&self, place: &Place) -> Result<Candidate, Error> {
        let (rid, stored) = self.entry(place).await?;
        let stored = self.caller.shown(self.action, stored)?.ok_or_else(unusable)?;
        Ok(Candidate { pat: place.pat, ord: stored.last_updated.as_microsecond(), rid })
    }
}

/// The types that have a patient's resources, the Patient itself first.
fn types_of_a_patient() -> impl Iterator<Item = &'static str> {
    let belonging = |name: &&str| {
        *name != "Patient" && !defs::is_internal(name) && !defs::compartment_params(name).is_empty()
    };
    std::iter::once("Patient").chain(defs::resource_types().filter(belonging))
}
