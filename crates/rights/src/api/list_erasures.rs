//! `GET /api/v1/erasures`: the erasures of the installation.

use super::shapes::ErasureItem;
use crate::erasure;
use axum::extract::State;
use salus_access::Role;
use salus_http::{ApiError, App, Caller, Json};

/// More than anybody looks through.
const MOST: u32 = 200;

/// List the erasures of the installation, for whoever runs it
#[utoipa::path(get, path = "/api/v1/erasures", tag = "rights", operation_id = "listErasures",
    responses((status = 200, body = Vec<ErasureItem>), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<ErasureItem>>, ApiError> {
    if !caller.subject.has_role(Role::Admin) {
        return Err(ApiError::not_found("page"));
    }
    let mut erasures = erasure::list(&app, MOST).await?;
    erasures.sort_by(|a, b| b.requested_at.cmp(&a.requested_at).then_with(|| a.id.cmp(&b.id)));
    Ok(Json(erasures.into_iter().map(ErasureItem::from).collect()))
}
