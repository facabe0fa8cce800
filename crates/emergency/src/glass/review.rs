//! What was read while the glass was broken, from the audit.

use super::Access;
use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_http::ApiError;
use salus_store::{AuditAction, AuditFilter, AuditOutcome, Records};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One kind of thing that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReadItem {
    /// The FHIR type; none where it was several at once.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) type_name: Option<String>,
    /// How many resources were given, those that were given twice counted twice.
    pub(crate) count: u32,
    /// When it was last given.
    pub(crate) last_at: String,
}

/// Entries of the audit read at a time.
const STEP: u32 = 1_000;

/// What the helper was given of the person's record from the opening to the end.
pub(crate) async fn read_during(records: &Records, access: &Access) -> Result<Vec<ReadItem>, ApiError> {
    let mut filter = AuditFilter {
        patient: Some(access.patient.clone()),
        actor: Some(access.account.clone()),
        from: Some(access.opened_at),
        to: Some(access.end() + SignedDuration::from_micros(1)),
        ..AuditFilter::default()
    };
    let mut items: BTreeMap<Option<String>, (u32, Timestamp)> = BTreeMap::new();
    loop {
        let entries = records.audit(&filter, STEP).await?;
        let Some(last) = entries.last() else { break };
        filter.before = Some(last.seq);
        for entry in entries {
            if is_giving(entry.action) && entry.outcome == AuditOutcome::Success && entry.count > 0 {
                let (count, at) = items.entry(entry.type_name).or_insert((0, entry.at));
                *count += entry.count;
                *at = entry.at.max(*at);
            }
        }
    }
    let items = items.into_iter();
    let items = items.map(|(type_name, (count, at))| ReadItem { type_name, count, last_at: at.to_string() });
    Ok(items.collect())
}

fn is_giving(action: AuditAction) -> bool {
    matches!(
        action,
        AuditAction::Read
            | AuditAction::Search
            | AuditAction::History
            | AuditAction::Everything
            | AuditAction::ReadBlob
    )
}
