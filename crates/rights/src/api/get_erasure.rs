//! `GET /api/v1/erasures/{id}`: how far an erasure is.

use super::shapes::ErasureItem;
use crate::erasure::{self, Erasure};
use axum::extract::State;
use salus_access::Role;
use salus_http::{ApiError, App, Caller, Json, Path};

/// See how far an erasure is, and its certificate once it is done
#[utoipa::path(get, path = "/api/v1/erasures/{id}", tag = "rights", operation_id = "getErasure",
    params(("id" = String, Path, description = "Id of the erasure")),
    responses((status = 200, body = ErasureItem), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ErasureItem>, ApiError> {
    Ok(Json(asked_by(&caller, &app, &id).await?.into()))
}

/// The erasure, where the caller asked for it or runs the installation.
pub(super) async fn asked_by(caller: &Caller, app: &App, id: &str) -> Result<Erasure, ApiError> {
    let found = erasure::find(app, id).await?;
    let may_see =
        |erasure: &Erasure| erasure.requested_by == caller.account() || caller.subject.has_role(Role::Admin);
    found.filter(may_see).ok_or_else(|| ApiError::not_found("erasure"))
}
