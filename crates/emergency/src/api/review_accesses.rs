//! `GET /api/v1/people/{id}/emergency-accesses`: who broke the glass, when, why, what they read, and who was told.

use super::shapes::{AccessItem, Agreed, ToldItem};
use super::who::require_own;
use crate::glass::Access;
use crate::glass::notice::{EMERGENCY_NOTICE, Notice};
use crate::glass::review::read_during;
use crate::link::of_patient;
use axum::extract::State;
use salus_auth::emergency::EMERGENCY_ACCESS;
use salus_http::{ApiError, App, Caller, Json, Path, people};

/// See who opened the record in an emergency, what they read, and who was told
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-accesses", tag = "emergency",
    operation_id = "reviewEmergencies", params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<AccessItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<AccessItem>>, ApiError> {
    require_own(&caller, &id)?;
    let patient = caller.records.read("Patient", &id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let name = people::name(&patient.json()?);
    let records = app.store.system("show a person who broke the glass");
    let stored = of_patient(&records, EMERGENCY_NOTICE, &id).await?;
    let mut notices = stored.iter().map(Notice::read).collect::<Result<Vec<_>, _>>()?;
    notices.sort_by(|one, other| one.id.cmp(&other.id));
    let mut items = Vec::new();
    for stored in of_patient(&records, EMERGENCY_ACCESS, &id).await? {
        let access = Access::read(&stored)?;
        let mut item = AccessItem::of(&access, name.clone(), Agreed::EmergencyView, caller.now);
        item.read = read_during(&records, &access).await?;
        let told = notices.iter().filter(|notice| notice.access == access.id);
        item.told = told.cloned().map(ToldItem::of).collect();
        items.push(item);
    }
    items.sort_by(|one, other| other.opened_at.cmp(&one.opened_at));
    Ok(Json(items))
}
