//! `DELETE /api/v1/account/identities/{id}`: an identity elsewhere opens my account no longer.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Unlink an identity at another provider
///
/// The password still opens the account.
#[utoipa::path(delete, path = "/api/v1/account/identities/{id}", tag = "factors", operation_id = "unlinkIdentity",
    params(("id" = String, Path, description = "Of the link, from the list.")),
    responses(
        (status = 204, description = "It opens nothing from now on."),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 404, description = "There is no such link of yours."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    app.auth.unlink_identity(caller.account(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
