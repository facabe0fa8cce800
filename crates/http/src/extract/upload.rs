//! A body that is read piece by piece and never held whole.

use crate::ApiError;
use axum::RequestExt;
use axum::body::BodyDataStream;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use futures::StreamExt;
use http::header::CONTENT_TYPE;
use http_body_util::LengthLimitError;
use std::error::Error;

/// A body of any kind as it arrives, cut off at the route's body limit (`DefaultBodyLimit`).
pub struct Upload {
    /// What the sender says it is; empty where they say nothing.
    pub content_type: String,
    stream: BodyDataStream,
}

impl Upload {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// 413 beyond the route's limit, 400 where the sender went away.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.stream.next().await.transpose().map_err(|cause| match is_beyond_limit(&cause) {
            true => ApiError::too_large(),
            false => ApiError::bad_request("The body ended before it was complete."),
        })
    }
}

fn is_beyond_limit(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_beyond_limit)
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok(Self { content_type, stream: request.into_limited_body().into_data_stream() })
    }
}
