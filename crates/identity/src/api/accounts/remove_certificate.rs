//! `DELETE /api/v1/accounts/{id}/certificates/{thumbprint}`: who shows it is nobody from now on.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Take a certificate from an account
///
/// From the next request on it opens nothing, over open connections, too.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/certificates/{thumbprint}", tag = "accounts",
    operation_id = "removeCertificate",
    params(
        ("id" = String, Path, description = "Of the account."),
        ("thumbprint" = String, Path, description = "Its SHA-256, in hex."),
    ),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "The account has no such certificate, or you do not run this installation."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path((id, thumbprint)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    match app.auth.remove_certificate(&id, &thumbprint).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("certificate")),
    }
}
