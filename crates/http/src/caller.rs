//! Who calls. No handler reaches data without it.

use crate::address::client_address;
use crate::cookie::session_of;
use crate::layers::envelope::RequestId;
use crate::layers::headers::is_under;
use crate::limits::Lane;
use crate::{ApiError, App};
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jiff::SignedDuration;
use salus_access::{Role, Subject};
use salus_auth::{Credential, CredentialId, Identity, Thumbprint};
use salus_core::{Secret, Timestamp};
use salus_store::{Origin, Records};
use std::sync::Arc;

/// What somebody can reach whose role asks for a second factor that they do not have yet.
const SETTING_UP: [&str; 4] = ["/api/v1/account", "/api/v1/factors", "/api/v1/session", "/api/v1/sessions"];

/// How long a step-up is good for.
const STEP_UP_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Somebody signed in, and the records as they may see them.
///
/// As an extractor it must be a handler's **first** parameter, so that nothing about a request is told to strangers:
/// they get 401 whatever else is wrong. Whatever goes through [`Caller::records`] obeys their policy and is audited.
#[derive(Clone)]
pub struct Caller {
    /// Who it is and what they may do.
    pub subject: Arc<Subject>,
    /// The records, through their eyes.
    pub records: Records,
    /// How they showed who they are.
    pub identity: Identity,
    /// When the request came in.
    pub now: Timestamp,
}

impl Caller {
    /// The id of the account.
    pub fn account(&self) -> &str {
        &self.subject.account
    }

    /// Goes on where they showed the most that their account asks for within the last ten minutes: a second factor, or
    /// the password where there is none. For what cannot be taken back: exporting, erasing, sharing, and whatever
    /// keeps others out.
    ///
    /// # Errors
    /// 403 `step-up-required` with the account's `factors`; after `POST /api/v1/session/step-up` the request can be
    /// made again. A program that acts for somebody cannot step up.
    pub fn require_step_up(&self) -> Result<(), ApiError> {
        if self.identity.factors.is_empty() {
            return Err(ApiError::forbidden("A program cannot do this. Sign in to do it yourself."));
        }
        match self.identity.stepped_up_at {
            Some(at) if self.now < at + STEP_UP_LIFE => Ok(()),
            _ => Err(ApiError::step_up_required(&self.identity.factors)),
        }
    }

    /// Makes sure that a person is here themselves, in a session of their own: neither a program by a token, nor an app.
    ///
    /// # Errors
    /// 403 otherwise.
    pub fn require_session(&self) -> Result<(), ApiError> {
        match self.identity.credential {
            CredentialId::Session(_) => Ok(()),
            _ => Err(ApiError::forbidden("This is for people in their own session. Sign in to do that.")),
        }
    }

    /// Goes on for whoever runs the installation alone. To anybody else there is no such page.
    pub fn require_admin(&self) -> Result<(), ApiError> {
        if self.subject.has_role(Role::Admin) { Ok(()) } else { Err(ApiError::not_found("page")) }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let credential = credential_of(parts).ok_or_else(ApiError::unauthenticated)?;
        let caller = identify(app, &credential, Lane::of(parts.uri.path())).await?;
        if caller.identity.client.is_some() && is_under(parts.uri.path(), "/api") {
            let words =
                "Apps reach the record by the FHIR interface. This is for people in their own session.";
            return Err(ApiError::forbidden(words));
        }
        let is_setting_up = SETTING_UP.iter().any(|root| is_under(parts.uri.path(), root));
        if caller.identity.lacks_second_factor && !is_setting_up {
            return Err(ApiError::second_factor_needed());
        }
        let origin = Origin {
            address: client_address(&parts.extensions, &parts.headers, app.config.trusted_proxies),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
            client: Some(program(&caller.identity)),
            purpose: None,
        };
        let caller = Self { records: caller.records.seen_from(&origin), ..caller };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Through which program a call comes, as the audit tells it. Of a token it is the beginning of the id it is stored
/// under, which opens nothing.
fn program(identity: &Identity) -> String {
    match &identity.credential {
        CredentialId::Session(_) => "web".to_owned(),
        CredentialId::Token(id) => format!("api-token:{}", id.get(..12).unwrap_or(id)),
        CredentialId::Certificate(id) => format!("certificate:{}", id.get(..12).unwrap_or(id)),
        CredentialId::Access(_) => {
            let client = identity.client.as_ref().map_or("unknown", |client| &client.0);
            format!("app:{client}")
        }
    }
}

/// Finds out who calls, and counts the request against their account's limit.
pub(crate) async fn identify(app: &App, credential: &Credential, lane: Lane) -> Result<Caller, ApiError> {
    let identity = app.auth.authenticate(credential).await?.ok_or_else(ApiError::unauthenticated)?;
    app.limits.check_account(&identity.subject.account, lane).await?;
    if let Some(client) = &identity.client {
        app.check_client(&client.0).await?;
    }
    let records = app.store.as_user(Arc::clone(&identity.subject));
    Ok(Caller { subject: Arc::clone(&identity.subject), records, identity, now: app.now() })
}

/// What the request shows: a bearer token, or else the session's cookie.
///
/// Without both of them it is the certificate of the connection, where one was shown and verified; a header says nothing
/// of certificates here.
pub(crate) fn credential_of(parts: &Parts) -> Option<Credential> {
    if let Some(value) = parts.headers.get(AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        return is_bearer.then(|| Credential::Bearer(Secret::new(token.trim().to_owned())));
    }
    let session = session_of(&parts.headers).map(Credential::Cookie);
    session.or_else(|| parts.extensions.get::<Thumbprint>().cloned().map(Credential::Certificate))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::{ApiError, Caller, Capability};
    use http::StatusCode;
    use serde_json::json;
    use utoipa_axum::router::OpenApiRouter;

    async fn sensitive(caller: Caller) -> Result<StatusCode, ApiError> {
        caller.require_step_up()?;
        Ok(StatusCode::NO_CONTENT)
    }

    fn capability() -> Vec<Capability> {
        let route = axum::routing::post(sensitive);
        vec![Capability::new("test", OpenApiRouter::new().route("/api/v1/sensitive", route))]
    }

    #[tokio::test]
    async fn asvs_v7_5_3_a_sensitive_act_needs_a_proof_of_the_last_ten_minutes() {
        let app = TestApp::with_capabilities(capability).await;
        let maria = app.person("maria").await;
        app.clock().advance_seconds(599);
        assert_eq!(maria.post("/api/v1/sensitive", &json!({})).await.status(), 204);
        app.clock().advance_seconds(1);
        let refused = maria.post("/api/v1/sensitive", &json!({})).await;
        assert_eq!(refused.status(), 403);
        insta::assert_snapshot!(refused.json_without_ids(), @r#"{"type":"urn:salus:problem:step-up-required","title":"Show once more that it is you","status":403,"detail":"This needs you to show once more that it is you.","instance":"/api/v1/sensitive","requestId":"…","factors":["password"]}"#);
    }

    #[tokio::test]
    async fn a_program_cannot_step_up() {
        let app = TestApp::with_capabilities(capability).await;
        let maria = app.person("maria").await;
        let issued = maria.post("/api/v1/tokens", &json!({ "label": "sync", "scope": "write" })).await.json();
        let bearer = format!("Bearer {}", issued["secret"].as_str().unwrap());
        let program = app.anonymous().with_header("authorization", &bearer);
        let refused = program.post("/api/v1/sensitive", &json!({})).await;
        assert_eq!(
            (refused.status(), refused.json()["type"].as_str()),
            (403, Some("urn:salus:problem:forbidden"))
        );
    }
}
