//! `GET /api/v1/policies`: which policies are there?

use super::shape::PolicyItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};

/// List the access policies
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies", operation_id = "listPolicies",
    responses((status = 200, body = Vec<PolicyItem>), (status = 404, description = "You do not run this installation.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<PolicyItem>>, ApiError> {
    caller.require_admin()?;
    let accounts = app.auth.every_account().await?;
    let policies = app.auth.policies().await?.into_iter();
    policies.map(|policy| PolicyItem::of(policy, &accounts)).collect::<Result<_, _>>().map(Json)
}
