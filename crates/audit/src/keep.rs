//! The care of the chain, on schedule: its head is anchored, and what is past its time goes.

use crate::anchors::{Anchoring, BucketConfig, HttpsConfig};
use salus_core::Timestamp;
use salus_store::{Retention, Store};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Section `[audit]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// The file that the head of the chain is added to. It belongs on another disk.
    pub anchor_file: Option<PathBuf>,
    /// How often the head is anchored, in minutes.
    pub anchor_minutes: u32,
    /// Further places for it.
    pub anchor: AnchorConfig,
    /// For how many years entries are kept. Six is what HIPAA asks for (45 CFR 164.316(b)(2)(i)).
    pub keep_years: u16,
    /// For how many years it is kept what exactly was looked at.
    pub looks_years: u16,
    /// For how many years the details of everything else are kept.
    pub details_years: u16,
}

/// Section `[audit.anchor]`: where the head of the chain is kept outside of this machine.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnchorConfig {
    /// A service that takes anchors.
    pub https: Option<HttpsConfig>,
    /// A bucket with Object Lock.
    pub s3: Option<BucketConfig>,
}

impl Default for AuditConfig {
    fn default() -> Self {
        let anchor = AnchorConfig::default();
        Self {
            anchor_file: None,
            anchor_minutes: 60,
            anchor,
            keep_years: 6,
            looks_years: 6,
            details_years: 6,
        }
    }
}

impl AuditConfig {
    /// What has to be kept at a moment. Nothing is kept for less than a year, and no entry for less than its detail.
    pub fn retention(&self, now: Timestamp) -> Retention {
        let keep = self.keep_years.max(self.looks_years).max(self.details_years);
        Retention {
            looks_since: years_before(now, self.looks_years),
            details_since: years_before(now, self.details_years),
            entries_since: years_before(now, keep),
        }
    }
}

fn years_before(now: Timestamp, years: u16) -> Timestamp {
    const YEAR_US: i64 = 31_556_952 * 1_000_000;
    let span = i64::from(years.max(1)).saturating_mul(YEAR_US);
    Timestamp::from_microsecond(now.as_microsecond().saturating_sub(span)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Cares for the chain until the task is ended: anchors at once and then on schedule, and lets go once a day.
pub async fn run(store: Store, config: AuditConfig, anchoring: Arc<Anchoring>) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let pause = Duration::from_secs(60 * u64::from(config.anchor_minutes.max(1)));
    let mut since_retired = DAY;
    loop {
        if let Err(error) = anchoring.anchor(&store).await {
            tracing::error!(error = %error, "the head of the audit could not be anchored");
        }
        if since_retired >= DAY {
            since_retired = Duration::ZERO;
            if let Err(error) = store.retire_audit(config.retention(store.clock().now())).await {
                tracing::error!(error = %error, "the audit could not be relieved of what is past its time");
            }
        }
        tokio::time::sleep(pause).await;
        since_retired += pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchors;
    use salus_http::testing::TestApp;

    #[tokio::test]
    async fn a_head_is_anchored_once_and_proves_the_chain() {
        let (app, maria) = TestApp::with_person("maria").await;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("anchors");
        let store = &app.app().store;
        let anchoring = Anchoring::default().file(path.clone());
        assert_eq!(anchoring.anchor(store).await.unwrap(), 1);
        let again = Anchoring::default().file(path.clone());
        assert_eq!(
            again.anchor(store).await.unwrap(),
            0,
            "it did not move, and the file knows that after a new start"
        );
        maria.get("/api/v1/session").await;
        assert_eq!(anchoring.anchor(store).await.unwrap(), 1);
        let kept = anchors::read(&path).unwrap();
        let report = store.verify_audit_against(&kept, &|_, _| ()).await.unwrap();
        assert_eq!((kept.len(), report.anchors, report.damage), (2, 2, None));
    }

    #[test]
    fn six_years_are_kept_and_never_less_than_one() {
        let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let kept = AuditConfig::default().retention(now);
        assert!(kept.entries_since > "2020-05-30T00:00:00Z".parse().unwrap());
        assert!(kept.entries_since < "2020-06-02T00:00:00Z".parse().unwrap());
        let short = AuditConfig { keep_years: 0, looks_years: 0, details_years: 3, ..AuditConfig::default() };
        let short = short.retention(now);
        assert!(short.looks_since < "2025-06-02T00:00:00Z".parse().unwrap());
        assert_eq!(short.entries_since, short.details_since);
    }
}
