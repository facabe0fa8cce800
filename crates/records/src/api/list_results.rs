//! `GET /api/v1/people/{id}/results`: all measurements of a person.

use super::reading::{facts_of, result_groups};
use crate::shapes::ResultGroup;
use salus_http::{ApiError, Caller, Json, Path};

/// List measurements, grouped by what was measured, oldest first in each group
#[utoipa::path(get, path = "/api/v1/people/{id}/results", tag = "record", operation_id = "listResults",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<ResultGroup>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<ResultGroup>>, ApiError> {
    let facts = facts_of(&caller, &id, &["Observation"]).await?;
    Ok(Json(result_groups(&facts)))
}
