//! `POST /api/v1/erasures/{id}/certificate`: the certificate, for whoever holds the receipt.

use super::shapes::ErasureItem;
use crate::erasure;
use axum::extract::State;
use salus_http::{ApiError, App, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

/// What opens it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Receipt {
    /// As it was shown when the erasure was asked for.
    receipt: String,
}

/// See an erasure and its certificate with the receipt, without signing in
///
/// The account that asked may be gone by then. The receipt is sent in the body, so that no log of addresses has it.
#[utoipa::path(post, path = "/api/v1/erasures/{id}/certificate", tag = "rights", operation_id = "getCertificate",
    params(("id" = String, Path, description = "Id of the erasure")),
    request_body = Receipt,
    responses((status = 200, body = ErasureItem), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(shown): Json<Receipt>,
) -> Result<Json<ErasureItem>, ApiError> {
    let found = erasure::find(&app, &id).await?.filter(|erasure| erasure.is_receipt(&shown.receipt));
    found.map(|erasure| Json(erasure.into())).ok_or_else(|| ApiError::not_found("erasure"))
}
