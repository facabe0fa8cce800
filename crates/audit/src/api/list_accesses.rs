//! `GET /api/v1/people/{id}/accesses`: who looked at what in a record, and who tried to, in plain words.

use super::Names;
use crate::words;
use axum::extract::State;
use salus_core::Timestamp;
use salus_http::{ApiError, App, Caller, Json, Path, Query};
use salus_store::{AuditAction, AuditFilter, AuditRecord};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `all`, `looks`, `changes`, `denied`, `emergency`.
    #[param(value_type = Option<String>)]
    what: Option<AccessKind>,
    /// The id of an account: only what that account did.
    by: Option<String>,
    /// Not before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Whether what Salus did by itself is told too.
    platform: Option<bool>,
    /// The `next` of the page before.
    before: Option<u64>,
}

/// A kind of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AccessKind {
    All,
    Looks,
    Changes,
    Denied,
    Emergency,
}

/// A page, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessPage {
    groups: Vec<AccessGroup>,
    /// What to ask for as `before` to go on; none at the end.
    next: Option<u64>,
}

/// What one account did on one day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessGroup {
    /// `YYYY-MM-DD`, in UTC.
    day: String,
    /// The id of the account; none where Salus did it by itself.
    account: Option<String>,
    /// The name to show.
    who: String,
    /// Whether it is the caller.
    is_you: bool,
    /// The parts that they play: `clinician`, `person`.
    roles: Vec<String>,
    lines: Vec<AccessLine>,
}

/// One thing that they did, once or several times.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessLine {
    /// In plain words: `read laboratory results`.
    what: String,
    /// How often.
    times: u32,
    /// When last.
    last: String,
    /// Why, in words.
    purpose: Option<&'static str>,
    /// Through which program: `web`, or the name of one.
    client: Option<String>,
    /// They were not allowed to, and were shown nothing.
    is_denied: bool,
    /// The record was opened in an emergency.
    is_emergency: bool,
}

/// So many entries are grouped to a page.
const STEP: u32 = 200;
/// A page of entries that are all left out is passed over, so many times.
const MOST_STEPS: u32 = 10;

/// List who looked at what
///
/// Who read, searched, changed or was refused what in this record, by day and account, newest first. For everybody who
/// may read the record's audit: the person, and those to whom it is entrusted.
#[utoipa::path(get, path = "/api/v1/people/{id}/accesses", tag = "audit", operation_id = "listAccesses",
    params(("id" = String, Path, description = "Id of the person"), Wanted),
    responses((status = 200, body = AccessPage), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AccessPage>, ApiError> {
    let mut filter = AuditFilter {
        patient: Some(id),
        actor: wanted.by.clone(),
        actions: actions(wanted.what.unwrap_or(AccessKind::All)),
        from: wanted.from,
        to: wanted.to,
        before: wanted.before,
        ..AuditFilter::default()
    };
    let with_platform = wanted.platform.unwrap_or(false);
    let (mut names, mut groups) = (Names::default(), Vec::new());
    for _ in 0..MOST_STEPS {
        let found = caller.records.audit(&filter, STEP).await?;
        filter.before = found.last().filter(|_| found.len() == STEP as usize).map(|last| last.seq);
        for record in found.iter().filter(|record| with_platform || platform_of(record).is_none()) {
            add(&mut groups, &app, &caller, &mut names, record).await?;
        }
        if !groups.is_empty() || filter.before.is_none() {
            break;
        }
    }
    Ok(Json(AccessPage { groups, next: filter.before }))
}

/// Puts an entry into the group of its day and account.
async fn add(
    groups: &mut Vec<AccessGroup>,
    app: &App,
    caller: &Caller,
    names: &mut Names,
    record: &AuditRecord,
) -> Result<(), ApiError> {
    let day = record.at.to_string().chars().take(10).collect::<String>();
    let platform = platform_of(record);
    let account = platform.is_none().then(|| record.actor.clone());
    let known = groups.iter().position(|group| group.day == day && group.account == account);
    let place = match known {
        Some(place) => place,
        None => {
            let who = match platform {
                Some(reason) => format!("Salus itself ({reason})"),
                None => names.of(app, &record.actor).await?,
            };
            let is_you = account.as_deref() == Some(caller.account());
            let roles = record.roles.clone();
            groups.push(AccessGroup { day, account, who, is_you, roles, lines: Vec::new() });
            groups.len() - 1
        }
    };
    let line = line_of(record);
    let Some(group) = groups.get_mut(place) else { return Ok(()) };
    let is_same = |other: &&mut AccessLine| {
        (&other.what, &other.client, other.purpose) == (&line.what, &line.client, line.purpose)
    };
    match group.lines.iter_mut().find(is_same) {
        Some(known) => known.times += 1,
        None => group.lines.push(line),
    }
    Ok(())
}

fn line_of(record: &AuditRecord) -> AccessLine {
    let is_emergency = matches!(record.action, AuditAction::BreakGlassBegin | AuditAction::BreakGlassEnd)
        || matches!(record.purpose.as_deref(), Some("BTG" | "ETREAT"));
    AccessLine {
        what: words::words(record),
        times: 1,
        last: record.at.to_string(),
        purpose: record.purpose.as_deref().and_then(words::purpose),
        client: record.client.clone(),
        is_denied: record.action == AuditAction::Denied,
        is_emergency,
    }
}

/// Why Salus did it by itself, if it did.
fn platform_of(record: &AuditRecord) -> Option<&str> {
    record.actor.strip_prefix("system: ")
}

fn actions(kind: AccessKind) -> Vec<AuditAction> {
    use AuditAction as A;
    match kind {
        AccessKind::All => Vec::new(),
        AccessKind::Looks => {
            vec![
                A::Read,
                A::VersionRead,
                A::History,
                A::Search,
                A::Everything,
                A::ReadBlob,
                A::Answer,
                A::Disclose,
            ]
        }
        AccessKind::Changes => {
            vec![A::Create, A::Update, A::Delete, A::WriteBlob, A::Erase, A::Restriction, A::Share]
        }
        AccessKind::Denied => vec![A::Denied],
        AccessKind::Emergency => vec![A::BreakGlassBegin, A::BreakGlassEnd],
    }
}
