//! From an [`App`] and its capabilities to the service that is listened with.

use crate::layers::cors;
use crate::layers::door::door;
use crate::layers::envelope::envelope;
use crate::layers::guard::guard;
use crate::layers::headers::{FOR_PROGRAMS, headers, is_under};
use crate::layers::time_limit::time_limit;
use crate::{ApiError, App, Capability, idempotency, openapi};
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use http::header::CONTENT_TYPE;
use std::sync::Arc;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// The whole service: the platform's own operations, the capabilities', and `web` for every path that is neither under
/// `/api` nor under `/fhir`. All of them pass the same layers.
pub fn router(app: App, capabilities: Vec<Capability>, web: Option<axum::Router>) -> axum::Router {
    let forgetting = Arc::clone(&app.forgetting);
    let routes = capabilities.into_iter().map(move |capability| {
        forgetting.add(capability.forgets);
        capability.routes
    });
    let (routes, document) = openapi::routers(routes).split_for_parts();
    let document: bytes::Bytes = document.to_json().unwrap_or_default().into();
    let openapi = move || async move { ([(CONTENT_TYPE, "application/json")], document) };
    let layer = |app: &App| app.clone();
    routes
        .route("/api/v1/openapi.json", get(openapi))
        .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() })
        .fallback(move |request: Request| fall_back(web.clone(), request))
        .layer(from_fn_with_state(layer(&app), idempotency::idempotency))
        .layer(from_fn_with_state(layer(&app), door))
        .layer(DefaultBodyLimit::max(app.config.body_limit_bytes))
        .layer(CompressionLayer::new().compress_when(is_worth_compressing()))
        .layer(from_fn_with_state(layer(&app), time_limit))
        .layer(from_fn_with_state(layer(&app), guard))
        .layer(from_fn_with_state(cors::rules(&app), cors::cors))
        .layer(from_fn_with_state(layer(&app), headers))
        .layer(from_fn_with_state(layer(&app), envelope))
        .with_state(app)
}

/// What no route takes: a problem where programs ask, the web app where people do.
async fn fall_back(web: Option<axum::Router>, request: Request) -> Response {
    let is_for_programs = FOR_PROGRAMS.iter().any(|root| is_under(request.uri().path(), root));
    if !is_for_programs && ![Method::GET, Method::HEAD].contains(request.method()) {
        return ApiError::method_not_allowed().into_response();
    }
    match web {
        Some(web) if !is_for_programs => match web.oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
        _ => ApiError::not_found("page").into_response(),
    }
}

/// Text of some length. Pictures and documents are compressed already; a stream of events must not be held back.
fn is_worth_compressing() -> impl Predicate {
    let not_compressed_yet = NotForContentType::IMAGES
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::new("application/octet-stream"))
        .and(NotForContentType::new("application/gzip"))
        .and(NotForContentType::new("application/zip"))
        .and(NotForContentType::new("audio/"))
        .and(NotForContentType::new("video/"))
        .and(NotForContentType::SSE);
    SizeAbove::new(1_024).and(not_compressed_yet)
}
