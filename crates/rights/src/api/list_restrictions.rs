//! `GET /api/v1/people/{id}/restrictions`: what is restricted, and what could be.

use crate::holder::holder;
use crate::restriction::{self, Restriction, data_classes};
use salus_fhir::search::Query;
use salus_http::{ApiError, Caller, Json, Path};
use salus_store::{Page, Stored};
use serde::Serialize;
use utoipa::ToSchema;

/// More than anybody has.
const MOST: u32 = 500;

/// What is restricted, and what could be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restrictions {
    /// Those that hold now.
    active: Vec<Restriction>,
    /// The classes of data that can be restricted.
    classes: Vec<ClassItem>,
}

/// A class of data.
#[derive(Serialize, ToSchema)]
#[schema(as = DataClass)]
pub(crate) struct ClassItem {
    /// The word for it.
    code: &'static str,
    /// What it is called.
    title: &'static str,
}

/// See what is restricted in a record
#[utoipa::path(get, path = "/api/v1/people/{id}/restrictions", tag = "rights", operation_id = "listRestrictions",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Restrictions), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Json<Restrictions>, ApiError> {
    holder(&caller, &id).await?;
    let mut active = Vec::new();
    for stored in consents(&caller, &id).await? {
        active.extend(restriction::read(&stored, &stored.json()?).filter(|found| found.is_active));
    }
    active.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.id.cmp(&b.id)));
    let classes = data_classes().map(|class| ClassItem { code: class.code, title: class.title }).collect();
    Ok(Json(Restrictions { active, classes }))
}

/// The consents in a record.
pub(super) async fn consents(caller: &Caller, person: &str) -> Result<Vec<Stored>, ApiError> {
    let pairs = [("patient".to_owned(), format!("Patient/{person}"))];
    let query = Query::parse("Consent", &pairs).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(caller.records.search(&query, Page::first(MOST)).await?.matches)
}
