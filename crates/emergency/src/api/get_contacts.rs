//! `GET /api/v1/people/{id}/emergency-contacts`: whom the person named.

use super::who::require_own;
use crate::contacts::{NamedContact, named};
use salus_http::{ApiError, Caller, Json, Path};

/// List the emergency contacts
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-contacts", tag = "emergency",
    operation_id = "getEmergencyContacts",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<NamedContact>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<NamedContact>>, ApiError> {
    require_own(&caller, &id)?;
    let patient = caller.records.read("Patient", &id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    Ok(Json(named(&patient.json()?)))
}
