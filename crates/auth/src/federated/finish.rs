//! A browser comes back from another provider: who is it, and what was the way for?

use super::begin::Journey;
use super::error::FederatedError;
use super::link::{LinkedIdentity, use_of};
use super::provider::{Provider, Vouched};
use crate::Auth;
use crate::audit;
use crate::lockout::Attempt;
use crate::method::Method;
use crate::pending::Question;
use crate::sign_in::Opening;
use crate::token::stored_id;
use salus_core::Secret;
use salus_store::{AuditOutcome, Batch};
use std::net::IpAddr;

/// What came back in the address. Has no `Debug`: a code opens something.
#[derive(Clone, Copy, Default)]
pub struct Returned<'a> {
    /// As it was sent along.
    pub state: Option<&'a str>,
    /// To be exchanged.
    pub code: Option<&'a str>,
    /// Why there is no code.
    pub error: Option<&'a str>,
    /// Who answers (RFC 9207).
    pub iss: Option<&'a str>,
}

/// Where it comes back to.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    /// The account that is signed in in this browser.
    pub account: Option<&'a str>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// What the browser says it is.
    pub agent: &'a str,
}

/// How the way through a provider ended.
pub struct Ended {
    /// Whether it was to link an identity; not known where it is not known what it was for.
    pub is_link: Option<bool>,
    /// The path where the browser goes now.
    pub to: Option<String>,
    /// What came of it.
    pub outcome: Result<Outcome, FederatedError>,
}

/// What the word of a provider came to.
pub enum Outcome {
    /// A session, or the second step, which the account asks for.
    Opening(Opening),
    /// The identity opens the account from now on.
    Linked(LinkedIdentity),
}

impl Auth {
    /// Ends the way through `provider` that this browser began, which `secret` shows. Every outcome is audited.
    pub async fn finish_federated(
        &self,
        provider: &str,
        secret: Option<&Secret<String>>,
        returned: Returned<'_>,
        here: Here<'_>,
    ) -> Ended {
        let taken = secret.and_then(|secret| self.take_journey(provider, secret, returned.state));
        let Some((account, journey)) = taken else {
            let outcome = self.tell_outcome(provider, None, here, Err(FederatedError::Over)).await;
            return Ended { is_link: None, to: None, outcome };
        };
        let (is_link, to) = (Some(account.is_some()), Some(journey.to.clone()));
        let outcome = self.end_of(provider, account.as_deref(), *journey, returned, here).await;
        let outcome = self.tell_outcome(provider, account.as_deref(), here, outcome).await;
        Ended { is_link, to, outcome }
    }

    async fn end_of(
        &self,
        provider: &str,
        account: Option<&str>,
        journey: Journey,
        returned: Returned<'_>,
        here: Here<'_>,
    ) -> Result<Outcome, FederatedError> {
        let provider = self.provider(provider)?;
        if account.is_some() && account != here.account {
            return Err(FederatedError::Over);
        }
        let attempt = Attempt { email: "another provider", address: here.address };
        self.admit_address(attempt).await?;
        let vouched = self.vouched(provider, journey, returned).await?;
        let outcome = match account {
            Some(account) => Outcome::Linked(self.link(account, provider, vouched).await?),
            None => Outcome::Opening(self.open_linked(provider, &vouched, here).await?),
        };
        self.address_was_right(attempt).await;
        Ok(outcome)
    }

    async fn vouched(
        &self,
        provider: &Provider,
        journey: Journey,
        returned: Returned<'_>,
    ) -> Result<Vouched, FederatedError> {
        let now = self.now();
        if !provider.is_from_here(returned.iss, now).await? {
            return Err(FederatedError::Untrusted);
        }
        match (returned.error, returned.code) {
            (None, Some(code)) => {
                provider.exchange(code, &self.callback_of(&provider.id), journey.proofs, now).await
            }
            (Some("access_denied"), _) => Err(FederatedError::Cancelled),
            (_, _) => Err(FederatedError::Untrusted),
        }
    }

    /// The session of the account that the identity is linked with, or its second step.
    async fn open_linked(
        &self,
        provider: &Provider,
        vouched: &Vouched,
        here: Here<'_>,
    ) -> Result<Opening, FederatedError> {
        let link = self.link_of(provider.issuer.as_str(), &vouched.subject).await?;
        let link = link.ok_or(FederatedError::Refused)?;
        let account = self.account(&link.account).await?.filter(|account| account.is_active);
        let account = account.ok_or(FederatedError::Refused)?;

        let half_open = self.half_open_for(&account, Method::Federated, here.agent).await?;
        let step = match half_open {
            Some(_) => "another provider vouched for them, second step asked for",
            None => "another provider vouched for them",
        };
        let mut batch = Batch::of(use_of(&link, self.now()));
        batch.notes.push(audit::vouched(AuditOutcome::Success, Some(&account.id), &provider.id, step));
        let records = self.inner.store.system("sign in").seen_from(&audit::origin(here.address));
        match records.write(batch).await {
            Ok(_) => {}
            // It was unlinked, or opens the account elsewhere at this very moment.
            Err(salus_store::Error::Conflict(_)) => return Err(FederatedError::Over),
            Err(cause) => return Err(cause.into()),
        }
        if let Some(half_open) = half_open {
            return Ok(Opening::HalfOpen(half_open));
        }
        let methods = [Method::Federated];
        Ok(Opening::Open(Box::new(self.begin_session(account, &methods, here.address, here.agent).await?)))
    }

    /// What this browser asked the provider, which is then forgotten: a way is gone once.
    fn take_journey(
        &self,
        provider: &str,
        secret: &Secret<String>,
        state: Option<&str>,
    ) -> Option<(Option<String>, Box<Journey>)> {
        let (id, state) = (stored_id(secret.expose()), stored_id(state?));
        let taken = self.inner.pending.with(&id, self.now(), |entry| {
            let is_it = |question: &mut Question| match question {
                Question::Vouch(journey) => journey.provider == provider && journey.state == state,
                _ => false,
            };
            match entry.question.take_if(is_it) {
                Some(Question::Vouch(journey)) => Some((entry.account.clone(), journey)),
                _ => None,
            }
        });
        let taken = taken.flatten()?;
        self.inner.pending.close(&id);
        Some(taken)
    }

    /// Tells the audit what went wrong; what went well was told in its own transaction.
    async fn tell_outcome(
        &self,
        provider: &str,
        account: Option<&str>,
        here: Here<'_>,
        outcome: Result<Outcome, FederatedError>,
    ) -> Result<Outcome, FederatedError> {
        let Err(cause) = &outcome else { return outcome };
        let provider = if self.provider(provider).is_ok() { provider } else { "unknown" };
        let step = format!("another provider's word came to nothing: {}", cause.code());
        let event = audit::vouched(AuditOutcome::MinorFailure, account, provider, &step);
        self.write_event(event, here.address).await?;
        outcome
    }
}
