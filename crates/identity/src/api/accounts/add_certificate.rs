//! `POST /api/v1/accounts/{id}/certificates`: who shows this certificate in the handshake is this account.

use super::list_certificates::CertificateItem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::Deserialize;

/// The certificate to be given to an account.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateRequest {
    /// In PEM; of several the first is taken.
    certificate: String,
}

/// Give a certificate to an account
#[utoipa::path(post, path = "/api/v1/accounts/{id}/certificates", tag = "accounts", operation_id = "addCertificate",
    params(("id" = String, Path, description = "Of the account.")),
    request_body = CertificateRequest,
    responses(
        (status = 201, body = CertificateItem),
        (status = 403, description = "You must show once more that it is you."),
        (status = 404, description = "There is no such account, or you do not run this installation."),
        (status = 409, description = "An account has it already, or there are too many."),
        (status = 422, description = "It is no certificate of a service, or it is over."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(wish): Json<CertificateRequest>,
) -> Result<Response, ApiError> {
    caller.require_admin()?;
    caller.require_step_up()?;
    let added = app.auth.add_certificate(&id, &wish.certificate).await?;
    Ok((StatusCode::CREATED, Json(CertificateItem::from(added))).into_response())
}

#[cfg(test)]
mod tests {
    use salus_http::testing::TestApp;
    use salus_outbound::testing::Authority;
    use serde_json::json;

    #[tokio::test]
    async fn administrators_give_certificates_to_accounts_and_take_them_back() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let (admin, lab, maria) = (app.admin().await, app.person("lab").await, app.person("maria").await);
        let path = format!("/api/v1/accounts/{}/certificates", lab.account());
        let certificate = Authority::named("Clients CA").issue("lab.example", "lab").certificate_pem;
        let wish = json!({ "certificate": certificate });
        assert_eq!(maria.post(&path, &wish).await.status(), 404);
        assert_eq!(lab.get(&path).await.status(), 404);
        assert_eq!(admin.post(&path, &json!({ "certificate": "none" })).await.status(), 422);
        assert_eq!(admin.get("/api/v1/accounts/nobody/certificates").await.status(), 404);

        let added = admin.post(&path, &wish).await;
        assert_eq!((added.status(), added.json()["subject"].as_str()), (201, Some("CN=lab")));
        assert_eq!(admin.post(&path, &wish).await.status(), 409);
        assert_eq!(admin.get(&path).await.json(), json!([added.json()]));
        let thumbprint = added.json()["thumbprint"].as_str().unwrap().to_owned();
        let place = format!("{path}/{thumbprint}");
        assert_eq!(maria.delete(&place).await.status(), 404);
        assert_eq!(admin.delete(&place).await.status(), 204);
        assert_eq!(admin.delete(&place).await.status(), 404);
        assert_eq!(admin.get(&path).await.json(), json!([]));

        app.clock().advance_seconds(601);
        assert_eq!(admin.post(&path, &wish).await.status(), 403, "an old proof is none");
    }
}
