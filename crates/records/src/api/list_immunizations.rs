//! `GET /api/v1/people/{id}/immunizations`: the vaccinations of a person.

use super::reading::facts_of;
use crate::shapes::ImmunizationItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List vaccinations, newest first
#[utoipa::path(get, path = "/api/v1/people/{id}/immunizations", tag = "record", operation_id = "listImmunizations",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<ImmunizationItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<ImmunizationItem>>, ApiError> {
    let facts = facts_of(&caller, &id, &["Immunization"]).await?;
    Ok(Json(facts.iter().map(ImmunizationItem::of).collect()))
}
