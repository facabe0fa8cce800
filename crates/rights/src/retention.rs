//! Retention: how long which class of data is kept, and the deletion of what is due.
//!
//! A class is a resource type; its age counts from its clinical date, or from the last change where it has none. What is
//! due is taken out with all its versions and files. Nothing is due unless an operator said so.

use jiff::{SignedDuration, ToSpan};
use salus_core::Timestamp;
use salus_fhir::defs::{self, principal_dates};
use salus_fhir::json::Value;
use salus_fhir::search::{IndexValue, Query, extract_param};
use salus_http::{App, JobError, JobHandler};
use salus_store::{BlobId, Error, NewJob, Page, Records, Store};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The queue of the daily look.
const QUEUE: &str = "rights.retention";
/// Resources looked at in one go.
const STEP: u32 = 500;
/// Before the name of a stored file, where a resource refers to one.
const BLOB: &str = "urn:salus:blob:";
const REASON: &str = "delete what is kept no longer";

/// Section `[retention]`: resource type → years. What is not named is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Retention(pub BTreeMap<String, u16>);

/// What is due of a class, or was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The resource type.
    pub type_name: String,
    /// For how many years it is kept.
    pub years: u16,
    /// How many entries are older.
    pub entries: u64,
    /// How many files they refer to.
    pub files: u64,
}

impl Retention {
    /// Refuses what is no class, so that a misspelt one never passes for "keep".
    ///
    /// # Errors
    /// A sentence that names it.
    pub fn check(&self) -> Result<(), String> {
        for (name, years) in &self.0 {
            if !defs::is_resource_type(name) || defs::is_internal(name) || name == "Patient" {
                return Err(format!("[retention] {name}: there is no such class of data"));
            }
            if *years == 0 {
                return Err(format!("[retention] {name}: the shortest time is 1 year"));
            }
        }
        Ok(())
    }

    /// Counts what is due at a moment, and deletes it unless `is_dry`.
    ///
    /// # Errors
    /// Whatever the store says; what was deleted until then stays deleted.
    pub async fn apply(&self, store: &Store, now: Timestamp, is_dry: bool) -> Result<Vec<Due>, Error> {
        let records = store.system(REASON);
        let mut all = Vec::with_capacity(self.0.len());
        for (type_name, years) in &self.0 {
            let mut due = Due { type_name: type_name.clone(), years: *years, entries: 0, files: 0 };
            for (id, files) in found(&records, type_name, before(now, *years)).await? {
                due.entries += 1;
                due.files += files.len() as u64;
                if !is_dry {
                    records.purge(type_name, &id).await?;
                    for file in files {
                        records.delete_blob(&file).await?;
                    }
                }
            }
            all.push(due);
        }
        Ok(all)
    }
}

/// Looks once a day.
pub(crate) fn handler(retention: Arc<Retention>) -> JobHandler {
    JobHandler::new(QUEUE, move |app, _| {
        let retention = Arc::clone(&retention);
        async move {
            let deleted = retention.apply(&app.store, app.now(), false).await.map_err(JobError::from)?;
            for due in deleted.iter().filter(|due| due.entries > 0) {
                let (class, entries) = (due.type_name.as_str(), due.entries);
                tracing::info!(
                    retention.class = class,
                    retention.entries = entries,
                    "what was due is deleted"
                );
            }
            enqueue(&app, app.now() + SignedDuration::from_hours(24)).await.map_err(JobError::from)
        }
    })
}

/// Has the daily look begin; to be called when the server starts.
///
/// # Errors
/// Whatever the store says.
pub async fn start(app: &App, retention: &Retention) -> Result<(), Error> {
    if retention.0.is_empty() { Ok(()) } else { enqueue(app, app.now()).await }
}

/// One look a day, however often the server starts.
async fn enqueue(app: &App, at: Timestamp) -> Result<(), Error> {
    let day = at.strftime("%Y-%m-%d").to_string();
    let job = NewJob { dedupe: Some(day), run_at: Some(at), ..NewJob::new(QUEUE, json!({})) };
    app.store.enqueue(job).await.map(drop)
}

/// So many years ago, in UTC.
fn before(now: Timestamp, years: u16) -> Timestamp {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC);
    today.checked_sub(i64::from(years).years()).map_or(Timestamp::MIN, |then| then.timestamp())
}

/// What of a type is older, with the files it refers to.
async fn found(
    records: &Records,
    type_name: &str,
    before: Timestamp,
) -> Result<Vec<(String, Vec<BlobId>)>, Error> {
    let mut found = Vec::new();
    let mut page = Page::first(STEP);
    loop {
        let looked = records.search(&Query::all(type_name), page).await?;
        for stored in &looked.matches {
            let resource = stored.json()?;
            let age = ended(&resource, type_name).unwrap_or(stored.last_updated.as_microsecond());
            if age < before.as_microsecond() {
                let mut files = Vec::new();
                files_of(&resource, &mut files);
                found.push((stored.id.clone(), files));
            }
        }
        match looked.next {
            Some(cursor) => page = Page { count: STEP, cursor: Some(cursor) },
            None => return Ok(found),
        }
    }
}

/// When it ended, in microseconds since 1970: what still goes on is never old. None where it has no clinical date.
fn ended(resource: &Value, type_name: &str) -> Option<i64> {
    principal_dates(type_name).find_map(|param| {
        let ends = extract_param(resource, param).into_iter().filter_map(|entry| match entry.value {
            IndexValue::Date(range) => Some(range.end),
            _ => None,
        });
        ends.max()
    })
}

/// The files that a resource refers to: those of its attachments, and the text layer and the vectors of a document.
fn files_of(value: &Value, files: &mut Vec<BlobId>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| files_of(item, files)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let layer = text("valueString").filter(|_| matches!(text("url"), Some("layer" | "vectors")));
            let name = text("url").and_then(|url| url.strip_prefix(BLOB)).or(layer);
            files.extend(name.and_then(|name| name.parse::<BlobId>().ok()));
            members.values().for_each(|member| files_of(member, files));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use salus_http::testing::TestApp;

    fn retention(class: &str, years: u16) -> Retention {
        Retention([(class.to_owned(), years)].into())
    }

    #[test]
    fn a_class_that_is_none_is_refused() {
        for (class, years, is_fine) in [
            ("Communication", 10, true),
            ("Comunication", 10, false),
            ("UserAccount", 10, false),
            ("Patient", 10, false),
            ("Communication", 0, false),
        ] {
            assert_eq!(retention(class, years).check().is_ok(), is_fine, "{class} {years}");
        }
    }

    #[tokio::test]
    async fn asvs_v14_2_7_what_is_kept_no_longer_goes_with_its_versions_on_schedule() {
        let retention = retention("Communication", 10);
        let app = TestApp::with_capabilities(|| {
            vec![crate::capability(Config::default(), super::tests::retention("Communication", 10))]
        })
        .await;
        let maria = app.person("maria").await;
        let subject = json!({ "reference": format!("Patient/{}", maria.patient()) });
        let mut ids = Vec::new();
        for sent in ["2015-12-31", "2016-06-01", "2025-01-01"] {
            let words = json!([{ "contentString": format!("word of {sent}") }]);
            ids.push(
                app.create(
                    json!({ "resourceType": "Communication", "status": "completed", "subject": subject,
                    "sent": format!("{sent}T00:00:00Z"), "payload": words }),
                )
                .await,
            );
        }
        let store = &app.app().store;
        let due = retention.apply(store, app.app().now(), true).await.unwrap();
        assert_eq!((due[0].entries, due[0].years), (1, 10));
        assert_eq!(store.holdings(maria.patient()).await.unwrap().versions, 4, "a dry look deletes nothing");

        start(app.app(), &retention).await.unwrap();
        start(app.app(), &retention).await.unwrap();
        app.settle().await;
        let records = store.system("test");
        let mut there = Vec::new();
        for id in &ids {
            there.push(records.read("Communication", id).await.unwrap().is_some());
        }
        assert_eq!(there, [false, true, true]);
        assert_eq!(store.holdings(maria.patient()).await.unwrap().versions, 3);
        app.clock().advance_seconds(180 * 86_400);
        app.settle().await;
        assert!(records.read("Communication", &ids[1]).await.unwrap().is_none(), "the look comes again");
        assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    }
}
