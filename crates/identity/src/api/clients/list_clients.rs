//! `GET /api/v1/clients`: which programs may ask people for access?

use crate::api::apps::Permission;
use axum::extract::State;
use salus_access::scope::Scopes;
use salus_auth::oauth::{Client, ClientState, Filed};
use salus_core::Timestamp;
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// A client, as administrators see it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientItem {
    /// What it sends as `client_id`.
    id: String,
    /// What it calls itself.
    name: String,
    /// Whether it waits to be let in.
    is_waiting: bool,
    /// Whether an administrator registered it.
    is_vouched_for: bool,
    /// How it proves who it is: `none`, `client_secret_basic`, `client_secret_post`, `private_key_jwt`.
    auth_method: &'static str,
    /// What it may exchange for tokens.
    grant_types: Vec<&'static str>,
    /// Where its answers may go.
    redirect_uris: Vec<String>,
    /// The most it may ask for.
    scope: String,
    /// The same in words.
    permissions: Vec<Permission>,
    /// Where it publishes its public keys.
    jwks_uri: Option<String>,
    /// Its web site, as it says itself.
    site: Option<String>,
    /// The account a service acts for.
    acts_for: Option<String>,
    /// When it was registered (RFC 3339).
    created_at: String,
    /// When it was last used, as far as that is still known (RFC 3339).
    used_at: Option<String>,
}

impl ClientItem {
    pub(super) fn of(client: Filed<Client>, used_at: Option<Timestamp>) -> Self {
        Self {
            name: client.name.clone(),
            is_waiting: client.state == ClientState::Waiting,
            is_vouched_for: client.is_vouched_for,
            auth_method: client.auth_method.code(),
            grant_types: client.grant_types.iter().map(|grant| grant.code()).collect(),
            redirect_uris: client.redirect_uris.clone(),
            permissions: Scopes::parse(&client.scope).known.iter().map(Permission::from).collect(),
            scope: client.scope.clone(),
            jwks_uri: client.jwks_uri.clone(),
            site: client.site.clone(),
            acts_for: client.acts_for().map(str::to_owned),
            created_at: client.created_at.to_string(),
            used_at: used_at.map(|at| at.to_string()),
            id: client.id,
        }
    }
}

/// List the clients
#[utoipa::path(get, path = "/api/v1/clients", tag = "clients", operation_id = "listClients",
    responses((status = 200, body = Vec<ClientItem>), (status = 404, description = "You do not run this installation.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<ClientItem>>, ApiError> {
    caller.require_admin()?;
    let mut listed = Vec::new();
    for client in app.auth.clients().await? {
        let used_at = app.auth.client_used_at(&client.id).await?;
        listed.push(ClientItem::of(client, used_at));
    }
    Ok(Json(listed))
}
