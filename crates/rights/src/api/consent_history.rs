//! `GET /api/v1/people/{id}/consents/history`: what was consented to, when, and by whom.

use super::list_restrictions::consents;
use crate::consent_words::words;
use crate::holder::holder;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{AuditRecord, HistoryPage, HistoryScope};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

const STEP: u32 = 1_000;

/// One version of a consent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentVersion {
    /// The id of the consent.
    id: String,
    /// The number of the version.
    version: u64,
    /// When it was written (RFC 3339).
    at: String,
    /// Who wrote it: the name of the account; absent where it was the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    /// What it says, in plain words.
    words: String,
    /// Whether it is the version that stands.
    is_current: bool,
}

/// See every version of a person's consents, the latest first
#[utoipa::path(get, path = "/api/v1/people/{id}/consents/history", tag = "rights", operation_id = "consentHistory",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<ConsentVersion>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<ConsentVersion>>, ApiError> {
    holder(&caller, &id).await?;
    let writes = writes(&app, &id).await?;
    let mut names = HashMap::new();
    let mut shown = Vec::new();
    for consent in consents(&caller, &id).await? {
        let scope = HistoryScope::Instance("Consent".to_owned(), consent.id.clone());
        let page = HistoryPage { count: STEP, ..HistoryPage::default() };
        for version in caller.records.history(scope, page).await? {
            let Some(stored) = version.resource else { continue };
            let wrote =
                |write: &&AuditRecord| write.log.is_some_and(|(from, to)| (from..=to).contains(&version.seq));
            let who = match writes.iter().find(wrote) {
                Some(write) => name(&app, &mut names, &write.actor).await?,
                None => None,
            };
            shown.push(ConsentVersion {
                id: version.id,
                version: version.version,
                at: version.at.to_string(),
                who,
                words: words(&stored.json()?),
                is_current: version.version == consent.version,
            });
        }
    }
    shown.sort_by(|a, b| {
        b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)).then_with(|| b.version.cmp(&a.version))
    });
    Ok(Json(shown))
}

/// The writes in a person's record.
async fn writes(app: &App, person: &str) -> Result<Vec<AuditRecord>, ApiError> {
    let (mut writes, mut after) = (Vec::new(), 0);
    loop {
        let records = app.store.audit_trail(person, after, STEP).await?;
        let Some(last) = records.last() else { return Ok(writes) };
        after = last.seq;
        writes.extend(records.into_iter().filter(|record| record.log.is_some()));
    }
}

/// The name of an account; none for the platform, and for an account that is gone.
async fn name(
    app: &App,
    names: &mut HashMap<String, Option<String>>,
    actor: &str,
) -> Result<Option<String>, ApiError> {
    if let Some(known) = names.get(actor) {
        return Ok(known.clone());
    }
    let name = match actor.starts_with("system") {
        true => None,
        false => app.auth.account(actor).await?.map(|account| account.display_name),
    };
    names.insert(actor.to_owned(), name.clone());
    Ok(name)
}
