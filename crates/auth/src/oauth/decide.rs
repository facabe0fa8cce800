//! The person decides: a code for the client, or a no.

use super::authorize::{Authorization, with_query};
use super::client::Client;
use super::code::AuthCode;
use super::event::{Happened, event};
use super::launch::Launch;
use super::pushed::{PushedRequest, REQUEST_URI_PREFIX};
use super::refusal::{Code, OAuthError, Refusal};
use super::scope::{left_of, needs_patient};
use super::shelf::{Kept, Link, addition, removal};
use crate::method::amr;
use crate::token::{CODE_PREFIX, fresh};
use crate::{Auth, Identity};
use jiff::SignedDuration;
use salus_access::scope::{Grant, Scopes};
use salus_core::Uid;
use salus_store::{Batch, Expect};

/// What the person left ticked, and for whom.
pub struct Decision<'a> {
    /// Who decides, by their session.
    pub identity: &'a Identity,
    /// The scopes left ticked.
    pub scopes: &'a [String],
    /// Whose record.
    pub patient: Option<&'a str>,
}

impl Auth {
    /// The person agrees: makes a code and says where to send the browser.
    ///
    /// # Errors
    /// [`Refusal`] where the decision does not fit what was asked: the person is told.
    pub async fn allow(&self, asked: &Authorization, decision: Decision<'_>) -> Result<String, OAuthError> {
        let subject = &decision.identity.subject;
        let scopes = left_of(&asked.scopes, decision.scopes);
        if scopes.known.is_empty() {
            return Err(Code::InvalidScope.because("Nothing of what was asked for is left.").into());
        }
        let patient = chosen_patient(asked, &scopes, decision.patient)?;
        if patient.as_ref().is_some_and(|patient| !subject.patients.contains_key(patient)) {
            return Err(Code::AccessDenied.because("This record is not open to you.").into());
        }
        if asked.signed_in_since.is_some_and(|since| decision.identity.proved_at < since) {
            return Err(Code::LoginRequired.because("The app wants you to sign in again first.").into());
        }
        let now = self.now();
        let store = &self.inner.store;
        let (code, id) = fresh(&**store.rng(), CODE_PREFIX);
        let kept = AuthCode {
            client: Link::to(Client::TYPE, &asked.client.id),
            account: Link::account(&subject.account),
            grant_id: Uid::fresh(&**store.clock(), &**store.rng()).to_string(),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.as_str().to_owned(),
            nonce: asked.nonce.clone(),
            scope: scopes.to_string(),
            patient_id: patient,
            encounter_id: asked.launch.as_ref().and_then(|launch| launch.encounter_id.clone()),
            signed_in_at: decision.identity.proved_at,
            methods: amr(&decision.identity.methods).into_iter().map(str::to_owned).collect(),
            ends_at: (!scopes.gives(&Grant::OfflineAccess)).then_some(decision.identity.expires_at),
            expires_at: now + SignedDuration::from_secs(self.inner.config.oauth.code_seconds.into()),
            used_at: None,
        };
        let notes = vec![event(Happened::Allowed, &subject.account, &asked.client.id)];
        let mut ops = vec![addition(&id, &kept)?];
        ops.extend(asked.launch.as_ref().map(|launch| removal::<Launch>(&launch.id, Expect::Any)));
        let pushed = asked.pushed.as_deref().and_then(|uri| uri.strip_prefix(REQUEST_URI_PREFIX));
        ops.extend(pushed.map(|id| removal::<PushedRequest>(id, Expect::Any)));
        let records = store.system("allow an app what a person left ticked");
        records.write(Batch { ops, notes, ..Batch::default() }).await?;
        let mut pairs = vec![("code", code.expose().as_str())];
        pairs.extend(asked.state.as_deref().map(|state| ("state", state)));
        pairs.push(("iss", self.issuer().as_str()));
        Ok(with_query(&asked.redirect_uri, &pairs))
    }

    /// The person says no: where to send the browser so that the client hears it.
    pub fn refuse(&self, asked: &Authorization) -> String {
        let refusal = Code::AccessDenied.because("The person did not agree.");
        self.error_address(&asked.redirect_uri, asked.state.as_deref(), &refusal)
    }
}

/// The record that the grant is about: the launch's, or the one the person chose, where the scopes need one.
fn chosen_patient(
    asked: &Authorization,
    scopes: &Scopes,
    chosen: Option<&str>,
) -> Result<Option<String>, Refusal> {
    match (&asked.launch, chosen) {
        (Some(launch), Some(chosen)) if launch.patient_id != chosen => {
            Err(Code::AccessDenied.because("The app was opened for another record."))
        }
        (Some(launch), _) => Ok(Some(launch.patient_id.clone())),
        (None, None) if needs_patient(scopes) => {
            Err(Code::InvalidRequest.because("Choose whose record it is about."))
        }
        (None, chosen) => Ok(chosen.filter(|_| needs_patient(scopes)).map(str::to_owned)),
    }
}
