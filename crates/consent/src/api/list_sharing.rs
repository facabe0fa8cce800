//! `GET /api/v1/people/{id}/sharing`: who reaches the record, and how?

use super::owner::decides;
use crate::classes::CLASSES;
use crate::share::shown;
use axum::extract::State;
use salus_auth::{Reach, Way};
use salus_fhir::search::Query;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::Page;
use serde::Serialize;
use serde_json::Value;

const MOST: u32 = 500;

/// Who reaches a record.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sharing {
    /// Who reaches it by who they are, not by a share.
    reached_by: Vec<ReachItem>,
    /// What was shared, the newest first.
    shares: Vec<ShareItem>,
    /// Active consents that say something else than such a share; they are obeyed all the same.
    other_consents: u32,
    /// The kinds of data that can be shared apart.
    kinds: Vec<KindItem>,
}

/// Somebody who reaches the record.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReachItem {
    /// Their name.
    name: String,
    /// How: `self`, `family`, `entrusted`, `clinic`, `practice`, `careTeam`, `named`.
    way: &'static str,
    /// The parts they play.
    roles: Vec<&'static str>,
}

/// A share.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShareItem {
    /// To take it back by.
    id: String,
    /// Whoever may look.
    name: String,
    /// `person`, `practitioner`, `organization` or `other`.
    kind: &'static str,
    /// The kinds of data; empty = everything.
    what: Vec<&'static str>,
    /// Since when (a FHIR dateTime).
    since: Option<String>,
    /// The last day or moment (a FHIR dateTime); absent = until it is taken back.
    until: Option<String>,
}

/// A kind of data.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct KindItem {
    /// The word for it in the API.
    code: &'static str,
    /// What people call it.
    words: &'static str,
}

/// See who reaches a record
#[utoipa::path(get, path = "/api/v1/people/{id}/sharing", tag = "sharing", operation_id = "listSharing",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Sharing), (status = 404, body = salus_http::Problem, description = "It is not yours to share.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(person): Path<String>,
) -> Result<Json<Sharing>, ApiError> {
    decides(&caller, &person)?;
    let pairs =
        [("patient".to_owned(), format!("Patient/{person}")), ("status".to_owned(), "active".to_owned())];
    let query = Query::parse("Consent", &pairs).map_err(|cause| ApiError::internal(cause.to_string()))?;
    let found = caller.records.search(&query, Page::first(MOST)).await?.matches;
    let (mut shares, mut other_consents) = (Vec::new(), 0);
    for stored in &found {
        let consent = stored.json()?;
        if is_over(&consent, &caller) {
            continue;
        }
        match item(&stored.id, &consent) {
            Some(item) => shares.push(item),
            None => other_consents += 1,
        }
    }
    shares.sort_by(|a, b| b.since.cmp(&a.since));
    let reached_by = app.auth.reached_by(&person).await?.into_iter().map(reach).collect();
    let kinds = CLASSES.iter().map(|class| KindItem { code: class.code, words: class.words }).collect();
    Ok(Json(Sharing { reached_by, shares, other_consents, kinds }))
}

pub(super) fn item(id: &str, consent: &Value) -> Option<ShareItem> {
    let shown = shown(consent)?;
    let kind = match shown.with.split('/').next()? {
        "RelatedPerson" | "Patient" => "person",
        "Practitioner" | "PractitionerRole" => "practitioner",
        "Organization" => "organization",
        _ => "other",
    };
    Some(ShareItem {
        id: id.to_owned(),
        name: shown.name.unwrap_or(shown.with).to_owned(),
        kind,
        what: if shown.is_everything {
            Vec::new()
        } else {
            shown.classes.iter().map(|class| class.code).collect()
        },
        since: shown.since.map(str::to_owned),
        until: shown.until.map(str::to_owned),
    })
}

/// Whether its period ended: it lasts through the whole of a day that is named as its end.
fn is_over(consent: &Value, caller: &Caller) -> bool {
    let Some(end) = consent["provision"]["period"]["end"].as_str() else { return false };
    let today = caller.now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    match end.parse::<jiff::Timestamp>() {
        Ok(end) => end < caller.now,
        Err(_) => end < today.get(..end.len()).unwrap_or(&today),
    }
}

fn reach(reach: Reach) -> ReachItem {
    let way = match reach.way {
        Way::Oneself => "self",
        Way::Family => "family",
        Way::Entrusted => "entrusted",
        Way::Clinic => "clinic",
        Way::Practice => "practice",
        Way::CareTeam => "careTeam",
        Way::Named => "named",
    };
    ReachItem { name: reach.name, way, roles: reach.roles.iter().map(|role| role.code()).collect() }
}
