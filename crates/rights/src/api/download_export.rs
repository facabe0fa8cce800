//! `GET /api/v1/people/{id}/exports/{export}/content`: the archive itself.

use super::get_export::of_person;
use crate::export::{self, State as ExportState};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use salus_http::{ApiError, App, Caller, Path};

/// Download an archive
///
/// Whoever is erased in the middle of it gets a download that ends too early, never an archive that looks whole.
#[utoipa::path(get, path = "/api/v1/people/{id}/exports/{export}/content", tag = "rights", operation_id = "downloadExport",
    params(("id" = String, Path, description = "Id of the person"), ("export" = String, Path, description = "Id of the archive")),
    responses((status = 200, description = "A ZIP", body = Vec<u8>, content_type = "application/zip"),
              (status = 404, body = salus_http::Problem), (status = 409, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, export)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let records = app.store.system("hand out an archive");
    let found = of_person(&caller, &records, &id, &export).await?;
    caller.require_step_up()?;
    let (ExportState::Ready, Some(size)) = (found.state, found.size) else {
        return Err(ApiError::conflict("The archive is not ready."));
    };
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, size.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", found.file_name)),
    ];
    Ok((headers, Body::from_stream(export::download(records, found))).into_response())
}
