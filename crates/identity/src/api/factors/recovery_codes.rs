//! `POST /api/v1/factors/recovery-codes`: ten codes for when everything else is lost.

use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// Codes to write down. They are shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each is good once.
    #[schema(format = Password)]
    codes: Vec<String>,
}

/// Make new recovery codes
///
/// Those there were are no longer good.
#[utoipa::path(post, path = "/api/v1/factors/recovery-codes", tag = "factors", operation_id = "makeRecoveryCodes",
    responses(
        (status = 200, body = RecoveryCodes),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 409, description = "There is no second step that could be lost."),
    ))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<RecoveryCodes>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let codes = app.auth.new_recovery_codes(caller.account()).await?;
    Ok(Json(RecoveryCodes { codes: codes.iter().map(|code| code.expose().clone()).collect() }))
}
