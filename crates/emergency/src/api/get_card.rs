//! `GET /api/v1/people/{id}/emergency-card`: what a stranger must know to help.

use crate::card::EmergencyCard;
use crate::record::{Extent, Record};
use salus_http::{ApiError, Caller, Json, Path};

/// See the emergency card
///
/// It is open to whoever may read the person's record, and to a helper who broke the glass.
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-card", tag = "emergency", operation_id = "getEmergencyCard",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = EmergencyCard), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Json<EmergencyCard>, ApiError> {
    let record = Record::read(&caller.records, &id, Extent::Card).await?;
    let record = record.ok_or_else(|| ApiError::not_found("person"))?;
    Ok(Json(EmergencyCard::of(&record, caller.now)))
}
