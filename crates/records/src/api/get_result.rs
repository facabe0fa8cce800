//! `GET /api/v1/people/{id}/results/{code}`: all measurements of one thing.

use super::reading::{facts_of, result_groups};
use crate::shapes::ResultGroup;
use salus_http::{ApiError, Caller, Json, Path};

/// Read the measurements of one thing, by the code that the list gives
#[utoipa::path(get, path = "/api/v1/people/{id}/results/{code}", tag = "record", operation_id = "getResult",
    params(("id" = String, Path, description = "Id of the person"),
           ("code" = String, Path, description = "Code of the group")),
    responses((status = 200, body = ResultGroup), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
) -> Result<Json<ResultGroup>, ApiError> {
    let facts = facts_of(&caller, &id, &["Observation"]).await?;
    let mut groups = result_groups(&facts).into_iter();
    groups.find(|group| group.code == code).map(Json).ok_or_else(|| ApiError::not_found("result"))
}
