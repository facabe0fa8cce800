//! `GET /api/v1/account/identities`: by which identities elsewhere can I sign in?

use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// An identity at another provider that opens the account.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentityItem {
    /// To unlink it by.
    id: String,
    /// The id of the provider.
    provider: String,
    /// Who tells of it.
    issuer: String,
    /// What the provider called it when it was linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// When it was linked (RFC 3339).
    created_at: String,
    /// When it last opened the account (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
}

/// List my identities at other providers
#[utoipa::path(get, path = "/api/v1/account/identities", tag = "factors", operation_id = "listIdentities",
    responses((status = 200, body = Vec<IdentityItem>)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<IdentityItem>>, ApiError> {
    caller.require_session()?;
    let links = app.auth.linked_identities(caller.account()).await?;
    let items = links.into_iter().map(|link| IdentityItem {
        id: link.id,
        provider: link.provider,
        issuer: link.issuer,
        label: link.label,
        created_at: link.created_at.to_string(),
        used_at: link.used_at.map(|at| at.to_string()),
    });
    Ok(Json(items.collect()))
}
