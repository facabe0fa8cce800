//! `POST /api/v1/emergency/accesses/{id}/note`: what the helper did, in a few words, afterwards.

use super::list_accesses::{item, own};
use super::shapes::AccessItem;
use super::who::{require_acting, typed};
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Expect, Op};
use serde::Deserialize;

/// The note.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteWish {
    /// What was done, 5 to 2000 characters. The person reads it.
    note: String,
}

/// Note what was done in an emergency
///
/// Once: what was noted stays as it is.
#[utoipa::path(post, path = "/api/v1/emergency/accesses/{id}/note", tag = "emergency", operation_id = "noteEmergency",
    request_body = NoteWish, params(("id" = String, Path, description = "Id of the emergency")),
    responses((status = 200, body = AccessItem), (status = 404, body = salus_http::Problem),
        (status = 409, description = "There is a note already.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(wish): Json<NoteWish>,
) -> Result<Json<AccessItem>, ApiError> {
    require_acting(&caller)?;
    let records = app.store.system("note what was done in an emergency");
    let mut access = own(&caller, &records, &id).await?;
    if access.note.is_some() {
        return Err(ApiError::conflict("There is a note already; it stays as it is."));
    }
    access.note = Some((typed("note", &wish.note, 5, 2_000)?, caller.now));
    let put = Op::Put { resource: access.resource(), expect: Expect::Version(access.version) };
    records.write(Batch::of(put)).await?;
    item(&caller, &app, &records, &access).await.map(Json)
}
