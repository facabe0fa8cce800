//! `GET /api/v1/keys`: who wraps the keys, and the rotations.

use crate::rotation::{MASTER, PERSON};
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};
use salus_store::{Job, JobState, KeyCount};
use serde::Serialize;
use utoipa::ToSchema;

/// So many rotations of each kind are shown.
const MOST: u32 = 20;

/// The keys of this installation: none of them, but who wraps how many.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyOverview {
    /// The master key that wraps now, with its version; none while its service does not answer.
    current: Option<String>,
    /// The data keys, by who wraps them.
    master_keys: Vec<MasterKey>,
    /// Whether one master key is taking the place of another.
    is_changing: bool,
    /// The latest rotations, the newest first.
    rotations: Vec<Rotation>,
}

/// A master key and what it wraps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MasterKey {
    /// Its name, with its version.
    id: String,
    /// Who holds it: `file`, `vault` or `aws`.
    holder: &'static str,
    /// The data keys that it wraps.
    keys: u64,
    /// Those of them that are being replaced.
    being_replaced: u64,
}

/// One rotation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rotation {
    /// The id of its job.
    id: String,
    /// `master`, or `person`.
    of: &'static str,
    /// The person who is given a fresh key.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// `queued`, `running`, `done` or `failed`.
    state: &'static str,
    /// Keys, or versions and files, that are done.
    done: u64,
    /// How many there are in all; 0 while that is not known.
    total: u64,
    /// What came of it, or why it failed or waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// See who wraps the keys, and how far rotations are
///
/// For whoever runs the installation.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", operation_id = "readKeys",
    responses((status = 200, body = KeyOverview), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<KeyOverview>, ApiError> {
    caller.require_admin()?;
    let state = app.store.key_state().await?;
    let mut jobs = app.store.jobs_of(MASTER, MOST).await?;
    jobs.extend(app.store.jobs_of(PERSON, MOST).await?);
    // Ids are made of the moment.
    jobs.sort_by(|a, b| b.id.cmp(&a.id));
    Ok(Json(KeyOverview {
        current: state.current,
        master_keys: state.counts.into_iter().map(MasterKey::from).collect(),
        is_changing: state.is_changing,
        rotations: jobs.into_iter().map(Rotation::from).collect(),
    }))
}

impl From<KeyCount> for MasterKey {
    fn from(count: KeyCount) -> Self {
        let holder = match count.key_id.split([':', '-']).next() {
            Some("vault") => "vault",
            Some("aws") => "aws",
            _ => "file",
        };
        Self { id: count.key_id, holder, keys: count.keys, being_replaced: count.replacing }
    }
}

impl From<Job> for Rotation {
    fn from(job: Job) -> Self {
        Self {
            of: if job.queue == MASTER { "master" } else { "person" },
            person: job.payload["person"].as_str().map(str::to_owned),
            state: match job.state {
                JobState::Waiting => "queued",
                JobState::Running => "running",
                JobState::Done => "done",
                JobState::Dead => "failed",
            },
            done: job.progress.done,
            total: job.progress.total,
            message: job.error.or(job.progress.message),
            ended_at: job.ended_at.map(|at| at.to_string()),
            id: job.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_master_key_tells_who_holds_it() {
        for (id, holder) in [
            ("local-1a2b3c4d", "file"),
            ("vault:transit/salus:v3", "vault"),
            ("aws:arn:aws:kms:eu-central-1:111122223333:key/1234", "aws"),
        ] {
            let count = KeyCount { key_id: id.to_owned(), keys: 1, replacing: 0 };
            assert_eq!(MasterKey::from(count).holder, holder, "{id}");
        }
    }
}
