//! `POST /api/v1/people/{id}/emergency-links`: a link for whoever will help one day.

use super::shapes::{LinkCode, LinkItem};
use super::show_link::{code_of, origin};
use super::who::{require_own_and_write, typed};
use crate::link::{Content, EmergencyLink, Wish};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::Batch;
use serde::Deserialize;

/// From a quarter of an hour to a year.
const MINUTES: std::ops::RangeInclusive<u32> = 15..=525_600;

/// The link wished for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkWish {
    /// What you call it, 1 to 80 characters. Whoever opens the link sees it.
    label: String,
    /// What it shows.
    content: Content,
    /// Asked for when the link is opened, 4 to 64 characters; none = whoever has the code can open it.
    #[serde(default)]
    passcode: Option<String>,
    /// Whether it shows the record as it is when it is opened; otherwise as it is now.
    #[serde(default = "yes")]
    is_live: bool,
    /// How long it can be opened, in minutes: 15 to 525600 (a year).
    minutes: u32,
}

fn yes() -> bool {
    true
}

/// Make a link that shares the emergency card
#[utoipa::path(post, path = "/api/v1/people/{id}/emergency-links", tag = "emergency",
    operation_id = "createEmergencyLink", request_body = LinkWish,
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 201, body = LinkCode), (status = 404, body = salus_http::Problem),
        (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(wish): Json<LinkWish>,
) -> Result<Response, ApiError> {
    require_own_and_write(&caller, &id)?;
    caller.require_step_up()?;
    if !MINUTES.contains(&wish.minutes) {
        let words = "A link can be opened for 15 minutes at least and for a year at most.";
        return Err(ApiError::invalid(words).at("minutes", words));
    }
    let passcode = wish.passcode.filter(|code| !code.is_empty());
    let wish = Wish {
        patient: id.clone(),
        account: caller.account().to_owned(),
        label: typed("label", &wish.label, 1, 80)?,
        content: wish.content,
        passcode: passcode.map(|code| typed("passcode", &code, 4, 64)).transpose()?,
        is_live: wish.is_live,
        expires_at: caller.now + SignedDuration::from_mins(wish.minutes.into()),
    };
    if caller.records.read("Patient", &id).await?.is_none() {
        return Err(ApiError::not_found("person"));
    }
    let records = app.store.system("make an emergency link for a person");
    let link = EmergencyLink::make(&app, &records, wish).await?;
    records.write(Batch::create(link.resource())).await?;
    let item = LinkItem::of(&link, Vec::new(), caller.now);
    let code: LinkCode = code_of(&link, item, &origin(&app, &headers))?;
    Ok((StatusCode::CREATED, Json(code)).into_response())
}
