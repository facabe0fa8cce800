//! `GET /api/v1/people/{id}/emergency-links`: the links there are, and who opened them.

use super::shapes::{LinkItem, OpeningItem};
use super::who::require_own;
use crate::link::{EMERGENCY_LINK, EmergencyLink, OPENING, of_patient};
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use std::collections::HashMap;

/// Openings shown of a link.
const MOST: usize = 100;

/// List the links that share the emergency card
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-links", tag = "emergency",
    operation_id = "listEmergencyLinks",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<LinkItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<LinkItem>>, ApiError> {
    require_own(&caller, &id)?;
    let records = app.store.system("show a person their emergency links");
    let mut openings: HashMap<String, Vec<OpeningItem>> = HashMap::new();
    for stored in of_patient(&records, OPENING, &id).await? {
        let body = stored.json()?;
        let link = body["link"]["reference"].as_str().unwrap_or_default().to_owned();
        let of_link = openings.entry(link).or_default();
        if of_link.len() < MOST {
            of_link.push(OpeningItem::of(&body));
        }
    }
    let mut items = Vec::new();
    for stored in of_patient(&records, EMERGENCY_LINK, &id).await? {
        let link = EmergencyLink::read(&stored)?;
        let opened = openings.remove(&format!("{EMERGENCY_LINK}/{}", link.id)).unwrap_or_default();
        items.push(LinkItem::of(&link, opened, caller.now));
    }
    items.sort_by(|one, other| other.created_at.cmp(&one.created_at).then_with(|| one.id.cmp(&other.id)));
    Ok(Json(items))
}
