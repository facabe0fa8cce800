//! `POST /api/v1/policies`: a new policy.

use super::shape::{Policy, PolicyItem};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json};

/// Write an access policy
///
/// A policy of which any part is not understood is refused whole.
#[utoipa::path(post, path = "/api/v1/policies", tag = "policies", operation_id = "createPolicy", request_body = Policy,
    responses(
        (status = 201, body = PolicyItem),
        (status = 404, description = "You do not run this installation."),
        (status = 422, description = "A part of it is not understood; which one is told."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(policy): Json<Policy>,
) -> Result<Response, ApiError> {
    caller.require_admin()?;
    let id = app.auth.write_policy(None, policy.resource()?).await?;
    let kept = PolicyItem::of(app.auth.policy(&id).await?, &[])?;
    Ok((StatusCode::CREATED, Json(kept)).into_response())
}
