//! `GET /fhir/r4/.well-known/smart-configuration`: what an app needs to know before it asks.

use super::discovery::{metadata, told};
use axum::extract::State;
use axum::response::Response;
use salus_http::App;
use serde_json::json;

/// SMART configuration
#[utoipa::path(get, path = "/fhir/r4/.well-known/smart-configuration", tag = "oauth", operation_id = "smartConfiguration",
    responses((status = 200, body = Object, description = "SMART App Launch 2, conformance.")))]
pub(crate) async fn handle(State(app): State<App>) -> Response {
    let issuer = app.auth.issuer();
    let mut document = metadata(issuer);
    document["management_endpoint"] = format!("{}/me", issuer.as_str()).into();
    document["capabilities"] = json!([
        "launch-ehr",
        "launch-standalone",
        "authorize-post",
        "client-public",
        "client-confidential-symmetric",
        "client-confidential-asymmetric",
        "sso-openid-connect",
        "context-banner",
        "context-ehr-patient",
        "context-ehr-encounter",
        "context-standalone-patient",
        "permission-offline",
        "permission-online",
        "permission-patient",
        "permission-user",
        "permission-v1",
        "permission-v2",
    ]);
    told(document)
}
