//! `POST /api/v1/factors/addresses`: codes by e-mail or SMS.

use crate::api::factors::list_factors::FactorItem;
use crate::api::factors::passkeys::place;
use crate::api::factors::totp::FirstCode;
use axum::extract::State;
use http::StatusCode;
use salus_auth::Method;
use salus_http::{ApiError, App, Caller, Json};
use serde::Deserialize;

/// Where codes are to be sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAddress {
    /// By e-mail to the account's address, or by SMS.
    method: AddressMethod,
    /// The number with its country, for SMS.
    phone: Option<String>,
}

/// Where codes are sent.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AddressMethod {
    /// To the e-mail address.
    Email,
    /// To the telephone.
    Sms,
}

/// Begin to set up codes by e-mail or SMS
///
/// Sends a first code.
#[utoipa::path(post, path = "/api/v1/factors/addresses", tag = "factors", operation_id = "beginAddress",
    request_body = NewAddress,
    responses(
        (status = 204, description = "A first code is on its way."),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 409, description = "This installation sends no codes that way."),
        (status = 422, description = "This is no telephone number."),
    ))]
pub(crate) async fn begin(
    caller: Caller,
    State(app): State<App>,
    Json(new): Json<NewAddress>,
) -> Result<StatusCode, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let method = match new.method {
        AddressMethod::Email => Method::EmailCode,
        AddressMethod::Sms => Method::SmsCode,
    };
    app.auth.begin_address(caller.account(), place(&caller), method, new.phone.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm codes by e-mail or SMS with the first
#[utoipa::path(post, path = "/api/v1/factors/addresses/confirmation", tag = "factors", operation_id = "confirmAddress",
    request_body = FirstCode,
    responses((status = 200, body = FactorItem), (status = 422, description = "The code is not right.")))]
pub(crate) async fn confirm(
    caller: Caller,
    State(app): State<App>,
    Json(typed): Json<FirstCode>,
) -> Result<Json<FactorItem>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    Ok(Json(app.auth.confirm_address(caller.account(), place(&caller), typed.text()).await?.into()))
}
