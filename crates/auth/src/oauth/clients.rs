//! Registering clients, and ending that.

use super::client::{Client, ClientState, origin_of};
use super::grant::Grant;
use super::metadata::NewClient;
use super::refusal::{Code, OAuthError};
use super::shelf::{Filed, Kept, addition, every, find, write};
use super::token::Token;
use super::{Registration, shelf};
use crate::token::{CLIENT_SECRET_PREFIX, INVITATION_PREFIX, fresh, stored_id};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_core::{Secret, Timestamp, Uid};
use salus_fhir::search::Query;
use salus_store::{Expect, Page, Records};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// A client just registered: the only moment at which its secret can be seen.
pub struct NewSecret {
    /// The client.
    pub client: Filed<Client>,
    /// Where it proves itself by one.
    pub secret: Option<Secret<String>>,
}

/// An invitation to register one client, under the SHA-256 of its letters.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invitation {
    created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Kept for Invitation {
    const TYPE: &'static str = "OAuthInvitation";
}

const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many clients may wait to be looked at; it takes a person to make room.
const MOST_WAITING: usize = 50;

impl Auth {
    /// Registers a client at the wish of whoever runs the installation, who vouches for it; `acts_for` is the account of
    /// a service without a person.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri`, with what is wrong.
    pub async fn add_client(&self, new: NewClient, acts_for: Option<&str>) -> Result<NewSecret, OAuthError> {
        if let Some(account) = acts_for
            && self.account(account).await?.is_none()
        {
            return Err(Code::InvalidClientMetadata.because("There is no such account to act for.").into());
        }
        let mut client = new.judge(acts_for, self.now())?;
        client.is_vouched_for = true;
        self.keep_client(client, Vec::new()).await
    }

    /// Registers a client at its own wish, as far as the configuration lets it. `invitation` is its bearer token.
    ///
    /// # Errors
    /// `invalid_token` without a good invitation where one is needed, or what is wrong with what it says of itself.
    pub async fn register_client(
        &self,
        new: NewClient,
        invitation: Option<&str>,
    ) -> Result<NewSecret, OAuthError> {
        let records = self.inner.store.system("register a client");
        let mut ops = Vec::new();
        let mut client = match self.inner.config.oauth.registration {
            Registration::Closed => return Err(uninvited()),
            Registration::Invited => {
                let id = stored_id(invitation.unwrap_or_default());
                let invitation = find::<Invitation>(&records, &id).await?;
                let invitation = invitation.filter(|invitation| self.now() < invitation.expires_at);
                let invitation = invitation.ok_or_else(uninvited)?;
                ops.push(shelf::removal::<Invitation>(&id, Expect::Version(invitation.version)));
                new.judge(None, self.now())?
            }
            Registration::Reviewed => {
                let mut client = new.judge(None, self.now())?;
                let all = every::<Client>(&records, &[]).await?;
                if all.iter().filter(|client| client.state == ClientState::Waiting).count() >= MOST_WAITING {
                    return Err(uninvited());
                }
                client.state = ClientState::Waiting;
                client
            }
        };
        client.is_vouched_for = false;
        match self.keep_client(client, ops).await {
            Err(OAuthError::Other(error)) if shelf::is_beaten(&error) => Err(uninvited()),
            other => other,
        }
    }

    async fn keep_client(
        &self,
        mut client: Client,
        mut ops: Vec<salus_store::Op>,
    ) -> Result<NewSecret, OAuthError> {
        let store = &self.inner.store;
        let secret = client.auth_method.has_secret().then(|| fresh(&**store.rng(), CLIENT_SECRET_PREFIX));
        client.secret_hash = secret.as_ref().map(|(_, hash)| hash.clone());
        let id = Uid::fresh(&**store.clock(), &**store.rng()).to_string();
        ops.push(addition(&id, &client)?);
        write(&store.system("register a client"), ops).await?;
        self.forget_clients();
        let client = Filed { id, version: 1, content: client };
        Ok(NewSecret { client, secret: secret.map(|(secret, _)| secret) })
    }

    /// Makes an invitation to register one client within a week.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn invite_client(&self) -> Result<Secret<String>, Error> {
        let (secret, id) = fresh(&**self.inner.store.rng(), INVITATION_PREFIX);
        let now = self.now();
        let invitation = Invitation { created_at: now, expires_at: now + INVITATION_LIFE };
        let records = self.inner.store.system("invite a client");
        write(&records, vec![addition(&id, &invitation)?]).await?;
        Ok(secret)
    }

    /// The client of this id.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn client(&self, id: &str) -> Result<Option<Filed<Client>>, Error> {
        find(&self.inner.store.system("read a client"), id).await
    }

    /// All clients, the newest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn clients(&self) -> Result<Vec<Filed<Client>>, Error> {
        let mut clients = every::<Client>(&self.inner.store.system("list the clients"), &[]).await?;
        clients.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(clients)
    }

    /// When a client was last given or used anything that is still kept; none where nothing is.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn client_used_at(&self, id: &str) -> Result<Option<Timestamp>, Error> {
        let records = self.inner.store.system("see when a client was last used");
        let token = newest::<Token>(&records, id).await?;
        let grant = newest::<Grant>(&records, id).await?;
        let token = token.map(|token| token.used_at.unwrap_or(token.created_at));
        Ok(token.max(grant.map(|grant| grant.used_at)))
    }

    /// Lets a client that waits ask people; `false` where there is no such client.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn approve_client(&self, id: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("let a client in");
        let Some(mut client) = find::<Client>(&records, id).await? else { return Ok(false) };
        client.content.state = ClientState::Active;
        write(&records, vec![client.replacement()?]).await?;
        self.forget_clients();
        Ok(true)
    }

    /// Removes a client with everything people gave it; `false` where there is no such client.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn remove_client(&self, id: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("remove a client");
        let Some(client) = find::<Client>(&records, id).await? else { return Ok(false) };
        let of_client = [("client", format!("{}/{id}", Client::TYPE))];
        let mut ops = vec![client.removal()];
        ops.extend(every::<Token>(&records, &of_client).await?.iter().map(Filed::removal));
        ops.extend(every::<Grant>(&records, &of_client).await?.iter().map(Filed::removal));
        write(&records, ops).await?;
        self.forget_clients();
        Ok(true)
    }

    /// Whether web pages of this origin belong to a client that may ask people: they may then call the FHIR interface
    /// and the token endpoint from a browser.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn is_origin_of_a_client(&self, origin: &str) -> Result<bool, Error> {
        let slot = &self.inner.oauth.origins;
        let origins = match slot.get(self.now()) {
            Some(origins) => origins,
            None => {
                let mark = slot.mark();
                let clients = self.clients().await?;
                let active = clients.iter().filter(|client| client.state == ClientState::Active);
                let origins: Arc<HashSet<String>> =
                    Arc::new(active.flat_map(|client| client.origins()).collect());
                slot.remember(&origins, self.now(), mark);
                origins
            }
        };
        Ok(origin_of(origin).is_some_and(|normal| normal == origin) && origins.contains(origin))
    }

    fn forget_clients(&self) {
        self.inner.oauth.origins.forget();
        self.inner.cache.forget_all();
    }
}

/// What was written last of what belongs to a client: the store gives it first.
async fn newest<T: Kept>(records: &Records, client: &str) -> Result<Option<Filed<T>>, Error> {
    let pairs = [("client".to_owned(), format!("{}/{client}", Client::TYPE))];
    let query = Query::parse(T::TYPE, &pairs).map_err(|cause| Error::Broken(cause.to_string()))?;
    let found = records.search(&query, Page::first(1)).await?.matches;
    found.first().map(Filed::read).transpose()
}

fn uninvited() -> OAuthError {
    Code::InvalidToken.because("Registering a client here needs an invitation.").into()
}
