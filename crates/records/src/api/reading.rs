//! Reading parts of a record for a screen: always fresh, always through the caller's door.

use crate::concepts::{Domain, concepts};
use crate::facts::{Fact, Kind, Standing, System};
use crate::library::facts;
use crate::shapes::{ResultGroup, ResultPoint};
use salus_fhir::search::Query;
use salus_http::{ApiError, Caller};
use salus_store::Stored;
use std::collections::HashMap;

/// The person, if the caller may read them.
pub(super) async fn person(caller: &Caller, id: &str) -> Result<Stored, ApiError> {
    caller.records.read("Patient", id).await?.ok_or_else(|| ApiError::not_found("person"))
}

/// The facts of some resource types in a person's record, newest first.
pub(super) async fn facts_of(
    caller: &Caller,
    person_id: &str,
    types: &[&str],
) -> Result<Vec<Fact>, ApiError> {
    person(caller, person_id).await?;
    let mut found = Vec::new();
    for type_name in types {
        let (stored, shared) = resources(caller, person_id, type_name).await?;
        found.extend(facts(&stored, &shared)?);
    }
    found.sort_by(|a, b| b.order().cmp(&a.order()).then_with(|| a.source.cmp(&b.source)));
    Ok(found)
}

/// The resources of a type that are about a person, and the medicines they refer to.
pub(super) async fn resources(
    caller: &Caller,
    person_id: &str,
    type_name: &str,
) -> Result<(Vec<Stored>, Vec<Stored>), ApiError> {
    let mut pairs = vec![("patient".to_owned(), format!("Patient/{person_id}"))];
    if matches!(type_name, "MedicationRequest" | "MedicationStatement") {
        pairs.push(("_include".to_owned(), format!("{type_name}:medication")));
    }
    let query = Query::parse(type_name, &pairs).map_err(|error| ApiError::internal(error.to_string()))?;
    let found = caller.records.search_all(&query).await?;
    Ok((found.matches, found.included))
}

/// The newest fact of each name.
pub(super) fn newest_of_each(facts: Vec<Fact>) -> Vec<Fact> {
    let mut seen: Vec<String> = Vec::new();
    facts
        .into_iter()
        .filter(|fact| {
            let name = fact.recorded.to_lowercase();
            let is_new = !seen.contains(&name);
            if is_new {
                seen.push(name);
            }
            is_new
        })
        .collect()
}

/// Measurements grouped by what is measured, in one unit each; the main ones first, then by name.
pub(super) fn result_groups(facts: &[Fact]) -> Vec<ResultGroup> {
    let mut groups: HashMap<String, (Option<u8>, ResultGroup)> = HashMap::new();
    for fact in facts.iter().rev().filter(|fact| fact.kind == Kind::Observation) {
        let Some(point) = fact.measure.as_ref().and_then(|measure| ResultPoint::of(fact, measure)) else {
            continue;
        };
        let code = fact.codes.iter().find(|code| code.system == System::Loinc).or_else(|| fact.codes.first());
        let known = code.and_then(|code| concepts().of_code(Domain::Analyte, &code.code).into_iter().next());
        let what = known.map_or_else(|| fact.recorded.to_lowercase(), |concept| concept.key.to_owned());
        let key = format!("{what} {}", point.unit.as_deref().unwrap_or_default());
        let (_, group) = groups.entry(key).or_insert_with(|| {
            let group = ResultGroup {
                code: code.map_or_else(|| fact.recorded.clone(), |code| code.code.clone()),
                title: fact.recorded.clone(),
                plain_title: known.map(|_| fact.title.clone()),
                unit: None,
                latest: point.clone(),
                points: Vec::new(),
            };
            (known.and_then(|concept| concept.main), group)
        });
        group.unit.clone_from(&point.unit);
        group.latest = point.clone();
        group.points.push(point);
    }
    let mut groups: Vec<(Option<u8>, ResultGroup)> = groups.into_values().collect();
    groups.sort_by(|(a, left), (b, right)| {
        a.unwrap_or(u8::MAX).cmp(&b.unwrap_or(u8::MAX)).then_with(|| left.title.cmp(&right.title))
    });
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Entries that hold today come first, then those of the past; newest first in each.
pub(super) fn current_first(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by_key(|fact| match fact.standing {
        Standing::Current => 0,
        Standing::Unconfirmed | Standing::Planned => 1,
        Standing::Past => 2,
        Standing::Refuted => 3,
    });
    facts
}
