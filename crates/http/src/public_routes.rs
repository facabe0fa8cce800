//! The routes that need no [`crate::Caller`]: this list is all of them.

/// Method and path of every operation that strangers may call. Everything else answers 401 to them before a handler is
/// reached (`layers::door`); a test walks the whole API to make sure.
pub const PUBLIC_ROUTES: &[(&str, &str)] = &[
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/api/v1/certificate-keys"),
    ("POST", "/api/v1/erasures/{id}/certificate"),
    ("GET", "/api/v1/links/{link}"),
    ("GET", "/api/v1/links/{link}/file"),
    ("OPTIONS", "/api/v1/links/{link}"),
    ("POST", "/api/v1/links/{link}"),
    ("GET", "/api/v1/openapi.json"),
    ("POST", "/api/v1/password-reset"),
    ("POST", "/api/v1/password-reset/confirmation"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/passkey"),
    ("POST", "/api/v1/session/passkey-options"),
    ("GET", "/api/v1/session/providers"),
    ("POST", "/api/v1/session/providers/{provider}"),
    ("GET", "/api/v1/session/providers/{provider}/callback"),
    ("GET", "/api/v1/session/second-step"),
    ("POST", "/api/v1/session/second-step"),
    ("POST", "/api/v1/session/second-step/code"),
    ("POST", "/api/v1/session/second-step/passkey-options"),
    ("GET", "/fhir/r4/.well-known/smart-configuration"),
    ("GET", "/fhir/r4/metadata"),
    ("GET", "/healthz"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("GET", "/oauth/end-session"),
    ("POST", "/oauth/end-session"),
    ("POST", "/oauth/introspect"),
    ("GET", "/oauth/jwks.json"),
    ("POST", "/oauth/par"),
    ("POST", "/oauth/register"),
    ("POST", "/oauth/revoke"),
    ("POST", "/oauth/token"),
    ("GET", "/readyz"),
];

/// Whether strangers may call it.
pub fn is_public(method: &str, path: &str) -> bool {
    PUBLIC_ROUTES.contains(&(method, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_changes_only_on_purpose() {
        let lines: Vec<String> =
            PUBLIC_ROUTES.iter().map(|(method, path)| format!("{method} {path}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        GET /.well-known/oauth-authorization-server
        GET /.well-known/openid-configuration
        GET /api/v1/certificate-keys
        POST /api/v1/erasures/{id}/certificate
        GET /api/v1/links/{link}
        GET /api/v1/links/{link}/file
        OPTIONS /api/v1/links/{link}
        POST /api/v1/links/{link}
        GET /api/v1/openapi.json
        POST /api/v1/password-reset
        POST /api/v1/password-reset/confirmation
        POST /api/v1/session
        POST /api/v1/session/passkey
        POST /api/v1/session/passkey-options
        GET /api/v1/session/providers
        POST /api/v1/session/providers/{provider}
        GET /api/v1/session/providers/{provider}/callback
        GET /api/v1/session/second-step
        POST /api/v1/session/second-step
        POST /api/v1/session/second-step/code
        POST /api/v1/session/second-step/passkey-options
        GET /fhir/r4/.well-known/smart-configuration
        GET /fhir/r4/metadata
        GET /healthz
        GET /oauth/authorize
        POST /oauth/authorize
        GET /oauth/end-session
        POST /oauth/end-session
        POST /oauth/introspect
        GET /oauth/jwks.json
        POST /oauth/par
        POST /oauth/register
        POST /oauth/revoke
        POST /oauth/token
        GET /readyz
        ");
    }
}
