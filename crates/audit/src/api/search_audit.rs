//! `GET /api/v1/audit`: all of the audit, for those who run the installation.

use super::Names;
use crate::words;
use axum::extract::State;
use salus_core::Timestamp;
use salus_http::{ApiError, App, Caller, Json, Query};
use salus_store::{AuditAction, AuditFilter, AuditOutcome};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The id of a person: what was done with their record.
    person: Option<String>,
    /// The id of an account, or its e-mail address.
    actor: Option<String>,
    /// `read`, `search`, `update`, `denied`, `sign-in`, …
    action: Option<String>,
    /// 0 done, 4 refused, 8 and 12 failed.
    outcome: Option<u8>,
    /// Not before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// The `next` of the page before.
    before: Option<u64>,
}

/// A page, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditPage {
    entries: Vec<AuditEntry>,
    /// What to ask for as `before` to go on; none at the end.
    next: Option<u64>,
}

/// One entry.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry {
    /// Its place in the chain.
    seq: u64,
    at: String,
    /// The account, or `system: ` and the reason.
    actor: String,
    /// The name to show.
    who: String,
    roles: Vec<String>,
    action: &'static str,
    /// In plain words.
    what: String,
    outcome: u8,
    client: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    purpose: Option<String>,
    /// The id of the person it is about; none = nobody, or somebody who was erased.
    person: Option<String>,
    /// `Observation/o-1`, where it is about one resource and that is still known.
    target: Option<String>,
}

const STEP: u32 = 100;

/// Search the audit
///
/// Every entry of the chain, newest first. Only for those who run this installation.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "searchAudit", params(Wanted),
    responses((status = 200, body = AuditPage), (status = 400, body = salus_http::Problem),
              (status = 404, description = "For those who run the installation alone", body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AuditPage>, ApiError> {
    caller.require_admin()?;
    let actor = match &wanted.actor {
        Some(email) if email.contains('@') => {
            let account = app.auth.account_by_email(email).await?;
            Some(account.map_or_else(|| email.clone(), |account| account.id))
        }
        other => other.clone(),
    };
    let unknown = |what: &str| ApiError::bad_request(format!("There is no such {what}."));
    let action =
        wanted.action.as_deref().map(|word| AuditAction::from_word(word).ok_or_else(|| unknown("action")));
    let outcome = wanted.outcome.map(|code| AuditOutcome::from_code(code).ok_or_else(|| unknown("outcome")));
    let filter = AuditFilter {
        patient: wanted.person,
        actor,
        actions: action.transpose()?.into_iter().collect(),
        outcome: outcome.transpose()?,
        from: wanted.from,
        to: wanted.to,
        before: wanted.before,
        ..AuditFilter::default()
    };
    let found = caller.records.audit(&filter, STEP).await?;
    let next = found.last().filter(|_| found.len() == STEP as usize).map(|last| last.seq);
    let mut names = Names::default();
    let mut entries = Vec::with_capacity(found.len());
    for record in found {
        let who = match record.actor.strip_prefix("system: ") {
            Some(reason) => format!("Salus itself ({reason})"),
            None => names.of(&app, &record.actor).await?,
        };
        let id = record.detail["id"].as_str();
        entries.push(AuditEntry {
            seq: record.seq,
            at: record.at.to_string(),
            who,
            action: record.action.word(),
            what: words::words(&record),
            outcome: record.outcome.code(),
            target: record.type_name.as_deref().zip(id).map(|(name, id)| format!("{name}/{id}")),
            actor: record.actor,
            roles: record.roles,
            client: record.client,
            address: record.address,
            request_id: record.request_id,
            purpose: record.purpose,
            person: record.patient,
        });
    }
    Ok(Json(AuditPage { entries, next }))
}
