//! `DELETE /api/v1/factors/{id}`: a second step is lost, or no longer wanted.

use axum::extract::State;
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Path};

/// Remove a second step
///
/// It opens nothing from now on. Recovery codes go with the last that could be lost.
#[utoipa::path(delete, path = "/api/v1/factors/{id}", tag = "factors", operation_id = "removeFactor",
    params(("id" = String, Path, description = "Of the factor, from the list.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
        (status = 404, description = "There is no such factor of yours."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    app.auth.remove_factor(caller.account(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use salus_http::testing::{PASSWORD, TestApp, totp_code};
    use serde_json::json;

    #[tokio::test]
    async fn asvs_v6_5_6_a_lost_factor_is_removed_and_opens_nothing() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let maria = app.person("maria").await;
        let secret = app.with_totp(&maria).await;
        let path = format!(
            "/api/v1/factors/{}",
            maria.get("/api/v1/factors").await.json()[0]["id"].as_str().unwrap()
        );

        let refused = maria.delete(&path).await;
        assert_eq!(refused.json()["factors"], json!(["totp"]), "{}", refused.text());
        let shown = json!({ "method": "totp", "code": totp_code(&secret, &app, 0) });
        let answer = maria.post("/api/v1/session/step-up", &shown).await;
        let maria = app.anonymous().with_header("cookie", &format!("__Host-salus={}", answer.cookie()));
        let john = app.person("john").await;
        assert_eq!(john.delete(&path).await.status(), 404);
        assert_eq!(maria.delete(&path).await.status(), 204);
        assert_eq!(maria.get("/api/v1/factors").await.json(), json!([]));
        let body = json!({ "email": "maria@example.org", "password": PASSWORD });
        assert_eq!(app.anonymous().post("/api/v1/session", &body).await.status(), 200);
    }

    #[tokio::test]
    async fn asvs_v7_5_1_no_factor_is_changed_without_a_fresh_proof() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let maria = app.person("maria").await;
        app.clock().advance_seconds(600);
        for (path, body) in [
            ("/api/v1/factors/totp", json!({})),
            ("/api/v1/factors/recovery-codes", json!({})),
            ("/api/v1/factors/passkey-options", json!({})),
            ("/api/v1/factors/passkeys", json!({ "label": "x", "credential": {} })),
            ("/api/v1/factors/addresses", json!({ "method": "email" })),
            ("/api/v1/factors/addresses/confirmation", json!({ "code": "123456" })),
        ] {
            let refused = maria.post(path, &body).await;
            let kind = refused.json()["type"].as_str().map(str::to_owned);
            assert_eq!(kind.as_deref(), Some("urn:salus:problem:step-up-required"), "{path}");
        }
    }
}
