//! `GET /api/v1/people/{id}/glance`: the record at a glance.

use super::reading::{current_first, facts_of, newest_of_each, person, result_groups};
use crate::concepts::concepts;
use crate::facts::{Fact, Standing};
use crate::question_date;
use crate::shapes::{AllergyItem, ConditionItem, EncounterItem, Glance, ImmunizationItem, MedicineItem};
use salus_access::Relationship;
use salus_http::people::summary;
use salus_http::{ApiError, Caller, Json, Path};

/// Vaccinations shown at a glance.
const IMMUNIZATIONS: usize = 5;
/// Points of the small curve beside a result.
const POINTS: usize = 12;

/// See the record at a glance
#[utoipa::path(get, path = "/api/v1/people/{id}/glance", tag = "record", operation_id = "getGlance",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Glance), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Json<Glance>, ApiError> {
    let stored = person(&caller, &id).await?;
    let relationship = caller.subject.patients.get(&id).copied().unwrap_or(Relationship::InCare);
    let of = |types: &'static [&'static str]| facts_of(&caller, &id, types);
    let current = |facts: Vec<Fact>| {
        facts.into_iter().filter(|fact| fact.standing == Standing::Current).collect::<Vec<Fact>>()
    };
    let allergies = current_first(of(&["AllergyIntolerance"]).await?);
    let conditions = newest_of_each(current(of(&["Condition"]).await?));
    let medicines = newest_of_each(current(of(&["MedicationRequest", "MedicationStatement"]).await?));
    let results = result_groups(&of(&["Observation"]).await?);
    let immunizations = newest_of_each(current(of(&["Immunization"]).await?));
    let encounters = of(&["Encounter", "Appointment"]).await?;
    let documents = super::reading::resources(&caller, &id, "DocumentReference").await?.0.len();
    let today = question_date(caller.now);
    let starts_later = |fact: &&Fact| fact.date.as_ref().is_some_and(|date| date.first > today);
    let main: Vec<&str> =
        concepts().main_analytes().iter().flat_map(|concept| concept.codes.clone()).collect();
    let is_main = |code: &str| main.contains(&code);
    Ok(Json(Glance {
        person: summary(&id, &stored.json()?, relationship, caller.now),
        allergies: allergies.iter().map(AllergyItem::of).collect(),
        conditions: conditions.iter().map(ConditionItem::of).collect(),
        medicines: medicines.iter().map(MedicineItem::of).collect(),
        results: results
            .into_iter()
            .filter(|group| is_main(&group.code))
            .map(|mut group| {
                group.points.drain(..group.points.len().saturating_sub(POINTS));
                group
            })
            .collect(),
        immunizations: immunizations.iter().take(IMMUNIZATIONS).map(ImmunizationItem::of).collect(),
        last_encounter: encounters.iter().find(|fact| !starts_later(fact)).map(EncounterItem::of),
        upcoming_encounter: encounters.iter().rev().find(starts_later).map(EncounterItem::of),
        documents: documents as u64,
    }))
}
