//! `GET /api/v1/people/{id}/erasure`: what an erasure would do, before anybody asks for it.

use super::shapes::ErasureItem;
use crate::Config;
use crate::erasure;
use crate::holder::holder;
use axum::Extension;
use axum::extract::State;
use salus_access::Relationship;
use salus_http::{ApiError, App, Caller, Json, Path, people};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What an erasure would do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasurePreview {
    /// What has to be typed to confirm it: the person's name as it is shown.
    confirmation: String,
    /// Entries of the record that would go.
    resources: u64,
    /// Versions that would go, those of the past included.
    versions: u64,
    /// Files that would go.
    files: u64,
    /// Their bytes.
    file_bytes: u64,
    /// Entries of others that mention the person. They stay.
    mentions: u64,
    /// For so many hours it can be called off.
    cooling_off_hours: u32,
    /// Whether the account that asks has no other record: it may go too.
    may_close_account: bool,
    /// One that was asked for already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<ErasureItem>,
}

/// See what erasing a person would do
#[utoipa::path(get, path = "/api/v1/people/{id}/erasure", tag = "rights", operation_id = "previewErasure",
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = ErasurePreview), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Extension(config): Extension<Arc<Config>>,
    Path(id): Path<String>,
) -> Result<Json<ErasurePreview>, ApiError> {
    let (person, _) = holder(&caller, &id).await?;
    let holdings = app.store.holdings(&id).await?;
    let own = &caller.subject.patients;
    Ok(Json(ErasurePreview {
        confirmation: people::name(&person.json()?),
        resources: holdings.resources.iter().map(|(_, count)| count).sum(),
        versions: holdings.versions,
        files: holdings.files,
        file_bytes: holdings.file_bytes,
        mentions: app.store.mentions(&id).await?.len() as u64,
        cooling_off_hours: config.cooling_off_hours,
        may_close_account: own.len() == 1 && own.get(&id) == Some(&Relationship::Oneself),
        pending: erasure::pending(&app, &id).await?.map(ErasureItem::from),
    }))
}
