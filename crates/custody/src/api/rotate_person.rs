//! `POST /api/v1/keys/person-rotations`: one person is to have a fresh key.

use super::RotationAccepted;
use crate::rotation;
use http::StatusCode;
use salus_http::{ApiError, Caller, Json};
use salus_store::Error;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whose key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PersonRotation {
    /// The id of the person.
    person: String,
}

/// Give one person a fresh key
///
/// Seals everything of theirs anew in the background, and destroys the key before. What exactly was looked at in the past
/// (the details beside the audit) can no longer be opened then; the entries stay.
#[utoipa::path(post, path = "/api/v1/keys/person-rotations", tag = "keys", operation_id = "rotatePersonKey",
    request_body = PersonRotation,
    responses((status = 202, body = RotationAccepted), (status = 403, body = salus_http::Problem),
              (status = 404, body = salus_http::Problem), (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Json(wish): Json<PersonRotation>,
) -> Result<(StatusCode, Json<RotationAccepted>), ApiError> {
    caller.require_admin()?;
    caller.require_step_up()?;
    let job_id =
        rotation::ask_for_person(&caller, wish.person.trim()).await.map_err(|error| match error {
            Error::NotFound => {
                ApiError::invalid("There is no such record.").at("person", "There is no such record.")
            }
            other => other.into(),
        })?;
    Ok((StatusCode::ACCEPTED, Json(RotationAccepted { job_id })))
}
