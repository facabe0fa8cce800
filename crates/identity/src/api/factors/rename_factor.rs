//! `PUT /api/v1/factors/{id}`: another name for a second step.

use crate::api::factors::list_factors::FactorItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::Deserialize;

/// The new name.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorName {
    /// 1 to 100 characters.
    label: String,
}

/// Rename a second step
#[utoipa::path(put, path = "/api/v1/factors/{id}", tag = "factors", operation_id = "renameFactor",
    params(("id" = String, Path, description = "Of the factor, from the list.")), request_body = FactorName,
    responses((status = 200, body = FactorItem), (status = 404, description = "There is no such factor of yours.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(name): Json<FactorName>,
) -> Result<Json<FactorItem>, ApiError> {
    caller.require_session()?;
    Ok(Json(app.auth.rename_factor(caller.account(), &id, &name.label).await?.into()))
}
