//! `DELETE /api/v1/sessions/{id}`: end a session elsewhere.

use crate::{ApiError, App, Caller, Path};
use axum::extract::State;
use http::StatusCode;

/// End a session
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", operation_id = "endSession",
    params(("id" = String, Path, description = "Of the session, from the list.")),
    responses((status = 204, description = "It is over."), (status = 404, description = "There is no such session of yours.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    match app.auth.end_session(caller.account(), &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("session")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_session_elsewhere_is_seen_and_ended() {
        let (app, maria) = TestApp::with_person("maria").await;
        app.clock().advance_seconds(60);
        let phone = app.sign_in("maria").await;
        let sessions = maria.get("/api/v1/sessions").await.json();
        let flags: Vec<_> =
            sessions.as_array().unwrap().iter().map(|item| item["isCurrent"].clone()).collect();
        assert_eq!(flags, [false, true]);

        let path = format!("/api/v1/sessions/{}", sessions[0]["id"].as_str().unwrap());
        let john = app.person("john").await;
        let (foreign, absent) = (john.delete(&path).await, john.delete("/api/v1/sessions/none").await);
        assert_eq!((foreign.status(), absent.status()), (404, 404));
        assert_eq!(maria.delete(&path).await.status(), 204);
        assert_eq!(phone.get("/api/v1/session").await.status(), 401);
        assert_eq!(maria.get("/api/v1/session").await.status(), 200);
    }
}
