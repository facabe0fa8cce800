//! `POST /api/v1/links/{link}`: the manifest of a SMART Health Link, for strangers with a code.

use super::read_file::for_every_site;
use crate::link::open::{Opened, Visitor, open};
use crate::link::{FHIR_JSON, ticket};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS};
use http::{HeaderMap, StatusCode};
use salus_http::{ApiError, App, ClientAddress, Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a viewer sends. Members that the specification may add are passed over.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestWish {
    /// Who opens the link, in words that the person will read.
    recipient: String,
    #[serde(default)]
    passcode: Option<String>,
    /// The longest file that is to stand in the manifest itself.
    #[serde(default)]
    embedded_length_max: Option<usize>,
}

/// The files of a link.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Manifest {
    files: Vec<ManifestFile>,
}

/// One file: the encrypted text itself, or where it is for ten minutes.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestFile {
    /// `application/fhir+json`.
    content_type: &'static str,
    /// A compact JWE.
    #[serde(skip_serializing_if = "Option::is_none")]
    embedded: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// Open a shared link
///
/// As the SMART Health Links specification has it. The fifth wrong passcode closes the link for good.
#[utoipa::path(post, path = "/api/v1/links/{link}", tag = "links", operation_id = "openLink",
    request_body = ManifestWish,
    params(("link" = String, Path, description = "The name in the link")),
    responses((status = 200, body = Manifest),
        (status = 401, description = "The passcode is wrong; `remainingAttempts` says how many are left."),
        (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Path(secret): Path<String>,
    Json(wish): Json<ManifestWish>,
) -> Result<Response, ApiError> {
    let recipient = super::who::typed("recipient", &wish.recipient, 1, 200)?;
    let visitor = Visitor { recipient, address };
    let link = match open(&app, &secret, wish.passcode, &visitor).await? {
        Opened::Yes(link) => link,
        Opened::No => return Err(ApiError::not_found("link")),
        Opened::WrongPasscode(left) => {
            let left = json!({ "remainingAttempts": left });
            return Ok(for_every_site((StatusCode::UNAUTHORIZED, Json(left)).into_response()));
        }
    };
    let file = link.document(&app, &app.store.system("open an emergency link")).await?;
    let embedded = wish.embedded_length_max.is_none_or(|most| file.len() <= most);
    let location = || {
        let (origin, ticket) = (super::show_link::origin(&app, &headers), ticket::issue(&link, app.now()));
        format!("{origin}/api/v1/links/{secret}/file?ticket={ticket}")
    };
    let file = ManifestFile {
        content_type: FHIR_JSON,
        location: (!embedded).then(location),
        embedded: embedded.then_some(file),
    };
    Ok(for_every_site(Json(Manifest { files: vec![file] }).into_response()))
}

/// What a browser asks before a viewer on another site may open a link.
pub(crate) async fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    ];
    for_every_site((StatusCode::NO_CONTENT, headers).into_response())
}
