//! `POST /api/v1/keys/master-rotations`: the master key is to be changed.

use super::RotationAccepted;
use crate::rotation;
use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json};

/// Change the master key
///
/// Wraps all data keys anew in the background, while everybody goes on working: by a fresh key file, which takes the
/// place of the one before, or by the newest version of the key in its service. One is under way at a time: asking again
/// meanwhile gives the same job.
#[utoipa::path(post, path = "/api/v1/keys/master-rotations", tag = "keys", operation_id = "rotateMasterKey",
    responses((status = 202, body = RotationAccepted), (status = 403, body = salus_http::Problem),
              (status = 404, body = salus_http::Problem),
              (status = 503, description = "The key service does not answer", body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<(StatusCode, Json<RotationAccepted>), ApiError> {
    caller.require_admin()?;
    caller.require_step_up()?;
    let current = app.store.key_state().await?.current.ok_or_else(ApiError::busy)?;
    let job_id = rotation::ask_for_master(&caller, &current).await?;
    Ok((StatusCode::ACCEPTED, Json(RotationAccepted { job_id })))
}
