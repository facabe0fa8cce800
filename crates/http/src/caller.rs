//! Who calls. No handler reaches data without it.

use crate::cookie::session_of;
use crate::{ApiError, App};
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use salus_access::{Role, Subject};
use salus_auth::{Credential, Identity};
use salus_core::{Secret, Timestamp};
use salus_store::Records;
use std::sync::Arc;

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
        let credential = credential_of(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
        let caller = identify(app, &credential).await?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Finds out who calls, and counts the request against their account's limit.
pub(crate) async fn identify(app: &App, credential: &Credential) -> Result<Caller, ApiError> {
    let identity = app.auth.authenticate(credential).await?.ok_or_else(ApiError::unauthenticated)?;
    app.limits.check_account(&identity.subject.account)?;
    let records = app.store.as_user(Arc::clone(&identity.subject));
    Ok(Caller { subject: Arc::clone(&identity.subject), records, identity, now: app.now() })
}

/// What the request shows: a bearer token, or else the session's cookie.
pub(crate) fn credential_of(headers: &HeaderMap) -> Option<Credential> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        return is_bearer.then(|| Credential::Bearer(Secret::new(token.trim().to_owned())));
    }
    session_of(headers).map(Credential::Cookie)
}
