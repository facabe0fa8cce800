//! The answer that sends a browser to another provider.

use crate::{ApiError, Json, cookie};
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use salus_auth::federated::Begun;
use serde::Serialize;

/// Where the browser goes now.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentAway {
    /// An address of the provider.
    send_to: String,
}

/// A way to another provider, begun: the address as [`SentAway`], and the cookie that binds the way to this browser.
pub struct SendAway(pub Begun);

impl IntoResponse for SendAway {
    fn into_response(self) -> Response {
        let cookie = match cookie::begin_provider(&self.0.secret) {
            Ok(cookie) => cookie,
            Err(error) => return ApiError::into_response(error),
        };
        let mut response = Json(SentAway { send_to: self.0.send_to }).into_response();
        response.headers_mut().insert(SET_COOKIE, cookie);
        response
    }
}
