//! Tokens looked at and taken back by those they were issued to.

use super::client::{AuthMethod, Client};
use super::event::Happened;
use super::form::Form;
use super::grant::Grant;
use super::refusal::{Code, OAuthError};
use super::shelf::{Filed, Link, find, write};
use super::token::{ActiveToken, Token, TokenKind};
use crate::token::{CredentialId, stored_id};
use crate::{Auth, Error};

impl Auth {
    /// Takes a token back (RFC 7009): a refresh token with everything that hangs on its grant, an access token alone.
    /// A token that is not known, or not the client's, is answered alike.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` where no token is named.
    pub async fn revoke(&self, form: &Form, authorization: Option<&str>) -> Result<(), OAuthError> {
        let client = self.client_of_request(form, authorization).await?;
        let records = self.inner.store.system("take back a token at its client's wish");
        let token = find::<Token>(&records, &stored_id(form.require("token")?)).await?;
        let Some(token) = token.filter(|token| token.client.id() == client.id) else { return Ok(()) };
        match (token.kind, &token.grant) {
            (TokenKind::Refresh, Some(grant)) => {
                self.end_grant(&records, grant.id(), Happened::TakenBack).await?
            }
            _ => {
                write(&records, vec![token.removal()]).await?;
                self.inner.cache.forget(&CredentialId::Access(token.id.clone()));
            }
        }
        Ok(())
    }

    /// What is known of a token (RFC 7662): of its own tokens only, and only to a client that proves who it is. None
    /// where it is not good, whatever the reason.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` where no token is named.
    pub async fn introspect(
        &self,
        form: &Form,
        authorization: Option<&str>,
    ) -> Result<Option<ActiveToken>, OAuthError> {
        let client: Filed<Client> = self.client_of_request(form, authorization).await?;
        if client.auth_method == AuthMethod::None {
            return Err(Code::InvalidClient.because("Only a client that proves who it is may ask.").into());
        }
        let found = self.active_token(&stored_id(form.require("token")?)).await?;
        Ok(found.filter(|found| found.client() == client.id))
    }

    /// The token of this id, if it is good at this moment.
    pub(crate) async fn active_token(&self, id: &str) -> Result<Option<ActiveToken>, Error> {
        let records = self.inner.store.system("look at a token");
        let now = self.now();
        let token = find::<Token>(&records, id).await?;
        let token = token.filter(|token| now < token.expires_at && token.used_at.is_none());
        let Some(token) = token else { return Ok(None) };
        let client = find::<Client>(&records, token.client.id()).await?;
        if client.is_none_or(|client| client.state != super::client::ClientState::Active) {
            return Ok(None);
        }
        let grant = match token.grant.as_ref().map(Link::id) {
            Some(id) => {
                let grant = find::<Grant>(&records, id).await?.filter(|grant| now < grant.expires_at);
                let Some(grant) = grant else { return Ok(None) };
                Some(grant)
            }
            None => None,
        };
        Ok(Some(ActiveToken { token, grant }))
    }
}
