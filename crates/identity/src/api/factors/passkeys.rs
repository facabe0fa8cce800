//! `POST /api/v1/factors/passkeys`: a passkey.

use crate::api::factors::list_factors::FactorItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What to ask the browser for.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasskeyWish {
    /// What `navigator.credentials.create` is given as `publicKey`, in its JSON form.
    #[schema(value_type = Object)]
    public_key: Value,
}

/// A new passkey.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasskey {
    /// What its holder calls it, 1 to 100 characters.
    label: String,
    /// The browser's answer: the `PublicKeyCredential` in its JSON form (WebAuthn Level 3).
    #[schema(value_type = Object)]
    credential: Value,
}

/// Ask for a new passkey
#[utoipa::path(post, path = "/api/v1/factors/passkey-options", tag = "factors", operation_id = "askNewPasskey",
    responses(
        (status = 200, body = PasskeyWish),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 409, description = "The address of this installation cannot have passkeys."),
    ))]
pub(crate) async fn ask(caller: Caller, State(app): State<App>) -> Result<Json<PasskeyWish>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let mut options = app.auth.begin_passkey(caller.account(), place(&caller)).await?;
    Ok(Json(PasskeyWish { public_key: options["publicKey"].take() }))
}

/// Add a passkey
#[utoipa::path(post, path = "/api/v1/factors/passkeys", tag = "factors", operation_id = "addPasskey",
    request_body = NewPasskey,
    responses((status = 200, body = FactorItem), (status = 422, description = "It does not answer what was asked.")))]
pub(crate) async fn finish(
    caller: Caller,
    State(app): State<App>,
    Json(new): Json<NewPasskey>,
) -> Result<Json<FactorItem>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let added = app.auth.finish_passkey(caller.account(), place(&caller), &new.label, new.credential).await?;
    Ok(Json(added.into()))
}

/// The session in which something is set up.
pub(super) fn place(caller: &Caller) -> &str {
    match &caller.identity.credential {
        salus_auth::CredentialId::Session(id) => id,
        _ => "",
    }
}
