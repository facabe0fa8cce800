//! `GET /api/v1/sessions`: where am I signed in?

use crate::{ApiError, App, Caller, Json};
use axum::extract::State;
use salus_auth::CredentialId;
use serde::Serialize;

/// One place where the account is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionItem {
    /// To end it by.
    id: String,
    /// When the sign-in was (RFC 3339).
    created_at: String,
    /// When it was last used, give or take a minute (RFC 3339).
    seen_at: String,
    /// When it ends in any case (RFC 3339).
    expires_at: String,
    /// What the browser said it is.
    agent: String,
    /// Where from it was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// How its holder showed who they are: `password`, `totp`, `passkey`, `email`, `sms`, `recovery`, `federated`.
    methods: Vec<&'static str>,
    /// Whether this request was made in it.
    is_current: bool,
}

/// Where am I signed in
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", operation_id = "listSessions",
    responses((status = 200, body = Vec<SessionItem>)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<SessionItem>>, ApiError> {
    let sessions = app.auth.sessions(caller.account()).await?;
    let items = sessions.into_iter().map(|session| SessionItem {
        is_current: caller.identity.credential == CredentialId::Session(session.id.clone()),
        id: session.id,
        created_at: session.created_at.to_string(),
        seen_at: session.seen_at.to_string(),
        expires_at: session.expires_at.to_string(),
        address: session.address,
        methods: session.proofs.iter().map(|proof| proof.method.code()).collect(),
        agent: session.agent,
    });
    Ok(Json(items.collect()))
}
