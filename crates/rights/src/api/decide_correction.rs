//! `POST /api/v1/corrections/{id}/decision`: a correction is accepted or declined.

use crate::Standing;
use crate::correction::{self, Correction, Decision};
use axum::extract::State;
use salus_access::Role;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Expect, Op};
use serde::Deserialize;
use utoipa::ToSchema;

/// The decision.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CorrectionDecision {
    /// `accepted` or `declined`.
    decision: Decision,
    /// Why: the person reads it.
    reason: String,
}

/// Accept or decline a correction
///
/// For those who look after the record: the person who asked cannot decide. What is accepted is corrected in the entry
/// itself, by whoever may change it.
#[utoipa::path(post, path = "/api/v1/corrections/{id}/decision", tag = "rights", operation_id = "decideCorrection",
    params(("id" = String, Path, description = "Id of the request")),
    request_body = CorrectionDecision,
    responses((status = 200, body = Correction), (status = 404, body = salus_http::Problem),
              (status = 409, body = salus_http::Problem), (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(decision): Json<CorrectionDecision>,
) -> Result<Json<Correction>, ApiError> {
    let absent = || ApiError::not_found("request");
    let stored = caller.records.read("Task", &id).await?.ok_or_else(absent)?;
    let task = stored.json()?;
    let asked = correction::read(&stored, &task).ok_or_else(absent)?;
    let is_holder =
        matches!(Standing::of(&caller, &asked.person), Some(Standing::Oneself | Standing::Parent));
    let may_decide = caller.subject.has_role(Role::Clinician) || caller.subject.has_role(Role::Admin);
    if is_holder || !may_decide {
        return Err(absent());
    }
    if asked.decision.is_some() {
        return Err(ApiError::conflict("This was decided already."));
    }
    let reason = decision.reason.trim();
    if reason.is_empty() {
        return Err(ApiError::invalid("Say why: the person reads it.").at("reason", "is empty"));
    }
    let now = caller.now;
    let resource = correction::decided(task, decision.decision, reason, now);
    let proof = correction::provenance(&id, &asked.person, &asked.entry, caller.account(), now);
    let ops =
        vec![Op::Put { resource, expect: Expect::Version(stored.version) }, Op::Create { resource: proof }];
    // A request is the person's own testimony, which no other role may write: the decision is the platform's.
    let records = app.store.system("write down what was decided about a correction");
    records.write(Batch { ops, ..Batch::default() }).await?;
    let stored = records.read("Task", &id).await?.ok_or_else(absent)?;
    correction::read(&stored, &stored.json()?).map(Json).ok_or_else(absent)
}
