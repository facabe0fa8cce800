//! Requests that a client sends ahead by its own channel (RFC 9126), so that nobody on the way can change them.

use super::client::Client;
use super::form::Form;
use super::refusal::{Code, OAuthError};
use super::shelf::{Kept, Link, addition, find, write};
use crate::token::fresh_id;
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_core::Timestamp;
use serde::{Deserialize, Serialize};

/// What a `request_uri` of ours begins with.
pub(super) const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// Long enough for a person to sign in and decide.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A pushed request as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PushedRequest {
    client: Link,
    /// Its parameters, form-encoded.
    form: String,
    pub(crate) expires_at: Timestamp,
}

impl Kept for PushedRequest {
    const TYPE: &'static str = "OAuthRequest";
}

impl Auth {
    /// Keeps a client's request; gives the `request_uri` and for how many seconds it is good.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` where the request itself refers to another.
    pub async fn push_request(
        &self,
        form: &Form,
        authorization: Option<&str>,
    ) -> Result<(String, i64), OAuthError> {
        let client = self.client_of_request(form, authorization).await?;
        if form.get("request_uri").is_some() {
            return Err(Code::InvalidRequest.because("A pushed request does not refer to another.").into());
        }
        let id = fresh_id(&**self.inner.store.rng());
        let request = PushedRequest {
            client: Link::to(Client::TYPE, &client.id),
            form: form.without_proof(),
            expires_at: self.now() + LIFE,
        };
        write(&self.inner.store.system("keep a pushed request"), vec![addition(&id, &request)?]).await?;
        Ok((format!("{REQUEST_URI_PREFIX}{id}"), LIFE.as_secs()))
    }

    /// The parameters of a request that this client pushed and that is not over.
    pub(super) async fn pushed_request(&self, id: &str, client: &str) -> Result<Option<Form>, Error> {
        let records = self.inner.store.system("read a pushed request");
        let request = find::<PushedRequest>(&records, id).await?;
        let request =
            request.filter(|request| request.client.id() == client && self.now() < request.expires_at);
        Ok(request.and_then(|request| Form::parse(request.form.as_bytes()).ok()))
    }
}
