//! A form from a client, with what it shows of itself.

use super::answer::Failed;
use axum::extract::{FromRequest, Request};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use salus_auth::oauth::{Code, Form};

/// More than any client sends.
const MOST_BYTES: usize = 64 * 1024;

/// A form-encoded body, and the `Authorization` header beside it.
pub(crate) struct ClientForm {
    pub(crate) form: Form,
    authorization: Option<String>,
}

impl ClientForm {
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

impl<S: Send + Sync> FromRequest<S> for ClientForm {
    type Rejection = Failed;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failed> {
        let (parts, body) = request.into_parts();
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let kind = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Code::InvalidRequest
                .because("Send this as application/x-www-form-urlencoded.")
                .into());
        }
        let authorization = header(AUTHORIZATION).map(str::to_owned);
        let body = axum::body::to_bytes(body, MOST_BYTES).await;
        let body =
            body.map_err(|_| Code::InvalidRequest.because("The body is too large, or ended early."))?;
        Ok(Self { form: Form::parse(&body)?, authorization })
    }
}
