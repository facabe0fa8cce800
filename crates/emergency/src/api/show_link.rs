//! `GET /api/v1/people/{id}/emergency-links/{link}`: the code of a link, to be shown or printed again.

use super::shapes::{LinkCode, LinkItem};
use super::who::require_own_and_write;
use crate::link::{EMERGENCY_LINK, EmergencyLink, payload};
use axum::extract::State;
use http::HeaderMap;
use http::header::HOST;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::Records;

/// Show the code of a link
///
/// The code is kept sealed under the person's own key, so that it can be shown again.
#[utoipa::path(get, path = "/api/v1/people/{id}/emergency-links/{link}", tag = "emergency",
    operation_id = "showEmergencyLink",
    params(("id" = String, Path, description = "Id of the person"), ("link" = String, Path, description = "Id of the link")),
    responses((status = 200, body = LinkCode), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path((id, link)): Path<(String, String)>,
) -> Result<Json<LinkCode>, ApiError> {
    require_own_and_write(&caller, &id)?;
    caller.require_step_up()?;
    let records = app.store.system("show a person the code of their emergency link");
    let link = link_of(&records, &id, &link).await?;
    let item = LinkItem::of(&link, Vec::new(), caller.now);
    code_of(&link, item, &origin(&app, &headers)).map(Json)
}

/// The link of this person; to anybody else's there is none.
pub(super) async fn link_of(records: &Records, person: &str, id: &str) -> Result<EmergencyLink, ApiError> {
    let nothing = || ApiError::not_found("link");
    let stored = records.read(EMERGENCY_LINK, id).await?.ok_or_else(nothing)?;
    let link = EmergencyLink::read(&stored)?;
    if link.patient == person { Ok(link) } else { Err(nothing()) }
}

pub(super) fn code_of(link: &EmergencyLink, item: LinkItem, origin: &str) -> Result<LinkCode, ApiError> {
    let url = payload::address(link, origin);
    let svg = payload::picture(&url).ok_or_else(|| ApiError::internal("a link is too long for a code"))?;
    Ok(LinkCode { link: item, url, svg })
}

/// Where people reach this server: as configured, else as the request calls it.
pub(super) fn origin(app: &App, headers: &HeaderMap) -> String {
    if let Some(origin) = &app.config.public_origin {
        return origin.trim_end_matches('/').to_owned();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if app.config.is_tls { "https" } else { "http" };
    format!("{scheme}://{host}")
}
