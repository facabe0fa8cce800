//! `GET /api/v1/jobs/{id}`: how far a piece of background work is.

use axum::extract::State;
use salus_access::Role;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::JobState;
use serde::Serialize;
use utoipa::ToSchema;

/// A piece of background work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub(crate) struct JobItem {
    id: String,
    /// Which kind of work.
    kind: String,
    /// `waiting`, `running`, `done` or `failed`.
    state: &'static str,
    /// Pieces done.
    done: u64,
    /// Pieces in all; 0 where that is not known.
    total: u64,
    /// What is being done, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// See how far a piece of background work is
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "documents", operation_id = "getJob",
    params(("id" = String, Path, description = "Id of the job")),
    responses((status = 200, body = JobItem), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<JobItem>, ApiError> {
    let job = app.store.job(&id).await?;
    let may_see =
        |owner: Option<&str>| owner == Some(caller.account()) || caller.subject.has_role(Role::Admin);
    let job = job.filter(|job| may_see(job.owner.as_deref())).ok_or_else(|| ApiError::not_found("job"))?;
    Ok(Json(JobItem {
        id: job.id,
        kind: job.queue,
        state: match job.state {
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Dead => "failed",
        },
        done: job.progress.done,
        total: job.progress.total,
        message: job.error.or(job.progress.message),
    }))
}
