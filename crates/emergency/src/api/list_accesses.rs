//! `GET /api/v1/emergency/accesses`: the emergencies that the caller opened.

use super::shapes::{AccessItem, Agreed};
use crate::glass::Access;
use axum::extract::State;
use salus_access::AccessPolicy;
use salus_auth::emergency::EMERGENCY_ACCESS;
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use salus_http::people::name;
use salus_http::{ApiError, App, Caller, Json};
use salus_store::{Page, Records};

/// Emergencies shown, the newest.
const MOST: u32 = 200;

/// List the emergencies you opened, newest first
#[utoipa::path(get, path = "/api/v1/emergency/accesses", tag = "emergency", operation_id = "listEmergencies",
    responses((status = 200, body = Vec<AccessItem>)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<AccessItem>>, ApiError> {
    let records = app.store.system("show a helper the emergencies they opened");
    let pairs = [
        ("account".to_owned(), format!("UserAccount/{}", caller.account())),
        ("_sort".to_owned(), "-_lastUpdated".to_owned()),
    ];
    let query =
        Query::parse(EMERGENCY_ACCESS, &pairs).map_err(|error| ApiError::internal(error.to_string()))?;
    let mut items = Vec::new();
    for stored in records.search(&query, Page::first(MOST)).await?.matches {
        items.push(item(&caller, &app, &records, &Access::read(&stored)?).await?);
    }
    items.sort_by(|one, other| other.opened_at.cmp(&one.opened_at));
    Ok(Json(items))
}

/// The emergency as its helper sees it.
pub(super) async fn item(
    caller: &Caller,
    app: &App,
    records: &Records,
    access: &Access,
) -> Result<AccessItem, ApiError> {
    let patient = match records.read("Patient", &access.patient).await? {
        Some(stored) => stored.json()?,
        None => Value::Null,
    };
    let policy = app.auth.emergency_policy(&caller.subject, &access.patient).await?;
    Ok(AccessItem::of(access, name(&patient), agreed(&policy), caller.now))
}

/// The emergency that the caller opened; to anybody else there is none.
pub(super) async fn own(caller: &Caller, records: &Records, id: &str) -> Result<Access, ApiError> {
    let access = Access::get(records, id).await?;
    if access.account == caller.account() { Ok(access) } else { Err(ApiError::not_found("emergency")) }
}

/// What the person's consents make of the emergency view.
pub(super) fn agreed(policy: &AccessPolicy) -> Agreed {
    if !policy.denials.is_empty() {
        Agreed::Less
    } else if policy.rules.len() > salus_auth::emergency::RULES {
        Agreed::More
    } else {
        Agreed::EmergencyView
    }
}
