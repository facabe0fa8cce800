//! Sending a browser to another provider.

use super::error::FederatedError;
use super::own_path::own_path;
use super::provider::Proofs;
use crate::Auth;
use crate::pending::Question;
use crate::token::{fresh_session, stored_id};
use salus_core::Secret;

/// What somebody wants at another provider.
#[derive(Debug, Clone, Copy)]
pub enum Errand<'a> {
    /// To be signed in here.
    SignIn,
    /// To have the identity there open their account here, of this id.
    Link(&'a str),
}

/// The way to another provider, begun.
pub struct Begun {
    /// The value of the cookie that binds it to this browser.
    pub secret: Secret<String>,
    /// Where the browser goes now.
    pub send_to: String,
}

/// What has to come back from the provider, and what for.
pub(crate) struct Journey {
    pub(super) provider: String,
    /// Of the `state`, the hash.
    pub(super) state: String,
    pub(super) proofs: Proofs,
    /// The path where the browser goes in the end.
    pub(super) to: String,
}

impl Auth {
    /// Begins the way through a provider; it is good once, for ten minutes, in the browser that holds the cookie. In the
    /// end the browser goes to `to`, where that is a path of our own, else to `otherwise`.
    ///
    /// # Errors
    /// [`FederatedError::Unknown`]; [`FederatedError::Unreachable`] where the provider does not answer.
    pub async fn begin_federated(
        &self,
        provider: &str,
        errand: Errand<'_>,
        to: Option<&str>,
        otherwise: &str,
    ) -> Result<Begun, FederatedError> {
        let provider = self.provider(provider)?;
        let rng = &**self.inner.store.rng();
        let (secret, id) = fresh_session(rng);
        let (state, _) = fresh_session(rng);
        let proofs = Proofs { nonce: fresh_session(rng).0, verifier: fresh_session(rng).0 };
        let now = self.now();
        let back = self.callback_of(&provider.id);
        let send_to = provider.address(&back, &state, &proofs, now).await?;
        let journey = Journey {
            provider: provider.id.clone(),
            state: stored_id(state.expose()),
            proofs,
            to: to.and_then(own_path).unwrap_or(otherwise).to_owned(),
        };
        let account = match errand {
            Errand::SignIn => None,
            Errand::Link(account) => Some(account),
        };
        self.inner
            .pending
            .open(&id, account, now, |entry| entry.question = Some(Question::Vouch(Box::new(journey))));
        Ok(Begun { secret, send_to })
    }

    /// Where a provider sends the browser back to. Each has its own, so that none can answer for another.
    pub(super) fn callback_of(&self, provider: &str) -> String {
        format!("{}/api/v1/session/providers/{provider}/callback", self.issuer().as_str())
    }
}
