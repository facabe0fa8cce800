//! `GET /api/v1/tokens`: the account's API tokens.

use crate::{ApiError, App, Caller, Json};
use axum::extract::State;
use salus_auth::ApiToken;
use serde::Serialize;

/// An API token without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenItem {
    /// To revoke it by.
    id: String,
    /// What its owner calls it.
    label: String,
    /// `read` or `write`.
    scope: &'static str,
    /// When it was issued (RFC 3339).
    created_at: String,
    /// When it ends (RFC 3339).
    expires_at: String,
}

impl From<ApiToken> for TokenItem {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            label: token.label,
            scope: token.scope.code(),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.to_string(),
        }
    }
}

/// List API tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "listTokens",
    responses((status = 200, body = Vec<TokenItem>)))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<Vec<TokenItem>>, ApiError> {
    let tokens = app.auth.tokens(caller.account()).await?;
    Ok(Json(tokens.into_iter().map(TokenItem::from).collect()))
}
