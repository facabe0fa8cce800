//! `DELETE /api/v1/apps/{id}`: take an app's access back.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Take an app's access back
#[utoipa::path(delete, path = "/api/v1/apps/{id}", tag = "apps", operation_id = "takeAppBack",
    params(("id" = String, Path, description = "Of the access, from the list.")),
    responses(
        (status = 204, description = "Its tokens open nothing any more."),
        (status = 404, description = "There is no such access of yours."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_session()?;
    match app.auth.take_back_grant(caller.account(), &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("access of an app")),
    }
}
