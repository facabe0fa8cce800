//! Which identity elsewhere is whose account here: said by the holder of the account, and by nobody else.

use super::error::FederatedError;
use super::provider::{Provider, Vouched};
use crate::account::USER_ACCOUNT;
use crate::audit::{self, Change};
use crate::method::Method;
use crate::sessions::{account_of, deletion, instant, owned};
use crate::token::stored_id;
use crate::{Auth, Error};
use salus_core::Timestamp;
use salus_store::{Batch, Conflict, Expect, Op, Records, Stored};
use serde_json::{Value, json};

/// The type of a link in the store. It is internal.
pub(crate) const USER_IDENTITY: &str = "UserIdentity";

const MOST_LINKS: usize = 20;

/// An identity at another provider that opens an account here. Has no `Debug`: it names people.
#[derive(Clone)]
pub struct LinkedIdentity {
    /// Made of issuer and subject, so that one identity cannot open two accounts.
    pub id: String,
    /// The version that was read.
    pub(super) version: u64,
    /// The id of its account.
    pub account: String,
    /// The id that the provider had in the configuration.
    pub provider: String,
    /// Who tells of it.
    pub issuer: String,
    pub(super) subject: String,
    /// What the provider called it when it was linked, so that its holder knows it again. It is shown, and nothing
    /// goes by it.
    pub label: Option<String>,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it last opened the account.
    pub used_at: Option<Timestamp>,
}

impl LinkedIdentity {
    fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let parse = || {
            Some(Self {
                id: stored.id.clone(),
                version: stored.version,
                account: account_of(&body)?,
                provider: text("provider")?,
                issuer: text("issuer")?,
                subject: text("subject")?,
                label: text("label"),
                created_at: instant(&body["createdAt"])?,
                used_at: instant(&body["usedAt"]),
            })
        };
        parse().ok_or_else(|| Error::Broken("a linked identity cannot be read".to_owned()))
    }

    pub(super) fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": USER_IDENTITY,
            "id": self.id,
            "account": { "reference": format!("{USER_ACCOUNT}/{}", self.account) },
            "provider": self.provider,
            "issuer": self.issuer,
            "subject": self.subject,
            "createdAt": self.created_at.to_string(),
        });
        if let Some(label) = &self.label {
            resource["label"] = label.as_str().into();
        }
        if let Some(used_at) = self.used_at {
            resource["usedAt"] = used_at.to_string().into();
        }
        resource
    }
}

/// The id under which an identity is linked: a subject is told apart within its issuer alone.
fn id_of(issuer: &str, subject: &str) -> String {
    stored_id(&format!("{issuer}\n{subject}"))
}

impl Auth {
    /// The identities elsewhere that open the account, the oldest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn linked_identities(&self, account: &str) -> Result<Vec<LinkedIdentity>, Error> {
        let records = self.inner.store.system("read the linked identities of an account");
        let stored = owned(&records, USER_IDENTITY, account).await?;
        let mut links = stored.iter().map(LinkedIdentity::read).collect::<Result<Vec<_>, _>>()?;
        links.sort_by(|a, b| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(links)
    }

    /// Takes a link away: the identity opens nothing here from now on.
    ///
    /// # Errors
    /// [`FederatedError::NotFound`] where the account has no such link.
    pub async fn unlink_identity(&self, account: &str, id: &str) -> Result<(), FederatedError> {
        let holder = self.account(account).await?.ok_or(FederatedError::NotFound)?;
        let links = self.linked_identities(account).await?;
        let link = links.into_iter().find(|link| link.id == id).ok_or(FederatedError::NotFound)?;
        let change = Change::FactorRemoved(Method::Federated);
        let mut batch = Batch::of(deletion(USER_IDENTITY, link.id));
        batch.notes.push(audit::changed(change, account));
        self.inner.store.system("unlink an identity").write(batch).await?;
        self.tell_of_change(&holder, change);
        Ok(())
    }

    /// The link of an identity, whoever's it is.
    pub(super) async fn link_of(&self, issuer: &str, subject: &str) -> Result<Option<LinkedIdentity>, Error> {
        let records = self.inner.store.system("find whose identity this is");
        let stored = records.read(USER_IDENTITY, &id_of(issuer, subject)).await?;
        stored.as_ref().map(LinkedIdentity::read).transpose()
    }

    pub(super) async fn link(
        &self,
        account: &str,
        provider: &Provider,
        vouched: Vouched,
    ) -> Result<LinkedIdentity, FederatedError> {
        let holder = self.account(account).await?.filter(|account| account.is_active);
        let holder = holder.ok_or(FederatedError::Over)?;
        if self.linked_identities(account).await?.len() >= MOST_LINKS {
            return Err(FederatedError::TooMany);
        }
        let issuer = provider.issuer.as_str().to_owned();
        let link = LinkedIdentity {
            id: id_of(&issuer, &vouched.subject),
            version: 0,
            account: account.to_owned(),
            provider: provider.id.clone(),
            issuer,
            subject: vouched.subject,
            label: vouched.label,
            created_at: self.now(),
            used_at: None,
        };
        let change = Change::FactorAdded(Method::Federated);
        let mut batch = Batch::create(link.resource());
        batch.notes.push(audit::changed(change, account));
        match self.inner.store.system("link an identity").write(batch).await {
            Ok(_) => {}
            Err(salus_store::Error::Conflict(Conflict::Exists { .. })) => return Err(FederatedError::Taken),
            Err(cause) => return Err(cause.into()),
        }
        self.tell_of_change(&holder, change);
        Ok(link)
    }
}

/// What ends the links of an account.
pub(crate) async fn ends_of_account(records: &Records, account: &str) -> Result<Vec<Op>, Error> {
    let links = owned(records, USER_IDENTITY, account).await?;
    Ok(links.into_iter().map(|link| deletion(USER_IDENTITY, link.id)).collect())
}

/// Writes down that a link was used, if it still is as it was read.
pub(super) fn use_of(link: &LinkedIdentity, now: Timestamp) -> Op {
    let used = LinkedIdentity { used_at: Some(now), ..link.clone() };
    Op::Put { resource: used.resource(), expect: Expect::Version(link.version) }
}
