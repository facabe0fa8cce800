//! `DELETE /api/v1/erasures/{id}`: an erasure is called off.

use super::get_erasure::asked_by;
use crate::erasure;
use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Call an erasure off that still waits
#[utoipa::path(delete, path = "/api/v1/erasures/{id}", tag = "rights", operation_id = "callOffErasure",
    params(("id" = String, Path, description = "Id of the erasure")),
    responses((status = 204, description = "Nothing will be erased"), (status = 404, body = salus_http::Problem),
              (status = 409, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let found = asked_by(&caller, &app, &id).await?;
    match erasure::call_off(&app, found).await? {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(ApiError::conflict("It is too late: the erasure has begun, or is over.")),
    }
}
