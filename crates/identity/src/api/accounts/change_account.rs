//! `PATCH /api/v1/accounts/{id}`: other roles, other people, another clinic; verified; closed, or open again.

use super::shape::{AccountItem, Tie, people, roles};
use axum::extract::State;
use salus_auth::AccountChange;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::{Deserialize, Deserializer};

/// What to change; a field that is left out stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct ChangeRequest {
    /// The name to show.
    name: Option<String>,
    /// The parts it plays.
    roles: Option<Vec<String>>,
    /// Whether it may sign in; a closed account's sessions and tokens end.
    is_active: Option<bool>,
    /// The people it names: this list instead of the one before.
    people: Option<Vec<Tie>>,
    /// The id of the `Practitioner` it is; `null` takes it away.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    practitioner: Option<Option<String>>,
    /// The id of the `Organization` it works for; `null` takes it away.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    organization: Option<Option<String>>,
    /// The ids of the access policies it is given: this list instead of the one before.
    policies: Option<Vec<String>>,
    /// Whether it was made sure that they are who they say: emergencies open to nobody else.
    is_verified: Option<bool>,
}

/// Tells `null`, which takes away, from a field that was left out.
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Change an account
///
/// Its sessions and tokens obey at once.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts", operation_id = "changeAccount",
    params(("id" = String, Path, description = "Of the account.")),
    request_body = ChangeRequest,
    responses(
        (status = 200, body = AccountItem),
        (status = 404, description = "There is none, or none for you."),
        (status = 409, description = "Nobody would be left to run the installation."),
        (status = 422, description = "A field is not right; which one is told."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(wish): Json<ChangeRequest>,
) -> Result<Json<AccountItem>, ApiError> {
    caller.require_admin()?;
    let change = AccountChange {
        by: Some(caller.account().to_owned()),
        display_name: wish.name,
        roles: wish.roles.as_deref().map(roles).transpose()?,
        is_active: wish.is_active,
        patients: wish.people.map(people).transpose()?,
        practitioner: wish.practitioner,
        organization: wish.organization,
        policies: wish.policies,
        is_verified: wish.is_verified,
    };
    Ok(Json(app.auth.change_account(&id, change).await?.into()))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use salus_http::testing::{TestApp, TestClient, TestResponse};
    use salus_store::{AuditAction, AuditFilter};
    use serde_json::{Value, json};

    async fn patch(client: &TestClient, id: &str, body: &Value) -> TestResponse {
        let path = format!("/api/v1/accounts/{id}");
        client.send(Method::PATCH, &path, Some("application/json"), body.to_string()).await
    }

    #[tokio::test]
    async fn what_is_left_out_stays_and_null_takes_away() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let (admin, maria) = (app.admin().await, app.person("maria").await);
        let id = maria.account();
        let changed =
            patch(&admin, id, &json!({ "roles": ["person", "clinician"], "organization": "alder" })).await;
        assert_eq!(changed.json()["organization"], "alder");
        assert_eq!(changed.json()["name"], "Maria");
        let cleared = patch(&admin, id, &json!({ "organization": null })).await.json();
        assert_eq!(
            (&cleared["organization"], &cleared["roles"]),
            (&Value::Null, &json!(["person", "clinician"]))
        );
        assert_eq!(admin.get(&format!("/api/v1/accounts/{id}")).await.json(), cleared);
        assert_eq!(patch(&admin, "none", &json!({})).await.status(), 404);
        assert_eq!(patch(&admin, id, &json!({ "email": "x@example.org" })).await.status(), 422);
    }

    #[tokio::test]
    async fn asvs_v8_3_2_a_change_counts_from_the_next_request_on() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let (admin, maria) = (app.admin().await, app.person("maria").await);
        assert_eq!(maria.get("/api/v1/session").await.status(), 200);
        patch(&admin, maria.account(), &json!({ "isActive": false })).await;
        assert_eq!(maria.get("/api/v1/session").await.status(), 401);
    }

    #[tokio::test]
    async fn whoever_runs_the_installation_makes_sure_who_somebody_is_and_the_audit_names_them() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let (admin, maria) = (app.admin().await, app.person("maria").await);
        let verify = json!({ "isVerified": true });
        assert_eq!(patch(&maria, maria.account(), &verify).await.status(), 404);
        assert_eq!(patch(&admin, maria.account(), &json!({})).await.json()["isVerified"], false);
        assert_eq!(patch(&admin, maria.account(), &verify).await.json()["isVerified"], true);
        let filter = AuditFilter { actions: vec![AuditAction::AccountChange], ..AuditFilter::default() };
        let told = app.app().store.system("test").audit(&filter, 10).await.unwrap();
        assert_eq!((told.len(), told[0].actor.as_str()), (1, admin.account()));
        assert_eq!(told[0].detail["change"], "An administrator changed: verified");
    }

    #[tokio::test]
    async fn nobody_makes_themselves_an_administrator() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let maria = app.person("maria").await;
        assert_eq!(patch(&maria, maria.account(), &json!({ "roles": ["admin"] })).await.status(), 404);
        let admin = app.admin().await;
        let steps_down = patch(&admin, admin.account(), &json!({ "roles": ["person"] })).await;
        assert_eq!(steps_down.status(), 409);
    }
}
