//! `GET /api/v1/factors`: what can I show beside my password?

use axum::extract::State;
use salus_auth::Factor;
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// Something that can be shown beside the password.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactorItem {
    /// To rename or remove it by.
    id: String,
    /// `totp`, `passkey`, `email`, `sms` or `recovery`.
    method: &'static str,
    /// What its holder calls it.
    label: String,
    /// When it was set up (RFC 3339).
    created_at: String,
    /// When it was last shown (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
    /// Where codes are sent to; of a telephone number, the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// How many recovery codes are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes_left: Option<usize>,
}

impl From<Factor> for FactorItem {
    fn from(factor: Factor) -> Self {
        Self {
            codes_left: factor.codes_left(),
            method: factor.method.code(),
            created_at: factor.created_at.to_string(),
            used_at: factor.used_at.map(|at| at.to_string()),
            address: factor.address.as_deref().map(shown),
            id: factor.id,
            label: factor.label,
        }
    }
}

/// An e-mail address as it is, which is the account's own; of a number the last three digits.
fn shown(address: &str) -> String {
    match address.strip_prefix('+') {
        Some(digits) => format!("… {}", &digits[digits.len().saturating_sub(3)..]),
        None => address.to_owned(),
    }
}

/// List my second steps
#[utoipa::path(get, path = "/api/v1/factors", tag = "factors", operation_id = "listFactors",
    responses((status = 200, body = Vec<FactorItem>)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<FactorItem>>, ApiError> {
    caller.require_session()?;
    let factors = app.auth.factors(caller.account()).await?;
    Ok(Json(factors.into_iter().map(FactorItem::from).collect()))
}
