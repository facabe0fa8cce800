//! `POST /api/v1/clients/{id}/approval`: let a client in that registered itself.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Let a client in
#[utoipa::path(post, path = "/api/v1/clients/{id}/approval", tag = "clients", operation_id = "approveClient",
    params(("id" = String, Path, description = "Of the client.")),
    responses((status = 204, description = "It may ask people now."), (status = 404, description = "There is no such client, or you do not run this installation.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    caller.require_session()?;
    match app.auth.approve_client(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("client")),
    }
}
