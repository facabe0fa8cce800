//! Web pages of other origins may call us where an app of theirs was registered, and nowhere else. No cookie goes along.

use crate::App;
use crate::layers::headers::is_under;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What says where everything is, and is no secret.
const FOR_EVERYBODY: [&str; 4] =
    ["/.well-known", "/fhir/r4/.well-known", "/fhir/r4/metadata", "/oauth/jwks.json"];

/// What an app needs when it runs in a browser.
const FOR_APPS: [&str; 7] = [
    "/fhir",
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/par",
    "/oauth/register",
];

const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says for these paths which pages may read the answers; all others pass as they are.
pub(crate) async fn cors(State(layer): State<CorsLayer>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !FOR_EVERYBODY.iter().chain(&FOR_APPS).any(|root| is_under(path, root)) {
        return next.run(request).await;
    }
    match layer.layer(next).oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// What [`cors`] says.
pub(crate) fn rules(app: &App) -> CorsLayer {
    let app = app.clone();
    let may_read = AllowOrigin::async_predicate(move |origin, parts| {
        let path = parts.uri.path().to_owned();
        async move { may_read(&app, &path, &origin).await }
    });
    CorsLayer::new()
        .allow_origin(may_read)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, IF_NONE_EXIST, PREFER])
        .expose_headers([ETAG, LAST_MODIFIED, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE, REQUEST_ID])
        .max_age(Duration::from_secs(600))
}

async fn may_read(app: &App, path: &str, origin: &HeaderValue) -> bool {
    if FOR_EVERYBODY.iter().any(|root| is_under(path, root)) {
        return true;
    }
    let Ok(origin) = origin.to_str() else { return false };
    FOR_APPS.iter().any(|root| is_under(path, root))
        && app.auth.is_origin_of_a_client(origin).await.unwrap_or_else(|cause| {
            tracing::error!(error = %cause, "the origins of the clients could not be read");
            false
        })
}
