//! `DELETE /api/v1/sessions`: end every session but this one.

use crate::{ApiError, App, Caller};
use axum::extract::State;
use http::StatusCode;

/// End all other sessions
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session", operation_id = "endOtherSessions",
    responses((status = 204, description = "Only the session of this request is left.")))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<StatusCode, ApiError> {
    app.auth.end_other_sessions(caller.account(), &caller.identity.credential).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn asvs_v7_5_2_all_other_places_are_signed_out_at_once() {
        let (app, maria) = TestApp::with_person("maria").await;
        let (phone, tablet, john) =
            (app.sign_in("maria").await, app.sign_in("maria").await, app.person("john").await);
        assert_eq!(maria.delete("/api/v1/sessions").await.status(), 204);
        for (client, status) in [(&maria, 200), (&phone, 401), (&tablet, 401), (&john, 200)] {
            assert_eq!(client.get("/api/v1/session").await.status(), status);
        }
    }
}
