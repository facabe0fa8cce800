//! `DELETE /api/v1/people/{id}/sharing/{share}`: taken back.

use super::owner::decides;
use http::StatusCode;
use salus_http::{ApiError, Caller, Path};
use salus_store::{Batch, Expect, Op};

/// Stop sharing
///
/// The consent stays in the record as one that no longer counts, so that it can be seen later what was agreed when.
#[utoipa::path(delete, path = "/api/v1/people/{id}/sharing/{share}", tag = "sharing", operation_id = "stopSharing",
    params(("id" = String, Path, description = "Id of the person"), ("share" = String, Path, description = "Id of the share")),
    responses((status = 204, description = "It no longer counts."), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path((person, share)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    decides(&caller, &person)?;
    let stored = caller.records.read("Consent", &share).await?.ok_or_else(|| ApiError::not_found("share"))?;
    let mut consent = stored.json()?;
    if consent["patient"]["reference"] != format!("Patient/{person}") {
        return Err(ApiError::not_found("share"));
    }
    if consent["status"] == "active" {
        consent["status"] = "inactive".into();
        let expect = Expect::Version(stored.version);
        caller.records.write(Batch::of(Op::Put { resource: consent, expect })).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
