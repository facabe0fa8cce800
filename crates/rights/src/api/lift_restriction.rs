//! `DELETE /api/v1/people/{id}/restrictions/{restriction}`: a restriction is lifted.

use crate::holder::holder;
use crate::restriction;
use http::StatusCode;
use salus_http::{ApiError, Caller, Path};
use salus_store::{Batch, Expect, Op};

/// Lift a restriction
///
/// The consent stays in the record, no longer in force, so that it can be seen when it held.
#[utoipa::path(delete, path = "/api/v1/people/{id}/restrictions/{restriction}", tag = "rights", operation_id = "liftRestriction",
    params(("id" = String, Path, description = "Id of the person"), ("restriction" = String, Path, description = "Id of the restriction")),
    responses((status = 204, description = "It no longer holds"), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path((id, restriction)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    holder(&caller, &id).await?;
    let absent = || ApiError::not_found("restriction");
    let stored = caller.records.read("Consent", &restriction).await?.ok_or_else(absent)?;
    let mut consent = stored.json()?;
    let found = restriction::read(&stored, &consent).ok_or_else(absent)?;
    if consent["patient"]["reference"] != format!("Patient/{id}") {
        return Err(absent());
    }
    if found.is_active {
        consent["status"] = "inactive".into();
        let op = Op::Put { resource: consent, expect: Expect::Version(stored.version) };
        caller.records.write(Batch::of(op)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
