//! `GET /api/v1/people/{id}/exports`: the archives of a record.

use super::shapes::ExportItem;
use crate::export;
use crate::holder::holder;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};

/// List the archives of a record, the latest first
#[utoipa::path(get, path = "/api/v1/people/{id}/exports", tag = "rights", operation_id = "listExports",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<ExportItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<ExportItem>>, ApiError> {
    holder(&caller, &id).await?;
    let exports = export::list(&app.store.system("list the archives of a record"), &id).await?;
    Ok(Json(exports.into_iter().map(ExportItem::from).collect()))
}
