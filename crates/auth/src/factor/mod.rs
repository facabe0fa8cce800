//! What an account can show beside its password: an app's codes, passkeys, codes that are sent, recovery codes.
//!
//! Each is a `UserFactor` in the store, sealed there like everything else. **Invariant:** a code is good once; what is
//! used is written down, under the version that was read, before anything opens.

#[cfg(test)]
mod authenticator;
mod code;
mod passkey;
#[cfg(test)]
mod passkey_tests;
mod recovery;
mod totp;

pub(crate) use code::normal_phone;
pub(crate) use passkey::relying_party;
pub use totp::TotpEnrolment;
#[cfg(test)]
pub(crate) use totp::code_at;
#[cfg(any(test, feature = "testing"))]
pub use totp::testing_totp_code;

use crate::account::{Account, USER_ACCOUNT};
use crate::audit::{self, Change};
use crate::lockout::Attempt;
use crate::method::Method;
use crate::sessions::{account_of, deletion, instant, owned};
use crate::{Auth, Error, federated};
use jiff::SignedDuration;
use salus_core::{Rng, Secret, Timestamp, Uid};
use salus_store::{Batch, Expect, Note, Op, Records, Stored};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The type of a factor in the store. It is internal.
pub const USER_FACTOR: &str = "UserFactor";

/// More factors than anybody uses.
pub(crate) const MOST_FACTORS: usize = 20;
const MOST_LABEL_CHARS: usize = 100;

/// Something that an account can show beside its password. Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Factor {
    /// The id of the `UserFactor`.
    pub id: String,
    /// The version that was read.
    pub version: u64,
    /// The id of its account.
    pub account: String,
    /// What it is.
    pub method: Method,
    /// Whether it counts: its set-up was ended.
    pub is_active: bool,
    /// What its holder calls it.
    pub label: String,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last shown.
    pub used_at: Option<Timestamp>,
    /// Where codes are sent to.
    pub address: Option<String>,
    /// An app's secret in Base32, or a passkey's public side as JSON.
    pub(crate) secret: Option<Secret<String>>,
    /// The step of the last code of an app.
    pub(crate) last_step: Option<i64>,
    /// Of the recovery codes that are left.
    pub(crate) code_hashes: Vec<String>,
}

/// Why a factor was not set up, changed or taken, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The account has no such factor.
    #[error("There is no such factor.")]
    NotFound,
    /// What was shown is not right, or no longer.
    #[error("This code or key is not right, or no longer. Ask for a new one, or wait for the next.")]
    Wrong,
    /// Too many attempts. Nothing was looked at.
    #[error("There were too many attempts. Wait {} seconds.", .0.as_secs().max(1))]
    Wait(SignedDuration),
    /// The label is empty or too long.
    #[error("A name for it has 1 to 100 characters.")]
    Label,
    /// The telephone number is none.
    #[error("Write the number with its country: +46 70 123 45 67.")]
    Address,
    /// Some have to be removed first.
    #[error("There are 20 already. Remove one first.")]
    TooMany,
    /// Recovery codes are for what can be lost.
    #[error("Set up another second step first; recovery codes are for when that is lost.")]
    NothingToRecover,
    /// This installation is not set up for it.
    #[error("This Salus is not set up for that.")]
    Unavailable,
    /// The code was not taken by whoever delivers it.
    #[error("The code could not be sent. Try again in a moment, or choose another way.")]
    Undelivered,
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<salus_store::Error> for FactorError {
    fn from(error: salus_store::Error) -> Self {
        Self::Other(Error::Store(error))
    }
}

impl Factor {
    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let parse = || {
            Some(Self {
                id: stored.id.clone(),
                version: stored.version,
                account: account_of(&body)?,
                method: Method::parse(body["kind"].as_str()?)?,
                is_active: body["state"] == "active",
                label: text("label").unwrap_or_default(),
                created_at: instant(&body["createdAt"])?,
                used_at: instant(&body["usedAt"]),
                address: text("address"),
                secret: text("secret").map(Secret::new),
                last_step: body["lastStep"].as_i64(),
                code_hashes: body["codeHash"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|hash| Some(hash.as_str()?.to_owned()))
                    .collect(),
            })
        };
        parse().ok_or_else(|| Error::Broken(format!("factor {} cannot be read", stored.id)))
    }

    /// How many recovery codes are left; none where it has no codes of that kind.
    pub fn codes_left(&self) -> Option<usize> {
        (self.method == Method::RecoveryCode).then_some(self.code_hashes.len())
    }

    fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": USER_FACTOR,
            "id": self.id,
            "account": { "reference": format!("{USER_ACCOUNT}/{}", self.account) },
            "kind": self.method.code(),
            "state": if self.is_active { "active" } else { "pending" },
            "label": self.label,
            "createdAt": self.created_at.to_string(),
        });
        let texts = [
            ("usedAt", self.used_at.map(|at| at.to_string())),
            ("address", self.address.clone()),
            ("secret", self.secret.as_ref().map(|secret| secret.expose().clone())),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                resource[name] = text.into();
            }
        }
        if let Some(step) = self.last_step {
            resource["lastStep"] = step.into();
        }
        if !self.code_hashes.is_empty() {
            resource["codeHash"] = json!(self.code_hashes);
        }
        resource
    }
}

impl Auth {
    /// What the account can show beside its password, the oldest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn factors(&self, account: &str) -> Result<Vec<Factor>, Error> {
        let mut factors = self.all_factors(account).await?;
        factors.retain(|factor| factor.is_active);
        Ok(factors)
    }

    /// Gives a factor another name.
    ///
    /// # Errors
    /// [`FactorError::NotFound`]; [`FactorError::Label`].
    pub async fn rename_factor(&self, account: &str, id: &str, label: &str) -> Result<Factor, FactorError> {
        let label = label_of(label)?;
        let factor = Factor { label, ..self.factor(account, id).await? };
        self.replace_factor(&factor, None).await?;
        Ok(factor)
    }

    /// Removes a factor; recovery codes go with the last that could be lost.
    ///
    /// # Errors
    /// [`FactorError::NotFound`].
    pub async fn remove_factor(&self, account: &str, id: &str) -> Result<(), FactorError> {
        let holder = self.holder(account).await?;
        let all = self.all_factors(account).await?;
        let (removed, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|factor| factor.id == id);
        let removed = removed.first().ok_or(FactorError::NotFound)?;
        let is_last = !left.iter().any(|factor| factor.is_active && factor.method != Method::RecoveryCode);
        let mut gone = vec![removed.clone()];
        if is_last {
            gone.extend(left);
        }
        self.delete_factors(&gone).await?;
        let change = Change::FactorRemoved(removed.method);
        self.write_event(audit::changed(change, account), None).await?;
        self.tell_of_change(&holder, change);
        Ok(())
    }

    /// Removes all factors, and all links with other providers, for whoever runs the installation and helps somebody who
    /// lost them. Every session ends. Gives how many there were.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where there is no such account.
    pub async fn reset_factors(&self, account: &str) -> Result<usize, FactorError> {
        let holder = self.holder(account).await?;
        let all = self.all_factors(account).await?;
        self.delete_factors(&all).await?;
        let records = self.inner.store.system("unlink the identities of an account");
        let links = federated::ends_of_account(&records, account).await?;
        let count = all.len() + links.len();
        if !links.is_empty() {
            records.write(Batch { ops: links, ..Batch::default() }).await?;
        }
        self.end_all(account, None).await?;
        self.write_event(audit::changed(Change::FactorsReset, account), None).await?;
        self.tell_of_change(&holder, Change::FactorsReset);
        Ok(count)
    }

    /// All of them, those that are being set up included.
    pub(crate) async fn all_factors(&self, account: &str) -> Result<Vec<Factor>, Error> {
        let stored =
            owned(&self.inner.store.system("read the factors of an account"), USER_FACTOR, account).await?;
        let mut factors = stored.iter().map(Factor::read).collect::<Result<Vec<_>, _>>()?;
        factors.sort_by(|a, b| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(factors)
    }

    async fn factor(&self, account: &str, id: &str) -> Result<Factor, FactorError> {
        let factors = self.all_factors(account).await?;
        factors.into_iter().find(|factor| factor.id == id).ok_or(FactorError::NotFound)
    }

    async fn holder(&self, account: &str) -> Result<Account, FactorError> {
        self.account(account).await?.ok_or(FactorError::NotFound)
    }

    fn new_factor(&self, account: &str, method: Method, label: &str) -> Factor {
        let store = &self.inner.store;
        Factor {
            id: Uid::fresh(&**store.clock(), &**store.rng()).to_string(),
            version: 0,
            account: account.to_owned(),
            method,
            is_active: false,
            label: label.to_owned(),
            created_at: self.now(),
            used_at: None,
            address: None,
            secret: None,
            last_step: None,
            code_hashes: Vec::new(),
        }
    }

    fn rng(&self) -> &dyn Rng {
        &**self.inner.store.rng()
    }

    async fn create_factor(&self, factor: &Factor) -> Result<(), Error> {
        self.inner.store.system("set up a factor").write(Batch::create(factor.resource())).await?;
        self.inner.cache.forget_all();
        Ok(())
    }

    async fn replace_factor(&self, factor: &Factor, event: Option<Note>) -> Result<(), FactorError> {
        let put = Op::Put { resource: factor.resource(), expect: Expect::Version(factor.version) };
        let mut batch = Batch::of(put);
        batch.notes.extend(event);
        self.inner.store.system("change a factor").write(batch).await?;
        self.inner.cache.forget_all();
        Ok(())
    }

    /// Writes down that a factor was used; `false` where another request was first with it.
    async fn use_factor(&self, factor: &Factor) -> Result<bool, Error> {
        let put = Op::Put { resource: factor.resource(), expect: Expect::Version(factor.version) };
        match self.inner.store.system("use a factor").write(Batch::of(put)).await {
            Ok(_) => Ok(true),
            Err(salus_store::Error::Conflict(_)) => Ok(false),
            Err(cause) => Err(cause.into()),
        }
    }

    async fn delete_factors(&self, factors: &[Factor]) -> Result<(), Error> {
        let ops: Vec<_> = factors.iter().map(|factor| deletion(USER_FACTOR, factor.id.clone())).collect();
        if !ops.is_empty() {
            self.inner.store.system("remove a factor").write(Batch { ops, ..Batch::default() }).await?;
            self.inner.cache.forget_all();
        }
        Ok(())
    }

    pub(crate) async fn write_event(&self, event: Note, address: Option<IpAddr>) -> Result<(), Error> {
        let records =
            self.inner.store.system("note how somebody signs in").seen_from(&audit::origin(address));
        Ok(records.note(event).await?)
    }

    /// Counts a code that is typed to set something up, as guesses are counted at the second step.
    async fn admit_code(&self, account: &str) -> Result<String, FactorError> {
        let counted_as = format!("codes of {account}");
        let attempt = Attempt { email: &counted_as, address: None };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(FactorError::Wait)?;
        Ok(counted_as)
    }

    async fn code_was_right(&self, counted_as: &str) {
        self.inner.lockout.succeeded(Attempt { email: counted_as, address: None }, self.now()).await;
    }
}

/// What the account can step up with: its second factors, or else its password.
pub(crate) async fn step_up_with(records: &Records, account: &str) -> Result<Vec<Method>, Error> {
    let stored = owned(records, USER_FACTOR, account).await?;
    let factors = stored.iter().map(Factor::read).collect::<Result<Vec<_>, _>>()?;
    let methods = methods_of(&factors);
    Ok(if methods.is_empty() { vec![Method::Password] } else { methods })
}

/// The kinds of what counts, each once.
pub(crate) fn methods_of(factors: &[Factor]) -> Vec<Method> {
    let mut methods: Vec<_> =
        factors.iter().filter(|factor| factor.is_active).map(|factor| factor.method).collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn label_of(typed: &str) -> Result<String, FactorError> {
    let label = typed.trim();
    let is_label = !label.is_empty()
        && label.chars().count() <= MOST_LABEL_CHARS
        && !label.chars().any(char::is_control);
    if is_label { Ok(label.to_owned()) } else { Err(FactorError::Label) }
}
