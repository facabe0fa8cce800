//! `GET /api/v1/session/providers`: by whom can one sign in here?

use crate::{App, Json};
use axum::extract::State;
use serde::Serialize;

/// Another provider by which people can sign in.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ProviderItem {
    /// To begin by.
    id: String,
    /// The name to show.
    name: String,
}

/// List the providers to sign in by
#[utoipa::path(get, path = "/api/v1/session/providers", tag = "session", operation_id = "listProviders",
    responses((status = 200, body = Vec<ProviderItem>)))]
pub(crate) async fn handle(State(app): State<App>) -> Json<Vec<ProviderItem>> {
    let item = |(id, name): (&str, &str)| ProviderItem { id: id.to_owned(), name: name.to_owned() };
    Json(app.auth.providers().map(item).collect())
}
