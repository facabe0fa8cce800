//! `POST /api/v1/people/{id}/corrections`: a person says what is wrong in their record.

use crate::correction::{self, Correction};
use crate::holder::holder;
use http::StatusCode;
use salus_fhir::compartment;
use salus_fhir::reference::Reference;
use salus_http::{ApiError, Caller, Json, Path};
use salus_store::Batch;
use serde::Deserialize;
use utoipa::ToSchema;

const LONGEST: usize = 4_000;

/// What is wrong.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CorrectionWish {
    /// The entry: `Observation/…`.
    entry: String,
    /// What is wrong with it, 1 to 4,000 characters.
    wrong: String,
    /// What it should be, up to 4,000 characters.
    #[serde(default)]
    proposed: String,
}

/// Ask for an entry to be corrected
#[utoipa::path(post, path = "/api/v1/people/{id}/corrections", tag = "rights", operation_id = "requestCorrection",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = CorrectionWish,
    responses((status = 201, body = Correction), (status = 404, body = salus_http::Problem),
              (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
    Json(wish): Json<CorrectionWish>,
) -> Result<(StatusCode, Json<Correction>), ApiError> {
    holder(&caller, &id).await?;
    let fits = |text: &str| text.chars().count() <= LONGEST;
    if wish.wrong.trim().is_empty() || !fits(&wish.wrong) || !fits(&wish.proposed) {
        let why = "Say what is wrong, in 1 to 4,000 characters.";
        return Err(ApiError::invalid(why).at("wrong", why));
    }
    let no_entry = || ApiError::invalid("There is no such entry in this record.").at("entry", "is not there");
    let Reference::Local { type_name, id: entry, .. } = Reference::parse(&wish.entry) else {
        return Err(no_entry());
    };
    let stored = caller.records.read(type_name, entry).await?.ok_or_else(no_entry)?;
    if !compartment::patients(&stored.json()?).contains(&id) {
        return Err(no_entry());
    }
    let entry = format!("{type_name}/{entry}");
    let task = correction::request(&id, &entry, wish.wrong.trim(), wish.proposed.trim(), caller.now);
    let written = caller.records.write(Batch::create(task)).await?;
    let task = written.first().map(|written| written.id.clone()).unwrap_or_default();
    let stored = caller.records.read("Task", &task).await?.ok_or_else(|| ApiError::not_found("request"))?;
    let shown = correction::read(&stored, &stored.json()?).ok_or_else(|| ApiError::not_found("request"))?;
    Ok((StatusCode::CREATED, Json(shown)))
}
