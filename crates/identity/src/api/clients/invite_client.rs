//! `POST /api/v1/clients/invitations`: let somebody register one client themselves.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// An invitation.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientInvitation {
    /// To be sent after `Bearer ` to `/oauth/register`; good once, for a week. It is shown this once.
    invitation: String,
}

/// Invite a client
#[utoipa::path(post, path = "/api/v1/clients/invitations", tag = "clients", operation_id = "inviteClient",
    responses((status = 201, body = ClientInvitation), (status = 404, description = "You do not run this installation.")))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Response, ApiError> {
    caller.require_admin()?;
    caller.require_session()?;
    let invitation = app.auth.invite_client().await?.expose().clone();
    Ok((StatusCode::CREATED, Json(ClientInvitation { invitation })).into_response())
}
