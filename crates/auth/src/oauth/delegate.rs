//! From an access token to what it stands for.

use super::client::ClientId;
use super::grant::Delegation;
use super::jwt::{self, Expected, OWN_ALGS};
use super::scope;
use crate::token::{Credential, is_jwt};
use crate::{Auth, Error};
use salus_access::Subject;
use salus_access::scope::Scopes;
use salus_core::Timestamp;

/// What a good access token stands for.
pub(crate) struct Delegated {
    pub(crate) account: String,
    /// Since when, and until when.
    pub(crate) span: (Timestamp, Timestamp),
    pub(crate) delegation: Delegation,
}

impl Delegation {
    /// Takes from somebody's rights what the scopes do not name.
    pub(crate) fn bound(&self, subject: &mut Subject) {
        scope::bound(subject, &Scopes::parse(&self.scope), self.patient.as_deref());
    }
}

impl Auth {
    /// What an access token stands for; none where it is not good. `id` is its SHA-256.
    ///
    /// A JWT has to be one that we signed for our own FHIR interface, and has to be known besides: so that it can be taken
    /// back like any other.
    pub(crate) async fn delegated(
        &self,
        credential: &Credential,
        id: &str,
    ) -> Result<Option<Delegated>, Error> {
        if let Credential::Bearer(text) = credential
            && is_jwt(text.expose())
            && !self.is_own_jwt(text.expose()).await?
        {
            return Ok(None);
        }
        let Some(found) = self.active_token(id).await?.filter(|found| found.is_access()) else {
            return Ok(None);
        };
        let delegation = Delegation {
            client: ClientId(found.client().to_owned()),
            scope: found.scope().to_owned(),
            patient: found.grant.as_ref().and_then(|grant| grant.patient_id.clone()),
        };
        let delegated = Delegated { account: found.account().to_owned(), span: found.span(), delegation };
        if let Some(grant) = found.grant {
            self.mark_grant_used(grant).await;
        }
        Ok(Some(delegated))
    }

    async fn is_own_jwt(&self, text: &str) -> Result<bool, Error> {
        let ring = self.key_ring().await?;
        let fhir = self.issuer().fhir();
        let expected = Expected {
            algs: &OWN_ALGS,
            types: &["at+jwt"],
            issuer: self.issuer().as_str(),
            audience: &[&fhir],
            now: self.now(),
        };
        Ok(jwt::verify(text, &ring.published, &expected).is_ok())
    }
}
