//! `GET /.well-known/openid-configuration` and its OAuth twin: where everything is, and what is understood.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use salus_auth::oauth::jwt::{ASSERTION_ALGS, Alg};
use salus_auth::oauth::{AuthMethod, GrantType, Issuer};
use salus_http::{App, Json};
use serde_json::{Value, json};

/// OpenID Connect discovery
#[utoipa::path(get, path = "/.well-known/openid-configuration", tag = "oauth", operation_id = "openidConfiguration",
    responses((status = 200, body = Object, description = "OpenID Connect Discovery 1.0.")))]
pub(crate) async fn openid(State(app): State<App>) -> Response {
    told(metadata(app.auth.issuer()))
}

/// OAuth discovery
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", operation_id = "oauthMetadata",
    responses((status = 200, body = Object, description = "RFC 8414.")))]
pub(crate) async fn oauth(State(app): State<App>) -> Response {
    told(metadata(app.auth.issuer()))
}

/// An answer that may be kept for an hour.
pub(super) fn told(document: Value) -> Response {
    ([(CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
}

/// What both documents say. Each list is made of the very values that the endpoints go by.
pub(super) fn metadata(issuer: &Issuer) -> Value {
    let methods = AuthMethod::ALL.map(AuthMethod::code);
    let proving: Vec<_> = AuthMethod::ALL.into_iter().filter(|method| *method != AuthMethod::None).collect();
    let proving: Vec<_> = proving.into_iter().map(AuthMethod::code).collect();
    let assertion_algs = ASSERTION_ALGS.map(|alg| format!("{alg:?}"));
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint("authorize"),
        "pushed_authorization_request_endpoint": issuer.endpoint("par"),
        "token_endpoint": issuer.endpoint("token"),
        "userinfo_endpoint": issuer.endpoint("userinfo"),
        "jwks_uri": issuer.endpoint("jwks.json"),
        "registration_endpoint": issuer.endpoint("register"),
        "introspection_endpoint": issuer.endpoint("introspect"),
        "revocation_endpoint": issuer.endpoint("revoke"),
        "end_session_endpoint": issuer.endpoint("end-session"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::code),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": Alg::ALL.map(Alg::code),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "introspection_endpoint_auth_methods_supported": proving,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [
            "openid", "fhirUser", "profile", "email", "launch", "launch/patient", "launch/encounter",
            "offline_access", "online_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds",
        ],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "fhirUser", "name", "email",
        ],
        "prompt_values_supported": ["login", "consent"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}
