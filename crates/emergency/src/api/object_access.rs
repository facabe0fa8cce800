//! `POST /api/v1/people/{id}/emergency-accesses/{access}/objection`: the person says that it was not right.

use super::who::{require_own_and_write, typed};
use crate::glass::Access;
use axum::extract::State;
use http::StatusCode;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Expect, Op};
use serde::Deserialize;
use serde_json::json;

/// The objection.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectionWish {
    /// What was not right, 5 to 2000 characters.
    objection: String,
}

/// Say that an emergency access was not right
///
/// It becomes a task for whoever runs this installation.
#[utoipa::path(post, path = "/api/v1/people/{id}/emergency-accesses/{access}/objection", tag = "emergency",
    operation_id = "objectToEmergency", request_body = ObjectionWish,
    params(("id" = String, Path, description = "Id of the person"), ("access" = String, Path, description = "Id of the emergency")),
    responses((status = 204), (status = 404, body = salus_http::Problem),
        (status = 409, description = "There is an objection already.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, access)): Path<(String, String)>,
    Json(wish): Json<ObjectionWish>,
) -> Result<StatusCode, ApiError> {
    require_own_and_write(&caller, &id)?;
    let records = app.store.system("a person objects to an emergency access");
    let mut access = Access::get(&records, &access).await?;
    if access.patient != id {
        return Err(ApiError::not_found("emergency"));
    }
    if access.objection.is_some() {
        return Err(ApiError::conflict("You have said so already; it is being looked at."));
    }
    let words = typed("objection", &wish.objection, 5, 2_000)?;
    let task = task(&access, &words, caller.now);
    access.objection = Some((words, caller.now));
    let put = Op::Put { resource: access.resource(), expect: Expect::Version(access.version) };
    records.write(Batch { ops: vec![put, Op::Create { resource: task }], ..Batch::default() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What whoever runs the installation has to look into.
fn task(access: &Access, words: &str, now: Timestamp) -> Value {
    let patient = format!("Patient/{}", access.patient);
    json!({
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": { "text": "Look into an emergency access" },
        "description": format!(
            "{} opened this record on {}. The person says that it was not right: {words}",
            access.who,
            access.opened_at,
        ),
        "for": { "reference": patient },
        "requester": { "reference": patient },
        "authoredOn": now.to_string(),
    })
}
