//! `DELETE /api/v1/tokens/{id}`: take an API token back.

use crate::{ApiError, App, Caller, Path};
use axum::extract::State;
use http::StatusCode;

/// Revoke an API token
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "revokeToken",
    params(("id" = String, Path, description = "Of the token, from the list.")),
    responses((status = 204, description = "It opens nothing any more."), (status = 404, description = "There is no such token of yours.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    match app.auth.revoke_token(caller.account(), &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("token")),
    }
}
