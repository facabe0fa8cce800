//! `DELETE /api/v1/clients/{id}`: a client may ask nobody any more, and what it was given ends.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Remove a client
#[utoipa::path(delete, path = "/api/v1/clients/{id}", tag = "clients", operation_id = "removeClient",
    params(("id" = String, Path, description = "Of the client.")),
    responses((status = 204, description = "It is gone, with everything people gave it."), (status = 404, description = "There is no such client, or you do not run this installation.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    caller.require_session()?;
    match app.auth.remove_client(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("client")),
    }
}
