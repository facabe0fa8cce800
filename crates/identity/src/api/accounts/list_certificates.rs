//! `GET /api/v1/accounts/{id}/certificates`: the certificates by which a service is this account.

use axum::extract::State;
use salus_auth::AccountCertificate;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::Serialize;

/// A certificate that an account can show.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateItem {
    /// Its SHA-256, in hex: to remove it by.
    thumbprint: String,
    /// Whom it names.
    subject: String,
    /// When it was given to the account (RFC 3339).
    created_at: String,
    /// From then on it is good (RFC 3339).
    not_before: String,
    /// From then on it no longer is (RFC 3339).
    expires_at: String,
}

impl From<AccountCertificate> for CertificateItem {
    fn from(certificate: AccountCertificate) -> Self {
        Self {
            thumbprint: certificate.thumbprint,
            subject: certificate.subject,
            created_at: certificate.created_at.to_string(),
            not_before: certificate.not_before.to_string(),
            expires_at: certificate.expires_at.to_string(),
        }
    }
}

/// List an account's certificates
#[utoipa::path(get, path = "/api/v1/accounts/{id}/certificates", tag = "accounts", operation_id = "listCertificates",
    params(("id" = String, Path, description = "Of the account.")),
    responses(
        (status = 200, body = Vec<CertificateItem>),
        (status = 404, description = "There is no such account, or none for you."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<CertificateItem>>, ApiError> {
    caller.require_admin()?;
    app.auth.account(&id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let certificates = app.auth.certificates(&id).await?;
    Ok(Json(certificates.into_iter().map(CertificateItem::from).collect()))
}
