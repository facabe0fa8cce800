//! `GET /api/v1/accounts`: who may sign in?

use super::shape::AccountItem;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Query};
use salus_store::{Cursor, Page};
use serde::{Deserialize, Serialize};

const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which accounts.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The one with this e-mail address.
    email: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many, at most 200.
    count: Option<u32>,
}

/// A page of accounts.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountList {
    /// The accounts.
    accounts: Vec<AccountItem>,
    /// What to send as `after` for the next page; absent at the end.
    next: Option<String>,
}

/// List the accounts
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", operation_id = "listAccounts", params(Part),
    responses((status = 200, body = AccountList), (status = 404, description = "You do not run this installation.")))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Query(part): Query<Part>,
) -> Result<Json<AccountList>, ApiError> {
    caller.require_admin()?;
    if let Some(email) = part.email {
        let found = app.auth.account_by_email(&email).await?;
        return Ok(Json(AccountList { accounts: found.into_iter().map(Into::into).collect(), next: None }));
    }
    let count = part.count.unwrap_or(USUAL).clamp(1, MOST);
    let page = Page { count, cursor: part.after.as_deref().map(Cursor::parse) };
    let found = app.auth.accounts(page).await?;
    let next = found.next.map(|next| next.as_str().to_owned());
    Ok(Json(AccountList { accounts: found.accounts.into_iter().map(Into::into).collect(), next }))
}

#[cfg(test)]
mod tests {
    use salus_http::testing::TestApp;

    async fn app() -> TestApp {
        TestApp::with_capabilities(|| vec![crate::capability()]).await
    }

    #[tokio::test]
    async fn asvs_v8_2_1_accounts_are_for_administrators_alone() {
        let app = app().await;
        let (admin, maria) = (app.admin().await, app.person("maria").await);
        assert_eq!(maria.get("/api/v1/accounts").await.status(), 404);
        let listed = admin.get("/api/v1/accounts").await;
        assert_eq!(listed.status(), 200);
        assert!(!listed.text().contains("argon2"), "no secret leaves the house");
        let found = admin.get("/api/v1/accounts?email=MARIA@example.org").await.json();
        assert_eq!(found["accounts"][0]["people"][0]["relationship"], "self");
    }

    #[tokio::test]
    async fn they_come_page_by_page() {
        let app = app().await;
        let admin = app.admin().await;
        for name in ["ann", "bob", "cat"] {
            app.person(name).await;
        }
        let first = admin.get("/api/v1/accounts?count=3").await.json();
        let path = format!("/api/v1/accounts?count=3&after={}", first["next"].as_str().unwrap());
        let rest = admin.get(&path).await.json();
        assert_eq!(rest["accounts"].as_array().unwrap().len(), 1);
        assert_eq!(admin.get("/api/v1/accounts?after=nonsense").await.status(), 422);
        assert_eq!(admin.get("/api/v1/accounts?role=admin").await.status(), 400);
    }
}
