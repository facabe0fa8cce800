//! `GET /api/v1/policies/{id}`: one policy.

use super::shape::PolicyItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};

/// Read an access policy
#[utoipa::path(get, path = "/api/v1/policies/{id}", tag = "policies", operation_id = "readPolicy",
    params(("id" = String, Path, description = "Of the policy.")),
    responses((status = 200, body = PolicyItem), (status = 404, description = "There is none, or none for you.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<PolicyItem>, ApiError> {
    caller.require_admin()?;
    PolicyItem::of(app.auth.policy(&id).await?, &app.auth.every_account().await?).map(Json)
}
