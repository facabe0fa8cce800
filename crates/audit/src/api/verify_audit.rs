//! `POST /api/v1/audit/verification`: is the chain whole?

use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};
use salus_store::Damage;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of the chain.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChainState {
    is_whole: bool,
    /// The first entry that is there, and the newest that fits.
    first: u64,
    entries: u64,
    /// The hash of the newest entry that fits, hex.
    head: String,
    /// The first entry that does not fit.
    broken_at: Option<u64>,
    /// What is wrong, in words.
    damage: Option<&'static str>,
    checked_at: String,
}

/// Verify the audit
///
/// Walks the whole chain now. Anchors lie outside this server: `salus audit verify --anchors FILE` holds the chain
/// against them.
#[utoipa::path(post, path = "/api/v1/audit/verification", tag = "audit", operation_id = "verifyAudit",
    responses((status = 200, body = ChainState),
              (status = 404, description = "For those who run the installation alone", body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<ChainState>, ApiError> {
    caller.require_admin()?;
    let report = app.store.verify_audit().await?;
    Ok(Json(ChainState {
        is_whole: report.damage.is_none(),
        first: report.first,
        entries: report.entries,
        head: report.head,
        broken_at: report.broken_at,
        damage: report.damage.map(told),
        checked_at: caller.now.to_string(),
    }))
}

/// What is wrong with a chain, in words.
pub(crate) fn told(damage: Damage) -> &'static str {
    match damage {
        Damage::Altered => "an entry was changed, taken out, put in or moved",
        Damage::Detail => "the detail beside an entry is not the one that was written",
        Damage::Rewritten => "the chain was written anew and does not fit what was anchored",
        Damage::Truncated => "the chain ends before what was anchored",
        Damage::Beginning => "the beginning is missing, and no checkpoint stands for it",
    }
}
