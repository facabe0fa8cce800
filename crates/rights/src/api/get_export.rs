//! `GET /api/v1/people/{id}/exports/{export}`: how far an archive is.

use super::shapes::ExportItem;
use crate::export::{self, RecordExport};
use crate::holder::holder;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::Records;

/// See how far an archive is
#[utoipa::path(get, path = "/api/v1/people/{id}/exports/{export}", tag = "rights", operation_id = "getExport",
    params(("id" = String, Path, description = "Id of the person"), ("export" = String, Path, description = "Id of the archive")),
    responses((status = 200, body = ExportItem), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, export)): Path<(String, String)>,
) -> Result<Json<ExportItem>, ApiError> {
    let records = app.store.system("look at an archive");
    Ok(Json(of_person(&caller, &records, &id, &export).await?.into()))
}

/// The archive, where it is of this person and the caller may use their rights.
pub(super) async fn of_person(
    caller: &Caller,
    records: &Records,
    person: &str,
    id: &str,
) -> Result<RecordExport, ApiError> {
    holder(caller, person).await?;
    let found = export::find(records, id).await?.filter(|export| export.patient == person);
    found.filter(|export| caller.now < export.expires_at).ok_or_else(|| ApiError::not_found("archive"))
}
