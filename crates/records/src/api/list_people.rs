//! `GET /api/v1/people`: whose records the caller may open.

use salus_http::people::{PersonSummary, people};
use salus_http::{ApiError, Caller, Json};

/// List the people whose records the caller may open
#[utoipa::path(get, path = "/api/v1/people", tag = "record", operation_id = "listPeople",
    responses((status = 200, body = Vec<PersonSummary>)))]
pub(crate) async fn handle(caller: Caller) -> Result<Json<Vec<PersonSummary>>, ApiError> {
    Ok(Json(people(&caller).await?))
}
