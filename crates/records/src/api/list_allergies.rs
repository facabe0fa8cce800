//! `GET /api/v1/people/{id}/allergies`: what a person does not tolerate.

use super::reading::{current_first, facts_of};
use crate::shapes::AllergyItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List allergies and intolerances, those that hold today first
#[utoipa::path(get, path = "/api/v1/people/{id}/allergies", tag = "record", operation_id = "listAllergies",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<AllergyItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<AllergyItem>>, ApiError> {
    let facts = facts_of(&caller, &id, &["AllergyIntolerance"]).await?;
    Ok(Json(current_first(facts).iter().map(AllergyItem::of).collect()))
}
