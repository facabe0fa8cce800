//! `POST /api/v1/people/{id}/exports`: everything in a record is to be made into an archive.

use super::shapes::ExportItem;
use crate::Config;
use crate::export::{self, RecordExport};
use crate::holder::holder;
use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The wish.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExportWish {
    /// Whether the versions of the past are to be in it.
    #[serde(default)]
    with_history: bool,
}

/// Have everything in a record made into an archive
///
/// It is made in the background, can be downloaded for some days, and is deleted then.
#[utoipa::path(post, path = "/api/v1/people/{id}/exports", tag = "rights", operation_id = "requestExport",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = ExportWish,
    responses((status = 202, body = ExportItem), (status = 403, body = salus_http::Problem),
              (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Extension(config): Extension<Arc<Config>>,
    Path(id): Path<String>,
    Json(wish): Json<ExportWish>,
) -> Result<(StatusCode, Json<ExportItem>), ApiError> {
    holder(&caller, &id).await?;
    caller.require_step_up()?;
    let expires_at = app.now() + SignedDuration::from_hours(24 * i64::from(config.export_days.max(1)));
    let wished = RecordExport::wished(&id, caller.account(), app.now(), expires_at, wish.with_history);
    Ok((StatusCode::ACCEPTED, Json(export::begin(&app, wished).await?.into())))
}
