//! No request takes forever: a limit for the answer to begin, and one between two pieces of a body.

use crate::{ApiError, App};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

/// The slowest line that is waited for while a body arrives, in bytes a second.
const SLOWEST_BYTES_PER_S: u64 = 64 * 1024;
/// For a body that does not say how large it is.
const UNKNOWN_BODY: Duration = Duration::from_secs(3_600);
/// A sender that is silent for so long in the middle of a body is gone.
const SILENCE: Duration = Duration::from_secs(30);

pub(crate) async fn time_limit(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let limit = limit(request.headers(), Duration::from_secs(app.config.request_timeout_s));
    let request = request.map(|body| Body::new(TimeoutBody::new(SILENCE, body)));
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| ApiError::timeout())
}

fn limit(headers: &HeaderMap, base: Duration) -> Duration {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) => base + Duration::from_secs(length / SLOWEST_BYTES_PER_S).min(UNKNOWN_BODY),
        None if headers.contains_key(TRANSFER_ENCODING) => base + UNKNOWN_BODY,
        None => base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_has_longer() {
        for (name, value, seconds) in [
            (None, "", 60),
            (Some(CONTENT_LENGTH), "100", 60),
            (Some(CONTENT_LENGTH), "67108864", 60 + 1_024),
            (Some(CONTENT_LENGTH), "18446744073709551615", 60 + 3_600),
            (Some(CONTENT_LENGTH), "minus one", 60),
            (Some(TRANSFER_ENCODING), "chunked", 60 + 3_600),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(name) = name {
                headers.insert(name, value.parse().unwrap());
            }
            assert_eq!(limit(&headers, Duration::from_secs(60)), Duration::from_secs(seconds), "{value}");
        }
    }
}
