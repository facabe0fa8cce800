//! `DELETE /api/v1/emergency/accesses/{id}`: closing an emergency before its time.

use super::list_accesses::own;
use crate::glass::event::{Happened, event, origin};
use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, ClientAddress, Path};
use salus_store::{Batch, Expect, Op};

/// End an emergency you opened
#[utoipa::path(delete, path = "/api/v1/emergency/accesses/{id}", tag = "emergency", operation_id = "endEmergency",
    params(("id" = String, Path, description = "Id of the emergency")),
    responses((status = 204), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let records = app.store.system("end an emergency");
    let mut access = own(&caller, &records, &id).await?;
    if access.is_open(caller.now) {
        access.ended_at = Some(caller.now);
        let put = Op::Put { resource: access.resource(), expect: Expect::Version(access.version) };
        let notes = vec![event(Happened::Ended, caller.account(), Some(&access.patient))];
        records.seen_from(&origin(address)).write(Batch { notes, ..Batch::of(put) }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
