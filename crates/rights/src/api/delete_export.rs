//! `DELETE /api/v1/people/{id}/exports/{export}`: an archive goes before its time.

use super::get_export::of_person;
use crate::export;
use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Delete an archive
#[utoipa::path(delete, path = "/api/v1/people/{id}/exports/{export}", tag = "rights", operation_id = "deleteExport",
    params(("id" = String, Path, description = "Id of the person"), ("export" = String, Path, description = "Id of the archive")),
    responses((status = 204, description = "It is gone"), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, export)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let records = app.store.system("delete an archive");
    let found = of_person(&caller, &records, &id, &export).await?;
    export::remove(&records, &found).await?;
    Ok(StatusCode::NO_CONTENT)
}
