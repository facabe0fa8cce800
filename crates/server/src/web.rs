//! The web client, carried inside the binary.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/dist"]
struct Client;

const INDEX: &str = "index.html";

/// What opens the codes that people share for an emergency: a page of its own, small, without signing in.
const VIEWER: &str = "v";
const VIEWER_PAGE: &str = "v.html";

/// Vite puts a hash of the content into the names under this folder, so they never change.
const HASHED: &str = "assets/";

/// A file of the client, or its start page for every route that the client itself resolves.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Client::get(path) {
        Some(file) => answer(path, file),
        None if path == VIEWER => match Client::get(VIEWER_PAGE) {
            Some(file) => answer(VIEWER_PAGE, file),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        None if path.starts_with(HASHED) => StatusCode::NOT_FOUND.into_response(),
        None => match Client::get(INDEX) {
            Some(file) => answer(INDEX, file),
            None => (
                StatusCode::NOT_FOUND,
                "This build of Salus carries no web client. `cargo xtask web` builds it.",
            )
                .into_response(),
        },
    }
}

fn answer(path: &str, file: rust_embed::EmbeddedFile) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Body::from(file.data).into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
