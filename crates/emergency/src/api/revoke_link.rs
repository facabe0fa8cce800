//! `DELETE /api/v1/people/{id}/emergency-links/{link}`: taking a link back. From then on it opens nothing.

use super::show_link::link_of;
use super::who::require_own_and_write;
use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};
use salus_store::{Batch, Expect, Op};

/// Take a link back
#[utoipa::path(delete, path = "/api/v1/people/{id}/emergency-links/{link}", tag = "emergency",
    operation_id = "revokeEmergencyLink",
    params(("id" = String, Path, description = "Id of the person"), ("link" = String, Path, description = "Id of the link")),
    responses((status = 204), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, link)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    require_own_and_write(&caller, &id)?;
    let records = app.store.system("take an emergency link back");
    let mut link = link_of(&records, &id, &link).await?;
    link.revoked_at.get_or_insert(caller.now);
    // Whatever is counted at this moment, the link ends: no version is asked for.
    let op = Op::Put { resource: link.resource(), expect: Expect::Any };
    records.write(Batch::of(op)).await?;
    Ok(StatusCode::NO_CONTENT)
}
