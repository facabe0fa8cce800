//! `DELETE /api/v1/session`: the session ends.

use crate::{ApiError, App, Caller, cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue, StatusCode};
use salus_auth::CredentialId;

/// What the browser kept of this site is thrown away, too: on a shared computer the next person finds nothing.
const CLEAR_SITE_DATA: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

/// Sign out
///
/// From now on the cookie opens nothing.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", operation_id = "signOut",
    responses(
        (status = 204, description = "The session is over."),
        (status = 409, description = "The request came with an API token, which is revoked elsewhere."),
    ))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Response, ApiError> {
    let CredentialId::Session(id) = &caller.identity.credential else {
        return Err(ApiError::conflict("An API token is no session. Revoke it under /api/v1/tokens."));
    };
    app.auth.end_session(caller.account(), id).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie::end()), CLEAR_SITE_DATA]).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_cookie_opens_nothing_afterwards() {
        let (_app, maria) = TestApp::with_person("maria").await;
        let response = maria.delete("/api/v1/session").await;
        assert_eq!(response.status(), 204);
        insta::assert_snapshot!(response.header("set-cookie"),
            @"__Host-salus=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
        assert_eq!(maria.get("/api/v1/session").await.status(), 401);
        assert_eq!(maria.delete("/api/v1/session").await.status(), 401);
    }

    #[tokio::test]
    async fn another_site_cannot_sign_anybody_out() {
        let (_app, maria) = TestApp::with_person("maria").await;
        let forged = maria.with_header("sec-fetch-site", "cross-site");
        assert_eq!(forged.delete("/api/v1/session").await.status(), 403);
        assert_eq!(maria.get("/api/v1/session").await.status(), 200);
    }
}
