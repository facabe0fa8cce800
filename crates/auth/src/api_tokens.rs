//! API tokens: for programs that act for an account. Shown once, stored as a hash, ending on a day.

use crate::account::USER_ACCOUNT;
use crate::authenticate::TokenScope;
use crate::sessions::{account_of, deletion, instant, owned};
use crate::token::{CredentialId, fresh_api_token};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_core::{Secret, Timestamp};
use salus_store::{Batch, Stored};
use serde_json::json;

/// The type of a token in the store. It is internal.
pub const API_TOKEN: &str = "ApiToken";

/// The most tokens an account may have.
const MOST: usize = 100;
const MOST_LABEL_CHARS: usize = 100;

/// A token as its owner sees it in a list: without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// The id it is stored under. It opens nothing.
    pub id: String,
    /// The id of its account.
    pub account: String,
    /// What the owner calls it.
    pub label: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it is good for.
    pub scope: TokenScope,
}

/// A token just issued: the only moment at which its secret can be seen.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What to send after `Bearer `.
    pub token: Secret<String>,
    /// What is stored of it.
    pub stored: ApiToken,
}

/// Why no token was issued, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The label is empty or too long.
    #[error("A token needs a label of 1 to 100 characters.")]
    Label,
    /// The days are none or more than the configured limit.
    #[error("A token may live from 1 to {0} days.")]
    Days(u32),
    /// Some have to be revoked first.
    #[error("There are 100 tokens already. Revoke one first.")]
    TooMany,
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl ApiToken {
    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let parse = || {
            Some(Self {
                id: stored.id.clone(),
                account: account_of(&body)?,
                label: body["label"].as_str()?.to_owned(),
                created_at: instant(&body["createdAt"])?,
                expires_at: instant(&body["expiresAt"])?,
                scope: TokenScope::parse(body["scope"].as_str()?)?,
            })
        };
        parse().ok_or_else(|| Error::Broken("an API token cannot be read".to_owned()))
    }
}

impl Auth {
    /// Issues a token that acts for the account, for `days` from now; none = as long as a token may live.
    ///
    /// # Errors
    /// [`TokenError`] says what to change.
    pub async fn issue_token(
        &self,
        account: &str,
        label: &str,
        scope: TokenScope,
        days: Option<u32>,
    ) -> Result<NewToken, TokenError> {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > MOST_LABEL_CHARS {
            return Err(TokenError::Label);
        }
        let most_days = self.inner.config.token_days;
        let days = days.unwrap_or(most_days);
        if days == 0 || days > most_days {
            return Err(TokenError::Days(most_days));
        }
        let records = self.inner.store.system("issue an API token");
        if owned(&records, API_TOKEN, account).await?.len() >= MOST {
            return Err(TokenError::TooMany);
        }
        let (secret, id) = fresh_api_token(&**self.inner.store.rng());
        let created_at = self.now();
        let token = ApiToken {
            id,
            account: account.to_owned(),
            label: label.to_owned(),
            created_at,
            expires_at: created_at + SignedDuration::from_hours(24 * i64::from(days)),
            scope,
        };
        let resource = json!({
            "resourceType": API_TOKEN,
            "id": token.id,
            "account": { "reference": format!("{USER_ACCOUNT}/{account}") },
            "label": token.label,
            "createdAt": token.created_at.to_string(),
            "expiresAt": token.expires_at.to_string(),
            "scope": scope.code(),
        });
        records.write(Batch::create(resource)).await.map_err(Error::Store)?;
        Ok(NewToken { token: secret, stored: token })
    }

    /// The account's tokens, the newest first; those that ended are among them until they are revoked.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn tokens(&self, account: &str) -> Result<Vec<ApiToken>, Error> {
        let stored = owned(&self.inner.store.system("list API tokens"), API_TOKEN, account).await?;
        let mut tokens = stored.iter().map(ApiToken::read).collect::<Result<Vec<_>, _>>()?;
        tokens.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(tokens)
    }

    /// Takes a token back; `false` where the account has no such token. From now on it opens nothing.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn revoke_token(&self, account: &str, id: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("revoke an API token");
        let Some(stored) = records.read(API_TOKEN, id).await? else { return Ok(false) };
        if ApiToken::read(&stored)?.account != account {
            return Ok(false);
        }
        records.write(Batch::of(deletion(API_TOKEN, id.to_owned()))).await?;
        self.inner.cache.forget(&CredentialId::Token(id.to_owned()));
        Ok(true)
    }
}
