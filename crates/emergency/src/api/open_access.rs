//! `POST /api/v1/emergency/accesses`: breaking the glass.

use super::list_accesses::agreed;
use super::shapes::AccessItem;
use super::who::{require_acting, typed};
use crate::glass::attempts::Attempts;
use crate::glass::event::{Happened, event, origin};
use crate::glass::find::{Found, Wanted, find};
use crate::glass::message::message;
use crate::glass::tell::tell;
use crate::glass::{Access, Reason};
use crate::words::text;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use jiff::civil::Date;
use salus_access::Action;
use salus_auth::Account;
use salus_core::Uid;
use salus_fhir::reference::is_id;
use salus_http::people::name;
use salus_http::{ApiError, App, Caller, ClientAddress, Json};
use salus_store::{Batch, Op};
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::Arc;

/// Whose emergency view is to be opened, and why. The person is named by `personId`, or by `name` and `birthDate`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccessWish {
    #[serde(default)]
    person_id: Option<String>,
    /// Given and family name, as far as they are known; whole words.
    #[serde(default)]
    name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    birth_date: Option<String>,
    /// A number of theirs, where several people have that name and birth date.
    #[serde(default)]
    identifier: Option<String>,
    reason: Reason,
    /// What happened, 5 to 500 characters. The person reads it.
    reason_text: String,
}

/// Break the glass
///
/// For verified clinicians and helpers, and for API tokens with the scope `emergency`. Each attempt is on file, and the
/// person is told at once. What the person forbade stays closed.
#[utoipa::path(post, path = "/api/v1/emergency/accesses", tag = "emergency", operation_id = "openEmergency",
    request_body = AccessWish,
    responses((status = 201, body = AccessItem),
        (status = 403, description = "The account is not verified, or the person forbids it."),
        (status = 404, description = "There is no such person."),
        (status = 409, description = "Several people are called so and were born then: add an identifier."),
        (status = 422, body = salus_http::Problem), (status = 429, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Extension(attempts): Extension<Arc<Attempts>>,
    ClientAddress(address): ClientAddress,
    Json(wish): Json<AccessWish>,
) -> Result<Response, ApiError> {
    require_acting(&caller)?;
    let account = app.auth.account(caller.account()).await?.ok_or_else(ApiError::unauthenticated)?;
    let desk = Desk { app: &app, account: &account, address };
    if !account.may_break_the_glass() {
        desk.refuse(None).await?;
        return Err(ApiError::forbidden(
            "Only verified clinicians and emergency helpers can open an emergency.",
        ));
    }
    let reason_text = typed("reasonText", &wish.reason_text, 5, 500)?;
    let reason = wish.reason;
    let wanted = wanted(wish)?;
    attempts.admit(&account.id, caller.now)?;
    let records = app.store.system("find a person in an emergency");
    let patient = match find(&records, &wanted).await? {
        Found::One(patient) => patient,
        Found::Nobody => {
            desk.refuse(None).await?;
            return Err(ApiError::not_found("person"));
        }
        Found::Several => {
            desk.refuse(None).await?;
            return Err(ApiError::conflict(
                "Several people are called so and were born then. Add an identifier.",
            ));
        }
    };
    let id = patient["id"].as_str().unwrap_or_default();
    let policy = app.auth.emergency_policy(&caller.subject, id).await?;
    if !policy.decide(Action::Read, &patient).is_allowed() {
        desk.refuse(Some(id)).await?;
        return Err(ApiError::forbidden(
            "This person has forbidden that their record is opened in an emergency.",
        ));
    }
    let access = desk.open(id, reason, reason_text).await?;
    let item = AccessItem::of(&access, name(&patient), agreed(&policy), caller.now);
    Ok((StatusCode::CREATED, Json(item)).into_response())
}

/// Where one request is dealt with.
struct Desk<'a> {
    app: &'a App,
    account: &'a Account,
    address: Option<IpAddr>,
}

impl Desk<'_> {
    /// Opens the emergency, tells the person, has others told, and writes it down: in one transaction.
    async fn open(&self, patient: &str, reason: Reason, reason_text: String) -> Result<Access, ApiError> {
        let now = self.app.now();
        let minutes = self.app.auth.emergency_minutes();
        let records = self.app.store.system("open an emergency and tell the person");
        let organization = match &self.account.organization {
            Some(id) => records.read("Organization", id).await?.map(|stored| stored.json()).transpose()?,
            None => None,
        };
        let access = Access {
            id: Uid::fresh(&*self.app.clock, &*self.app.rng).to_string(),
            version: 0,
            account: self.account.id.clone(),
            patient: patient.to_owned(),
            who: self.account.display_name.clone(),
            roles: self.account.roles.iter().map(|role| role.code().to_owned()).collect(),
            organization: organization.as_ref().and_then(|body| text(body, "name")).map(str::to_owned),
            address: self.address.map(|address| address.to_string()),
            reason,
            reason_text,
            opened_at: now,
            expires_at: now + SignedDuration::from_mins(minutes.into()),
            ended_at: None,
            note: None,
            objection: None,
        };
        let resources = [access.resource(), message(&access)];
        let ops = resources.into_iter().map(|resource| Op::Create { resource }).collect();
        let notes = vec![event(Happened::Opened, &self.account.id, Some(patient))];
        let batch = Batch { ops, notes, jobs: vec![tell(&access)], ..Batch::default() };
        records.seen_from(&origin(self.address)).write(batch).await?;
        Ok(access)
    }

    async fn refuse(&self, patient: Option<&str>) -> Result<(), ApiError> {
        let records = self.app.store.system("note a refused emergency").seen_from(&origin(self.address));
        Ok(records.note(event(Happened::Refused, &self.account.id, patient)).await?)
    }
}

fn wanted(wish: AccessWish) -> Result<Wanted, ApiError> {
    if let Some(id) = wish.person_id {
        return if is_id(&id) { Ok(Wanted::Id(id)) } else { Err(ApiError::not_found("person")) };
    }
    let name = typed("name", wish.name.as_deref().unwrap_or_default(), 2, 200)?;
    let birth_date = wish.birth_date.unwrap_or_default();
    if birth_date.parse::<Date>().is_err() || birth_date.len() != 10 {
        let words = "The birth date is needed as YYYY-MM-DD.";
        return Err(ApiError::invalid(words).at("birthDate", words));
    }
    let identifier = wish.identifier.filter(|text| !text.trim().is_empty());
    let identifier = identifier.map(|text| typed("identifier", &text, 1, 100)).transpose()?;
    Ok(Wanted::Described { name, birth_date, identifier })
}
