//! `GET /api/v1/people/{id}/timeline`: what happened, newest first.

use super::reading::facts_of;
use crate::facts::{Fact, Kind, Standing};
use crate::shapes::{SourceRef, Timeline, TimelineItem};
use salus_http::{ApiError, Caller, Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

/// What a timeline is made of. Single measurements are told by their reports, or one by one where they have none.
const TYPES: [&str; 13] = [
    "AllergyIntolerance",
    "Appointment",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ExplanationOfBenefit",
    "ImagingStudy",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
];
const USUAL: usize = 50;
const MOST: usize = 200;

/// Which part of the timeline.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// The `next` of the page before.
    before: Option<String>,
    /// How many items, at most 200.
    count: Option<usize>,
}

/// See what happened, newest first
#[utoipa::path(get, path = "/api/v1/people/{id}/timeline", tag = "record", operation_id = "getTimeline",
    params(("id" = String, Path, description = "Id of the person"), Part),
    responses((status = 200, body = Timeline), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<Timeline>, ApiError> {
    let before = part.before.as_deref().map(Place::parse).transpose()?;
    let facts = facts_of(&caller, &id, &TYPES).await?;
    let count = part.count.unwrap_or(USUAL).clamp(1, MOST);
    let mut later = facts
        .iter()
        .filter(|fact| fact.date.is_some() && fact.standing != Standing::Refuted)
        .filter(|fact| before.as_ref().is_none_or(|before| before.is_before(fact)));
    let page: Vec<&Fact> = later.by_ref().take(count).collect();
    let has_more = later.next().is_some();
    let next = page.last().filter(|_| has_more).map(|last| Place::of(last).text());
    Ok(Json(Timeline { items: page.into_iter().filter_map(item).collect(), next }))
}

/// Where a page ended: the moment and the name of its last item.
struct Place {
    order: i64,
    name: String,
}

impl Place {
    fn of(fact: &Fact) -> Self {
        Self { order: fact.order(), name: format!("{}/{}", fact.source.type_name, fact.source.id) }
    }

    fn text(&self) -> String {
        format!("{}~{}", self.order, self.name)
    }

    fn parse(text: &str) -> Result<Self, ApiError> {
        let parsed = text
            .split_once('~')
            .and_then(|(order, name)| Some(Self { order: order.parse().ok()?, name: name.to_owned() }));
        parsed.ok_or_else(|| ApiError::bad_request("`before` is not the `next` of a page."))
    }

    /// Facts come newest first, those of one moment by name.
    fn is_before(&self, fact: &Fact) -> bool {
        let other = Self::of(fact);
        other.order < self.order || (other.order == self.order && other.name > self.name)
    }
}

fn item(fact: &Fact) -> Option<TimelineItem> {
    let kind = match fact.kind {
        Kind::Observation => "result",
        Kind::Condition => "condition",
        Kind::Medicine => "medicine",
        Kind::Allergy => "allergy",
        Kind::Immunization => "immunization",
        Kind::Procedure => "procedure",
        Kind::Encounter => "encounter",
        Kind::Report => "report",
        Kind::Bill | Kind::Coverage => "bill",
        Kind::Document => "document",
        Kind::Family | Kind::Person | Kind::Other => "other",
    };
    let value = fact.measure.as_ref().map(|measure| measure.shown.clone());
    Some(TimelineItem {
        date: fact.date.as_ref()?.iso(),
        kind,
        title: fact.title.clone(),
        detail: value.or_else(|| fact.detail.clone()),
        source: SourceRef::of(fact),
    })
}
