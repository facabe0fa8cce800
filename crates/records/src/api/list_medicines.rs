//! `GET /api/v1/people/{id}/medicines`: what a person takes or took.

use super::reading::{current_first, facts_of, newest_of_each};
use crate::shapes::MedicineItem;
use salus_http::{ApiError, Caller, Json, Path};

/// List medicines, those taken today first; of each the newest entry
#[utoipa::path(get, path = "/api/v1/people/{id}/medicines", tag = "record", operation_id = "listMedicines",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = Vec<MedicineItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<MedicineItem>>, ApiError> {
    let facts = facts_of(&caller, &id, &["MedicationRequest", "MedicationStatement"]).await?;
    Ok(Json(current_first(newest_of_each(facts)).iter().map(MedicineItem::of).collect()))
}
