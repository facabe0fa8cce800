//! `DELETE /api/v1/policies/{id}`: a policy that nobody has any more.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Delete an access policy
#[utoipa::path(delete, path = "/api/v1/policies/{id}", tag = "policies", operation_id = "deletePolicy",
    params(("id" = String, Path, description = "Of the policy.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is none, or none for you."),
        (status = 409, description = "Accounts have it."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    app.auth.delete_policy(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
