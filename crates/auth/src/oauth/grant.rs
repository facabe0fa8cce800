//! What a person gave to a client: the grant that all its tokens hang on.

use super::client::{Client, ClientId};
use super::event::{Happened, event};
use super::shelf::{Filed, Kept, Link, every, find};
use super::token::Token;
use crate::account::USER_ACCOUNT;
use crate::{Auth, Error};
use salus_core::Timestamp;
use salus_store::{Batch, Op, Records};
use serde::{Deserialize, Serialize};

/// A grant as it is stored. While it is there its tokens are good; taking it back is deleting it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    pub(crate) client: Link,
    pub(crate) account: Link,
    /// What was left ticked, separated by spaces.
    pub scope: String,
    /// The patient it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_id: Option<String>,
    /// The visit it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter_id: Option<String>,
    pub(crate) signed_in_at: Timestamp,
    #[serde(default, rename = "method", skip_serializing_if = "Vec::is_empty")]
    pub(crate) methods: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When the client last used it, give or take ten minutes.
    pub used_at: Timestamp,
    /// When the person has to be asked again.
    pub expires_at: Timestamp,
}

impl Kept for Grant {
    const TYPE: &'static str = "OAuthGrant";
}

/// A grant as its giver sees it in a list.
#[derive(Clone)]
pub struct Granted {
    /// The grant.
    pub grant: Filed<Grant>,
    /// Whom it was given to; none where that client is gone.
    pub client: Option<Filed<Client>>,
}

/// What a credential of a client stands for, beside its account. Has no `Debug`: it names a patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Delegation {
    /// The client that shows it.
    pub client: ClientId,
    /// What it may, separated by spaces.
    pub scope: String,
    /// The patient it is about, where it is about one.
    pub patient: Option<String>,
}

/// The writes that take back everything an account gave to clients.
pub(crate) async fn ends_of_account(records: &Records, account: &str) -> Result<Vec<Op>, Error> {
    let of_account = [("account", format!("{USER_ACCOUNT}/{account}"))];
    let tokens = every::<Token>(records, &of_account).await?;
    let grants = every::<Grant>(records, &of_account).await?;
    Ok(tokens.iter().map(Filed::removal).chain(grants.iter().map(Filed::removal)).collect())
}

impl Auth {
    /// What the account gave to clients and has not taken back, the newest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn grants(&self, account: &str) -> Result<Vec<Granted>, Error> {
        let records = self.inner.store.system("list what was granted to apps");
        let pairs = [("account", format!("{USER_ACCOUNT}/{account}"))];
        let mut grants = every::<Grant>(&records, &pairs).await?;
        grants.retain(|grant| self.now() < grant.expires_at);
        grants.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        let mut listed = Vec::with_capacity(grants.len());
        for grant in grants {
            let client = find::<Client>(&records, grant.client.id()).await?;
            listed.push(Granted { grant, client });
        }
        Ok(listed)
    }

    /// Takes a grant of the account back, with every token that hangs on it; `false` where it has no such grant.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn take_back_grant(&self, account: &str, id: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("take back what was granted to an app");
        match find::<Grant>(&records, id).await? {
            Some(grant) if grant.account.id() == account => {
                self.end_grant(&records, id, Happened::TakenBack).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Ends a grant and all its tokens in one transaction. Nothing happens where it has ended already.
    pub(super) async fn end_grant(
        &self,
        records: &Records,
        id: &str,
        happened: Happened,
    ) -> Result<(), Error> {
        let tokens = every::<Token>(records, &[("grant", format!("{}/{id}", Grant::TYPE))]).await?;
        let mut ops: Vec<Op> = tokens.iter().map(Filed::removal).collect();
        let mut notes = Vec::new();
        if let Some(grant) = find::<Grant>(records, id).await? {
            ops.push(grant.removal());
            let (account, client) = (grant.account.id(), grant.client.id());
            notes.push(event(happened, account, client));
        }
        if !ops.is_empty() {
            records.write(Batch { ops, notes, ..Batch::default() }).await?;
        }
        self.inner.cache.forget_all();
        Ok(())
    }

    /// Writes down that a grant is in use. It is not worth failing a request.
    pub(crate) async fn mark_grant_used(&self, mut grant: Filed<Grant>) {
        const EVERY: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);
        let now = self.now();
        if now < grant.used_at + EVERY {
            return;
        }
        grant.content.used_at = now;
        let written = async {
            let records = self.inner.store.system("mark a grant as used");
            super::shelf::write(&records, vec![grant.replacement()?]).await
        };
        if let Err(cause) = written.await
            && !super::shelf::is_beaten(&cause)
        {
            tracing::warn!(error = %cause, "a grant could not be marked as used");
        }
    }
}
