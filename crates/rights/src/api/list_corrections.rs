//! `GET /api/v1/corrections`: the corrections asked for, in all records that the caller may read.

use crate::correction::{self, Correction};
use salus_fhir::search::Query;
use salus_http::{ApiError, Caller, Json};
use salus_store::Page;

/// More than anybody looks through.
const MOST: u32 = 200;

/// List the corrections asked for: a person's own, and, for those who decide, those of their patients
#[utoipa::path(get, path = "/api/v1/corrections", tag = "rights", operation_id = "listCorrections",
    responses((status = 200, body = Vec<Correction>)))]
pub(crate) async fn handle(caller: Caller) -> Result<Json<Vec<Correction>>, ApiError> {
    let pairs = [("code".to_owned(), correction::code())];
    let query = Query::parse("Task", &pairs).map_err(|error| ApiError::internal(error.to_string()))?;
    let found = caller.records.search(&query, Page::first(MOST)).await?;
    let mut shown = Vec::with_capacity(found.matches.len());
    for stored in &found.matches {
        shown.extend(correction::read(stored, &stored.json()?));
    }
    shown.sort_by(|a, b| b.requested_at.cmp(&a.requested_at).then_with(|| a.id.cmp(&b.id)));
    Ok(Json(shown))
}
