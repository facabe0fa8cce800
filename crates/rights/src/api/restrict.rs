//! `POST /api/v1/people/{id}/restrictions`: a record, or part of it, is kept and shown to nobody else.

use crate::holder::holder;
use crate::restriction::{self, Restriction, data_class};
use http::StatusCode;
use salus_http::{ApiError, Caller, Json, Path};
use salus_store::Batch;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be restricted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestrictionWish {
    /// The classes of data; empty = everything.
    #[serde(default)]
    data_classes: Vec<String>,
    /// Why, up to 1,000 characters.
    #[serde(default)]
    reason: String,
}

/// Restrict a record, or classes of its data
///
/// What is restricted is kept and shown to nobody but the person, until that is lifted.
#[utoipa::path(post, path = "/api/v1/people/{id}/restrictions", tag = "rights", operation_id = "restrict",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = RestrictionWish,
    responses((status = 201, body = Restriction), (status = 404, body = salus_http::Problem),
              (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
    Json(wish): Json<RestrictionWish>,
) -> Result<(StatusCode, Json<Restriction>), ApiError> {
    holder(&caller, &id).await?;
    let mut classes = Vec::new();
    for (code, place) in wish.data_classes.iter().zip(0..) {
        let why = "There is no such class of data.";
        let unknown = || ApiError::invalid(why).at(format!("dataClasses[{place}]"), why);
        classes.push(data_class(code).ok_or_else(unknown)?);
    }
    let reason: String = wish.reason.trim().chars().take(1_000).collect();
    let reason = if reason.is_empty() { "No reason given.".to_owned() } else { reason };
    let consent = restriction::restriction(&id, &classes, &reason, caller.now);
    let written = caller.records.write(Batch::create(consent)).await?;
    let consent = written.first().map(|written| written.id.clone()).unwrap_or_default();
    let absent = || ApiError::not_found("restriction");
    let stored = caller.records.read("Consent", &consent).await?.ok_or_else(absent)?;
    let shown = restriction::read(&stored, &stored.json()?).ok_or_else(absent)?;
    Ok((StatusCode::CREATED, Json(shown)))
}
