//! `POST /api/v1/accounts`: somebody more may sign in.

use super::shape::{AccountItem, Tie, people, roles};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_auth::NewAccount;
use salus_core::Secret;
use salus_http::{ApiError, App, Caller, Json};
use serde::Deserialize;

/// The account to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccountRequest {
    /// The address to sign in with; compared without regard to case.
    email: String,
    /// The name to show.
    name: String,
    /// The parts it plays.
    roles: Vec<String>,
    /// The people it names.
    #[serde(default)]
    people: Vec<Tie>,
    /// The id of the `Practitioner` it is.
    practitioner: Option<String>,
    /// The id of the `Organization` it works for.
    organization: Option<String>,
    /// The first password, to be changed by its holder.
    #[schema(format = Password, min_length = 12)]
    password: String,
}

/// Make an account
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", operation_id = "createAccount",
    request_body = AccountRequest,
    responses(
        (status = 201, body = AccountItem),
        (status = 404, description = "You do not run this installation."),
        (status = 409, description = "There is an account with this address."),
        (status = 422, description = "A field is not right; which one is told."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(wish): Json<AccountRequest>,
) -> Result<Response, ApiError> {
    caller.require_admin()?;
    let new = NewAccount {
        email: wish.email,
        display_name: wish.name,
        roles: roles(&wish.roles)?,
        patients: people(wish.people)?,
        practitioner: wish.practitioner,
        organization: wish.organization,
        password: Secret::new(wish.password),
    };
    let id = app.auth.create_account(new).await?;
    let account = app.auth.account(&id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    Ok((StatusCode::CREATED, Json(AccountItem::from(account))).into_response())
}

#[cfg(test)]
mod tests {
    use salus_http::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn a_new_account_may_sign_in_and_a_wrong_wish_is_told_where() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let (admin, maria) = (app.admin().await, app.person("maria").await);
        let wish = |field: &str, value: serde_json::Value| {
            let mut wish = json!({ "email": "nurse@example.org", "name": "Nurse Joy", "roles": ["clinician"],
                                   "organization": "alder", "password": "heron river turns twice" });
            wish[field] = value;
            wish
        };
        for (field, value, status, at) in [
            ("email", json!("nobody"), 422, "email"),
            ("name", json!(" "), 422, "name"),
            ("roles", json!(["root"]), 422, "roles[0]"),
            ("people", json!([{ "person": "p", "relationship": "boss" }]), 422, "people[0].relationship"),
            ("password", json!("password1234"), 422, "newPassword"),
            ("isActive", json!(true), 422, "isActive"),
        ] {
            let answer = admin.post("/api/v1/accounts", &wish(field, value)).await;
            assert_eq!(
                (answer.status(), answer.json()["errors"][0]["field"].as_str()),
                (status, Some(at)),
                "{field}"
            );
        }
        let wish = wish("name", json!("Nurse Joy"));
        assert_eq!(maria.post("/api/v1/accounts", &wish).await.status(), 404);
        let made = admin.post("/api/v1/accounts", &wish).await;
        assert_eq!(made.status(), 201);
        assert_eq!(made.json()["organization"], "alder");
        assert_eq!(admin.post("/api/v1/accounts", &wish).await.status(), 409);
        app.sign_in("nurse").await;
    }
}
