//! The shape in which the standards want an error, and answers that nobody may keep.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use salus_auth::oauth::{Code, OAuthError, Refusal};
use salus_http::{ApiError, Json};
use serde::Serialize;
use serde_json::json;

/// A JSON answer with secrets in it.
pub(crate) fn secret(status: StatusCode, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// An error as RFC 6749 §5.2 has it; what is wrong with us is told as everywhere else.
pub(crate) struct Failed(pub(crate) OAuthError);

impl From<OAuthError> for Failed {
    fn from(error: OAuthError) -> Self {
        Self(error)
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let refusal = match self.0 {
            OAuthError::Refused(refusal) => refusal,
            OAuthError::Other(cause) => return ApiError::from(cause).into_response(),
        };
        let (status, challenge) = match refusal.code {
            Code::InvalidClient => (StatusCode::UNAUTHORIZED, Some("Basic realm=\"salus\"")),
            Code::InvalidToken => {
                (StatusCode::UNAUTHORIZED, Some("Bearer realm=\"salus\", error=\"invalid_token\""))
            }
            _ => (StatusCode::BAD_REQUEST, None),
        };
        let body = json!({ "error": refusal.code.as_str(), "error_description": refusal.description });
        let mut response = secret(status, body);
        if let Some(challenge) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
