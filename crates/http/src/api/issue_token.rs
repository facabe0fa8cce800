//! `POST /api/v1/tokens`: a token for a program that acts for the account.

use crate::api::list_tokens::TokenItem;
use crate::{ApiError, App, Caller, Json};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_auth::{CredentialId, TokenScope};
use serde::{Deserialize, Serialize};

/// The token wished for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// What you call it, 1 to 100 characters.
    label: String,
    /// What it is good for.
    #[serde(default)]
    scope: ScopeRequest,
    /// How many days it lives.
    #[serde(default = "ninety")]
    days: u32,
}

/// What a token is good for.
#[derive(Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScopeRequest {
    /// Reading.
    #[default]
    Read,
    /// Everything the account may do.
    Write,
    /// Breaking the glass in an emergency, as far as the account may, and nothing else.
    Emergency,
}

fn ninety() -> u32 {
    90
}

/// A token and its secret.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedToken {
    /// What is stored of it.
    #[serde(flatten)]
    token: TokenItem,
    /// What to send after `Bearer `. It is shown this once.
    secret: String,
}

/// Issue an API token
///
/// Needs a session: a token cannot beget tokens.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "issueToken",
    request_body = TokenRequest,
    responses(
        (status = 201, body = IssuedToken),
        (status = 403, description = "The request came with an API token."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(wish): Json<TokenRequest>,
) -> Result<Response, ApiError> {
    if let CredentialId::Token(_) | CredentialId::Certificate(_) = caller.identity.credential {
        return Err(ApiError::forbidden("A program cannot issue API tokens. Sign in to do that."));
    }
    let scope = match wish.scope {
        ScopeRequest::Read => TokenScope::Read,
        ScopeRequest::Write => TokenScope::Write,
        ScopeRequest::Emergency => TokenScope::Emergency,
    };
    let new = app.auth.issue_token(caller.account(), &wish.label, scope, Some(wish.days)).await?;
    let issued = IssuedToken { token: new.stored.into(), secret: new.token.expose().clone() };
    Ok((StatusCode::CREATED, Json(issued)).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
        let (app, maria) = TestApp::with_person("maria").await;
        let issued = maria.post("/api/v1/tokens", &json!({ "label": "sync", "days": 30 })).await;
        assert_eq!(issued.status(), 201);
        let issued = issued.json();
        let secret = issued["secret"].as_str().unwrap();
        assert!(secret.starts_with("salus_"));

        let listed = maria.get("/api/v1/tokens").await;
        assert!(!listed.text().contains(secret));
        assert_eq!(listed.json()[0]["expiresAt"], "2026-02-04T08:00:00Z");

        let program = app.anonymous().with_header("authorization", &format!("Bearer {secret}"));
        assert_eq!(program.get("/api/v1/session").await.status(), 200);
        assert_eq!(program.post("/api/v1/tokens", &json!({ "label": "more" })).await.status(), 403);
        assert_eq!(program.delete("/api/v1/session").await.status(), 409);

        let path = format!("/api/v1/tokens/{}", issued["id"].as_str().unwrap());
        let john = app.person("john").await;
        assert_eq!(john.delete(&path).await.status(), 404);
        assert_eq!(maria.delete(&path).await.status(), 204);
        assert_eq!(maria.delete(&path).await.status(), 404);
        assert_eq!(program.get("/api/v1/session").await.status(), 401);
    }

    #[tokio::test]
    async fn a_wrong_wish_is_told_where() {
        let (_app, maria) = TestApp::with_person("maria").await;
        for (wish, field) in [
            (json!({ "label": " " }), "label"),
            (json!({ "label": "x", "days": 0 }), "days"),
            (json!({ "label": "x", "days": 100_000 }), "days"),
            (json!({ "label": "x", "scope": "root" }), "scope"),
            (json!({ "label": 7 }), "label"),
        ] {
            let response = maria.post("/api/v1/tokens", &wish).await;
            assert_eq!(
                (response.status(), response.json()["errors"][0]["field"].as_str()),
                (422, Some(field)),
                "{wish}"
            );
        }
    }
}
