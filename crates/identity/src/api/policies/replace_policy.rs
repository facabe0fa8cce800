//! `PUT /api/v1/policies/{id}`: another text in place of a policy's.

use super::shape::{Policy, PolicyItem};
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};

/// Replace an access policy
///
/// The accounts that have it obey it at once.
#[utoipa::path(put, path = "/api/v1/policies/{id}", tag = "policies", operation_id = "replacePolicy",
    params(("id" = String, Path, description = "Of the policy.")), request_body = Policy,
    responses(
        (status = 200, body = PolicyItem),
        (status = 404, description = "There is none, or none for you."),
        (status = 422, description = "A part of it is not understood; which one is told."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(policy): Json<Policy>,
) -> Result<Json<PolicyItem>, ApiError> {
    caller.require_admin()?;
    app.auth.write_policy(Some(&id), policy.resource()?).await?;
    PolicyItem::of(app.auth.policy(&id).await?, &app.auth.every_account().await?).map(Json)
}
