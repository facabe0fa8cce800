//! `GET /api/v1/people/{id}/conditions`: what a person has or had.

use super::reading::{current_first, facts_of};
use crate::shapes::ConditionItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List conditions, those that hold today first
#[utoipa::path(get, path = "/api/v1/people/{id}/conditions", tag = "record", operation_id = "listConditions",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<ConditionItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<ConditionItem>>, ApiError> {
    let facts = facts_of(&caller, &id, &["Condition"]).await?;
    Ok(Json(current_first(facts).iter().map(ConditionItem::of).collect()))
}
