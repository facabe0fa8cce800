//! `GET /oauth/userinfo`: who the person is, told to a client that they let know.

use axum::extract::State;
use salus_access::scope::{Grant, Scopes};
use salus_http::{ApiError, App, Caller, Json};
use serde_json::{Value, json};

/// Who signed in
#[utoipa::path(get, path = "/oauth/userinfo", tag = "oauth", operation_id = "userInfo",
    responses((status = 200, body = Object, description = "The claims that the token's scopes name.")))]
pub(crate) async fn handle(caller: Caller, State(app): State<App>) -> Result<Json<Value>, ApiError> {
    tell(&caller, &app).await
}

/// Who signed in, by POST
#[utoipa::path(post, path = "/oauth/userinfo", tag = "oauth", operation_id = "userInfoByPost",
    responses((status = 200, body = Object, description = "The claims that the token's scopes name.")))]
pub(crate) async fn handle_post(caller: Caller, State(app): State<App>) -> Result<Json<Value>, ApiError> {
    tell(&caller, &app).await
}

async fn tell(caller: &Caller, app: &App) -> Result<Json<Value>, ApiError> {
    let scopes = caller.identity.delegation.as_ref().map(|delegation| Scopes::parse(&delegation.scope));
    let scopes = scopes.filter(|scopes| scopes.gives(&Grant::OpenId));
    let scopes =
        scopes.ok_or_else(|| ApiError::forbidden("This needs an access token with the scope openid."))?;
    let mut claims = json!({ "sub": caller.account() });
    if scopes.gives(&Grant::Profile) {
        claims["name"] = caller.subject.display_name.as_str().into();
    }
    if scopes.gives(&Grant::Email) {
        claims["email"] = (*caller.identity.email).into();
    }
    if scopes.gives(&Grant::FhirUser)
        && let Some(account) = app.auth.account(caller.account()).await?
        && let Some(user) = app.auth.fhir_user(&account)
    {
        claims["fhirUser"] = user.into();
    }
    Ok(Json(claims))
}
