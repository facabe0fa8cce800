//! `GET /api/v1/people/{id}/emergency-contacts`: whom the person named.

use super::shapes::EmergencyContacts;
use super::who::require_own;
use crate::contacts::named;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};

/// List the emergency contacts
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-contacts", tag = "emergency",
    operation_id = "getEmergencyContacts",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = EmergencyContacts), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<EmergencyContacts>, ApiError> {
    require_own(&caller, &id)?;
    let patient = caller.records.read("Patient", &id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    Ok(Json(EmergencyContacts::of(named(&patient.json()?), &app)))
}
