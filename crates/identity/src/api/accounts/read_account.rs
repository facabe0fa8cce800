//! `GET /api/v1/accounts/{id}`: one account.

use super::shape::AccountItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};

/// Read an account
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "accounts", operation_id = "readAccount",
    params(("id" = String, Path, description = "Of the account.")),
    responses((status = 200, body = AccountItem), (status = 404, description = "There is none, or none for you.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<AccountItem>, ApiError> {
    caller.require_admin()?;
    let account = app.auth.account(&id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    Ok(Json(account.into()))
}
