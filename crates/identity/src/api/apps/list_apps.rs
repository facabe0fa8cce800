//! `GET /api/v1/apps`: which apps have access, since when, and to what?

use super::shape::{AppSummary, Permission};
use axum::extract::State;
use salus_access::scope::Scopes;
use salus_auth::oauth::Granted;
use salus_http::people::{PersonSummary, people};
use salus_http::{ApiError, App, Caller, Json};
use serde::Serialize;

/// An app with access.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppAccess {
    /// To take it back by.
    id: String,
    /// Which app; none where it is gone.
    app: Option<AppSummary>,
    /// What it may do.
    permissions: Vec<Permission>,
    /// Whose record it is about, where it is about one; none where that record is no longer open to the account.
    person: Option<PersonSummary>,
    /// Since when (RFC 3339).
    since: String,
    /// When it was last used, give or take ten minutes (RFC 3339).
    used_at: String,
    /// When it ends in any case (RFC 3339).
    ends_at: String,
}

impl AppAccess {
    fn of(granted: Granted, people: &[PersonSummary]) -> Self {
        let grant = granted.grant;
        let person = people.iter().find(|person| Some(&person.id) == grant.patient_id.as_ref());
        Self {
            app: granted.client.as_ref().map(|client| AppSummary::of(client, None)),
            permissions: Scopes::parse(&grant.scope).known.iter().map(Permission::from).collect(),
            person: person.cloned(),
            since: grant.created_at.to_string(),
            used_at: grant.used_at.to_string(),
            ends_at: grant.expires_at.to_string(),
            id: grant.id,
        }
    }
}

/// List the apps with access
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", operation_id = "listApps",
    responses((status = 200, body = Vec<AppAccess>)))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<Vec<AppAccess>>, ApiError> {
    let (grants, people) = (app.auth.grants(caller.account()).await?, people(&caller).await?);
    Ok(Json(grants.into_iter().map(|granted| AppAccess::of(granted, &people)).collect()))
}
