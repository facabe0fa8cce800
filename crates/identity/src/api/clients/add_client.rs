//! `POST /api/v1/clients`: register a client and vouch for it.

use super::list_clients::ClientItem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_auth::oauth::NewClient;
use salus_http::{ApiError, App, Caller, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A client to be registered.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClientRequest {
    /// What it says of itself, by the field names of RFC 7591.
    #[schema(value_type = Object)]
    metadata: Value,
    /// The account that a service without a person acts for, by its id.
    #[serde(default)]
    acts_for: Option<String>,
}

/// A client just registered.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddedClient {
    /// The client.
    #[serde(flatten)]
    client: ClientItem,
    /// Its secret, where it proves itself by one. It is shown this once.
    secret: Option<String>,
}

/// Register a client
#[utoipa::path(post, path = "/api/v1/clients", tag = "clients", operation_id = "addClient",
    request_body = ClientRequest,
    responses(
        (status = 201, body = AddedClient),
        (status = 404, description = "You do not run this installation."),
        (status = 422, description = "Something of what it says of itself cannot be; the detail says what."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(wish): Json<ClientRequest>,
) -> Result<Response, ApiError> {
    caller.require_admin()?;
    caller.require_session()?;
    let new: NewClient = serde_json::from_value(wish.metadata)
        .map_err(|cause| ApiError::invalid(cause.to_string()).at("metadata", cause.to_string()))?;
    let made = app.auth.add_client(new, wish.acts_for.as_deref()).await?;
    let secret = made.secret.map(|secret| secret.expose().clone());
    Ok((StatusCode::CREATED, Json(AddedClient { client: ClientItem::of(made.client, None), secret }))
        .into_response())
}
