//! What is turned away at the door: absurd addresses and headers, requests from other sites, too many from one address.

use crate::address::client_address;
use crate::limits::Lane;
use crate::{ApiError, App, csrf};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// Longer addresses are used by nobody; a FHIR search that needs more is sent by POST.
const MOST_URI_BYTES: usize = 8 * 1024;
const MOST_HEADER_BYTES: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;

pub(crate) async fn guard(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > MOST_URI_BYTES {
        return Err(ApiError::uri_too_long());
    }
    if request.headers().len() > MOST_HEADERS || size(request.headers()) > MOST_HEADER_BYTES {
        return Err(ApiError::headers_too_large());
    }
    let config = app.config;
    if let Some(address) = client_address(request.extensions(), request.headers(), config.trusted_proxies) {
        app.limits.check_address(address, Lane::of(uri.path())).await?;
    }
    if is_encoded(request.headers()) {
        return Err(ApiError::unsupported_media_type("Send the body as it is, without a content encoding."));
    }
    csrf::check(request.method(), uri, request.headers(), config.public_origin.as_deref())?;
    Ok(next.run(request).await)
}

/// A compressed body would be small at the door and large behind it; nothing here unpacks one.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|value| value != "identity")
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
