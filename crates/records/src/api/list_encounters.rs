//! `GET /api/v1/people/{id}/encounters`: the visits and stays of a person.

use super::reading::facts_of;
use crate::shapes::EncounterItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List visits and stays, newest first
#[utoipa::path(get, path = "/api/v1/people/{id}/encounters", tag = "record", operation_id = "listEncounters",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<EncounterItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<EncounterItem>>, ApiError> {
    let facts = facts_of(&caller, &id, &["Encounter"]).await?;
    Ok(Json(facts.iter().map(EncounterItem::of).collect()))
}
