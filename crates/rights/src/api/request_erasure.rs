//! `POST /api/v1/people/{id}/erasure`: a person is to be erased.

use super::shapes::ErasureItem;
use crate::Config;
use crate::erasure::{self, Ask};
use crate::holder::holder;
use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use salus_http::{ApiError, App, Caller, Json, Path, people};
use salus_store::{Conflict, Error};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The wish.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ErasureWish {
    /// The person's name as it is shown, typed to confirm.
    confirmation: String,
    /// Whether the person's own account goes too, where it has nobody else's record.
    #[serde(default)]
    close_account: bool,
    /// Whether references to the person in the records of others are blackened.
    #[serde(default)]
    redact_mentions: bool,
}

/// An erasure that was taken on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasureAccepted {
    /// As it stands.
    erasure: ErasureItem,
    /// What opens the certificate later, without an account too. It is shown this once.
    receipt: String,
}

/// Erase a person
///
/// Everything they own goes, with the key that sealed it; it cannot be undone. It is done in the background, after the
/// time in which it can be called off, if there is one.
#[utoipa::path(post, path = "/api/v1/people/{id}/erasure", tag = "rights", operation_id = "requestErasure",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = ErasureWish,
    responses((status = 202, body = ErasureAccepted), (status = 403, body = salus_http::Problem),
              (status = 404, body = salus_http::Problem), (status = 409, body = salus_http::Problem),
              (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Extension(config): Extension<Arc<Config>>,
    Path(id): Path<String>,
    Json(wish): Json<ErasureWish>,
) -> Result<(StatusCode, Json<ErasureAccepted>), ApiError> {
    let (person, standing) = holder(&caller, &id).await?;
    caller.require_step_up()?;
    let name = people::name(&person.json()?);
    if wish.confirmation.trim() != name {
        let why = "Type the name of the person exactly as it is shown.";
        return Err(ApiError::invalid(why).at("confirmation", why));
    }
    let ask = Ask {
        patient: id,
        requested_by: caller.account().to_owned(),
        requested_as: standing,
        not_before: app.now() + SignedDuration::from_hours(config.cooling_off_hours.into()),
        close_account: wish.close_account,
        redact_mentions: wish.redact_mentions,
    };
    let begun = erasure::begin(&app, ask).await.map_err(|error| match error {
        Error::Conflict(Conflict::Condition { .. }) => {
            ApiError::conflict("An erasure of this record was asked for already.")
        }
        other => other.into(),
    })?;
    let receipt = begun.receipt.expose().clone();
    Ok((StatusCode::ACCEPTED, Json(ErasureAccepted { erasure: begun.erasure.into(), receipt })))
}
