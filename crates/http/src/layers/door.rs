//! Strangers are turned away before any handler is reached: a handler that forgets its [`Caller`] is no open door.

use crate::caller::Caller;
use crate::layers::headers::is_under;
use crate::{ApiError, App, is_public};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;

/// Asks who calls, for every route that is not public and for every path under `/api` and `/fhir`, whether or not there
/// is such a path. What the web app serves is for everybody: it holds no data.
pub(crate) async fn door(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_for_programs = ["/api", "/fhir"].iter().any(|root| is_under(request.uri().path(), root));
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let is_open = route.is_some_and(|route| is_public(method.as_str(), route));
    if is_open || (route.is_none() && !is_for_programs) {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    Caller::from_request_parts(&mut parts, &app).await?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}
