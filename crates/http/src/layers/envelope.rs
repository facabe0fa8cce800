//! The outermost layer: gives the request an id, writes its line into the log, turns a panic into an answer, and gives
//! errors the shape of the place they are told at.

use crate::{ApiError, App};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method};
use salus_core::{Timestamp, Uid};
use std::panic::AssertUnwindSafe;

/// The id of a request: in its answer's `x-request-id`, in problems, and in the log.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

pub(crate) async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = app.now();
    let id = Uid::fresh(&*app.clock, &*app.rng).to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let line = Line::of(&request, started);
    let place = Place::of(request.uri().path());
    let path = request.uri().path().to_owned();

    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let answer = answer.unwrap_or_else(|_| ApiError::internal("a handler panicked").into_response());
    let mut answer = place.shape(answer, &path, &id);
    if let Ok(value) = HeaderValue::try_from(&id) {
        answer.headers_mut().insert("x-request-id", value);
    }
    line.log(&answer, &id, app.now());
    answer
}

/// What the log says of a request: nothing that was sent, and the path as a template.
struct Line {
    method: Method,
    route: String,
    started: Timestamp,
}

impl Line {
    fn of(request: &Request, started: Timestamp) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
        Self { method: request.method().clone(), route, started }
    }

    fn log(&self, answer: &Response, id: &str, now: Timestamp) {
        let duration_ms = now.duration_since(self.started).as_secs_f64() * 1_000.0;
        let status = answer.status().as_u16();
        tracing::info!(
            http.method = %self.method,
            http.route = %self.route,
            http.status = status,
            duration_ms,
            request.id = %id,
            "answered a request"
        );
        if let Some(cause) = answer.extensions().get::<ApiError>().and_then(ApiError::cause) {
            tracing::error!(http.route = %self.route, request.id = %id, error = %cause, "a request failed");
        }
    }
}

/// Where an error is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Fhir,
    Api,
    Elsewhere,
}

impl Place {
    fn of(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("fhir") => Self::Fhir,
            Some("api" | "healthz" | "readyz") => Self::Api,
            _ => Self::Elsewhere,
        }
    }

    /// Writes an error again in the shape of this place; leaves every other answer as it is.
    fn shape(self, answer: Response, path: &str, id: &str) -> Response {
        let Some(error) = self.error_of(&answer) else { return answer };
        let (mut parts, _) = answer.into_parts();
        let (shaped, body) = match self {
            Self::Fhir => error.outcome(),
            Self::Api | Self::Elsewhere => error.problem(Some(path), Some(id)),
        }
        .into_parts();
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.remove(CONTENT_ENCODING);
        parts.headers.extend(shaped.headers);
        parts.status = shaped.status;
        parts.extensions.insert(error);
        Response::from_parts(parts, body)
    }

    /// The error in an answer: ours, or one that a library wrote as plain text or not at all. What a 5xx says that is
    /// not ours is never sent.
    fn error_of(self, answer: &Response) -> Option<ApiError> {
        if let Some(error) = answer.extensions().get::<ApiError>() {
            return Some(error.clone());
        }
        let status = answer.status();
        let is_error = status.is_client_error() || status.is_server_error();
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
        let is_told_here = self != Self::Elsewhere && is_plain;
        (status.is_server_error() || (is_error && is_told_here)).then(|| ApiError::of_status(status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn what_is_written_again_is_no_longer_compressed() {
        let mut answer = ApiError::not_found("resource").into_response();
        answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let shaped = Place::Fhir.shape(answer, "/fhir/r4/Patient/x", "r1");
        assert!(!shaped.headers().contains_key(CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn an_error_takes_the_shape_of_its_place() {
        let plain = || (StatusCode::METHOD_NOT_ALLOWED, "nope").into_response();
        let broken =
            || (StatusCode::BAD_GATEWAY, axum::Json("the disk under /var/lib is gone")).into_response();
        let own = || ApiError::not_found("resource").into_response();
        for (path, answer, kind) in [
            ("/fhir/Patient/x", own(), "application/fhir+json"),
            ("/fhir", plain(), "application/fhir+json"),
            ("/fhirs", plain(), "text/plain; charset=utf-8"),
            ("/api/v1/people", own(), "application/problem+json"),
            ("/api/v1/people", plain(), "application/problem+json"),
            ("/index.html", plain(), "text/plain; charset=utf-8"),
            ("/index.html", own(), "application/problem+json"),
            ("/index.html", broken(), "application/problem+json"),
            ("/fhir/Patient", broken(), "application/fhir+json"),
        ] {
            let status = answer.status();
            let shaped = Place::of(path).shape(answer, path, "r1");
            assert_eq!(
                (shaped.status(), shaped.headers()[CONTENT_TYPE].to_str().unwrap()),
                (status, kind),
                "{path}"
            );
        }
    }
}
