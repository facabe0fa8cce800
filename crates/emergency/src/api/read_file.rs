//! `GET /api/v1/links/{link}` and `…/file`: the encrypted file itself.

use crate::link::open::{Opened, Visitor, open};
use crate::link::{EMERGENCY_LINK, EmergencyLink, LinkState, ticket};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderName};
use salus_http::{ApiError, App, ClientAddress, Path, Query};
use serde::Deserialize;

/// What is asked with a direct link.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Direct {
    /// Who opens the link, in words that the person will read.
    recipient: String,
}

/// What is asked with a place that a manifest named.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ticket {
    ticket: String,
}

/// Open a shared link that has neither a passcode nor a manifest
#[utoipa::path(get, path = "/api/v1/links/{link}", tag = "links", operation_id = "openDirectLink",
    params(("link" = String, Path, description = "The name in the link"), Direct),
    responses((status = 200, description = "A compact JWE.", body = String, content_type = "application/jose"),
        (status = 404, body = salus_http::Problem)))]
pub(crate) async fn direct(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Path(secret): Path<String>,
    Query(Direct { recipient }): Query<Direct>,
) -> Result<Response, ApiError> {
    let records = app.store.system("open an emergency link");
    let standing = records.read(EMERGENCY_LINK, &EmergencyLink::id_of(&secret)).await?;
    let is_direct = match standing {
        Some(stored) => EmergencyLink::read(&stored)?.is_direct(),
        None => false,
    };
    if !is_direct {
        return Err(ApiError::not_found("link"));
    }
    let visitor = Visitor { recipient: super::who::typed("recipient", &recipient, 1, 200)?, address };
    match open(&app, &secret, None, &visitor).await? {
        Opened::Yes(link) => Ok(jose(link.document(&app, &records).await?)),
        Opened::WrongPasscode(_) | Opened::No => Err(ApiError::not_found("link")),
    }
}

/// Fetch the file that a manifest named
#[utoipa::path(get, path = "/api/v1/links/{link}/file", tag = "links", operation_id = "fetchLinkFile",
    params(("link" = String, Path, description = "The name in the link"), Ticket),
    responses((status = 200, description = "A compact JWE.", body = String, content_type = "application/jose"),
        (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(
    State(app): State<App>,
    Path(secret): Path<String>,
    Query(Ticket { ticket }): Query<Ticket>,
) -> Result<Response, ApiError> {
    let nothing = || ApiError::not_found("link");
    let records = app.store.system("open an emergency link");
    let stored = records.read(EMERGENCY_LINK, &EmergencyLink::id_of(&secret)).await?.ok_or_else(nothing)?;
    let link = EmergencyLink::read(&stored)?;
    let now = app.now();
    if link.state(now) != LinkState::Active || !ticket::is_good(&link, &ticket, now) {
        return Err(nothing());
    }
    Ok(jose(link.document(&app, &records).await?))
}

fn jose(file: String) -> Response {
    for_every_site(([(CONTENT_TYPE, "application/jose")], file).into_response())
}

/// Lets viewers on other sites read the answer: what is in it is encrypted, and their key did not come from here.
pub(super) fn for_every_site(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    answer
}
