//! Making and changing accounts.

use crate::account::{Account, NewAccount, USER_ACCOUNT, normal_email};
use crate::api_tokens::API_TOKEN;
use crate::audit::{self, Change};
use crate::lockout::Attempt;
use crate::password_rule::{self, WeakPassword};
use crate::sessions::{USER_SESSION, deletion, owned};
use crate::token::CredentialId;
use crate::{Auth, Error, oauth};
use jiff::SignedDuration;
use salus_core::{Secret, Uid};
use salus_fhir::search::Query;
use salus_store::{Batch, Conflict, Expect, Op, Page, Records};

pub(crate) const MOST_NAME_CHARS: usize = 200;

/// Why an account was not made or changed, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is no such account.
    #[error("There is no such account.")]
    NotFound,
    /// The address is none.
    #[error("This is not an e-mail address.")]
    Email,
    /// Somebody has this address already.
    #[error("There is an account with this e-mail address already.")]
    EmailTaken,
    /// The name is empty or too long.
    #[error("A name has 1 to 200 characters.")]
    Name,
    /// Nobody would be left to run the installation.
    #[error("Somebody has to be left who runs this installation. Make another administrator first.")]
    LastAdmin,
    /// There is no such access policy.
    #[error("There is no such access policy.")]
    Policy,
    /// The new password is not good enough.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The current password is not the one that was given.
    #[error("The current password is not right.")]
    WrongPassword,
    /// The current password was guessed at too often. Nothing was looked at.
    #[error("There were too many attempts. Wait {} seconds.", .0.as_secs().max(1))]
    Wait(SignedDuration),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<salus_store::Error> for AccountError {
    fn from(error: salus_store::Error) -> Self {
        Self::Other(Error::Store(error))
    }
}

impl Auth {
    /// Makes an account that may sign in at once, and gives its id.
    ///
    /// # Errors
    /// [`AccountError`] says what to change.
    pub async fn create_account(&self, new: NewAccount) -> Result<String, AccountError> {
        let email = normal_email(&new.email).ok_or(AccountError::Email)?;
        let display_name = new.display_name.trim().to_owned();
        if display_name.is_empty() || display_name.chars().count() > MOST_NAME_CHARS {
            return Err(AccountError::Name);
        }
        password_rule::judge(new.password.expose(), &[&email, &display_name])?;
        let store = &self.inner.store;
        let mut account = Account {
            id: Uid::fresh(&**store.clock(), &**store.rng()).to_string(),
            version: 0,
            email,
            display_name,
            roles: new.roles,
            is_active: true,
            patients: new.patients,
            practitioner: new.practitioner,
            organization: new.organization,
            policies: Vec::new(),
            is_verified: false,
            password_hash: Secret::new(String::new()),
            credential: None,
        };
        account.set_password(Secret::new(self.inner.passwords.hash(new.password).await?));
        let mut batch = Batch::create(account.resource());
        batch.conditions.push(by_email(&account.email)?);
        match store.system("create an account").write(batch).await {
            Ok(_) => Ok(account.id),
            Err(salus_store::Error::Conflict(Conflict::Condition { .. })) => Err(AccountError::EmailTaken),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The account of this id.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, Error> {
        read(&self.inner.store.system("read an account"), id).await
    }

    /// The account with this e-mail address.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, Error> {
        let Some(email) = normal_email(email) else { return Ok(None) };
        let records = self.inner.store.system("find an account by its e-mail address");
        let found = records.search(&by_email(&email)?, Page::first(1)).await?.matches;
        found.first().map(Account::read).transpose()
    }

    /// Changes the password and ends every other session and every token of the account.
    ///
    /// `keep` is the session in which the change is made.
    ///
    /// # Errors
    /// [`AccountError::WrongPassword`] where `current` is not the password, [`AccountError::Wait`] after too many of
    /// these, [`AccountError::Weak`] where `new` is none.
    pub async fn change_password(
        &self,
        account: &str,
        current: Secret<String>,
        new: Secret<String>,
        keep: Option<&CredentialId>,
    ) -> Result<(), AccountError> {
        let records = self.inner.store.system("change a password");
        let stored = read(&records, account).await?.ok_or(AccountError::NotFound)?;
        let attempt = Attempt { email: &stored.email, address: None };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(AccountError::Wait)?;
        if !self.inner.passwords.verify(current, Some(stored.password_hash.expose())).await? {
            return Err(AccountError::WrongPassword);
        }
        self.inner.lockout.succeeded(attempt, self.now()).await;
        self.reset_password(account, new, keep).await
    }

    /// Sets a password without asking for the current one: for whoever runs the installation.
    ///
    /// # Errors
    /// [`AccountError::Weak`] where `new` is no password.
    pub async fn reset_password(
        &self,
        account: &str,
        new: Secret<String>,
        keep: Option<&CredentialId>,
    ) -> Result<(), AccountError> {
        let records = self.inner.store.system("change a password");
        let stored = read(&records, account).await?.ok_or(AccountError::NotFound)?;
        password_rule::judge(new.expose(), &[&stored.email, &stored.display_name])?;
        let hash = Secret::new(self.inner.passwords.hash(new).await?);
        self.change(account, "change a password", |account| account.set_password(hash)).await?;
        self.end_all(account, keep).await?;
        self.write_event(audit::changed(Change::Password, account), None).await?;
        self.tell_of_change(&stored, Change::Password);
        Ok(())
    }

    /// Makes a stored hash as dear as today's, now that the password is at hand.
    ///
    /// `account` is as it was when the password was found right: one that was changed since stays as it is.
    pub(crate) async fn renew_hash(
        &self,
        mut account: Account,
        password: Secret<String>,
    ) -> Result<(), AccountError> {
        account.password_hash = Secret::new(self.inner.passwords.hash(password).await?);
        self.replace(&account, "renew a password hash").await
    }

    async fn change(
        &self,
        id: &str,
        reason: &'static str,
        edit: impl FnOnce(&mut Account),
    ) -> Result<(), AccountError> {
        let mut account = self.account(id).await?.ok_or(AccountError::NotFound)?;
        edit(&mut account);
        self.replace(&account, reason).await
    }

    /// Writes an account over the version that it was read in.
    pub(crate) async fn replace(&self, account: &Account, reason: &'static str) -> Result<(), AccountError> {
        let expect = Expect::Version(account.version);
        let records = self.inner.store.system(reason);
        records.write(Batch::of(Op::Put { resource: account.resource(), expect })).await?;
        self.inner.cache.forget_all();
        Ok(())
    }

    /// Ends the account's sessions and tokens in one transaction, but for `keep`.
    pub(crate) async fn end_all(&self, account: &str, keep: Option<&CredentialId>) -> Result<(), Error> {
        let records = self.inner.store.system("end the sessions and tokens of an account");
        let mut batch = Batch::default();
        for stored in owned(&records, USER_SESSION, account).await? {
            if keep != Some(&CredentialId::Session(stored.id.clone())) {
                batch.ops.push(deletion(USER_SESSION, stored.id));
            }
        }
        for stored in owned(&records, API_TOKEN, account).await? {
            batch.ops.push(deletion(API_TOKEN, stored.id));
        }
        batch.ops.extend(oauth::ends_of_account(&records, account).await?);
        if !batch.ops.is_empty() {
            records.write(batch).await?;
        }
        self.inner.cache.forget_all();
        Ok(())
    }
}

async fn read(records: &Records, id: &str) -> Result<Option<Account>, Error> {
    records.read(USER_ACCOUNT, id).await?.as_ref().map(Account::read).transpose()
}

fn by_email(email: &str) -> Result<Query, Error> {
    Query::parse(USER_ACCOUNT, &[("email".to_owned(), email.to_owned())])
        .map_err(|cause| Error::Broken(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountChange;
    use crate::testing::{Door, MARIA, PASSWORD, secret};
    use salus_access::Relationship;
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn an_address_belongs_to_one_account_whatever_its_case() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let again = door.create("MARIA@example.org").await;
        assert!(matches!(again, Err(AccountError::EmailTaken)));
        let found = door.auth.account_by_email("Maria@Example.Org").await.unwrap();
        assert_eq!(found.map(|account| account.email), Some(MARIA.to_owned()));
    }

    #[tokio::test]
    async fn a_new_password_ends_every_other_session_and_every_token() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let (mine, other) = (door.sign_in(MARIA).await, door.sign_in(MARIA).await);
        let token = door.auth.issue_token(&account, "sync", crate::TokenScope::Read, Some(30)).await.unwrap();
        let keep = door.who(&mine).await.map(|identity| identity.credential);
        let new = "teapot gravel onward";

        let wrong =
            door.auth.change_password(&account, secret("not it at all"), secret(new), keep.as_ref()).await;
        assert!(matches!(wrong, Err(AccountError::WrongPassword)));
        let weak = door
            .auth
            .change_password(&account, secret(PASSWORD), secret("password1234"), keep.as_ref())
            .await;
        assert!(matches!(weak, Err(AccountError::Weak(WeakPassword::Common))));
        assert!(door.who(&other).await.is_some());

        door.auth.change_password(&account, secret(PASSWORD), secret(new), keep.as_ref()).await.unwrap();
        assert!(door.who(&mine).await.is_some());
        assert!(door.who(&other).await.is_none());
        assert!(door.who(&crate::Credential::Bearer(token.token)).await.is_none());
    }

    #[tokio::test]
    async fn a_closed_account_opens_nothing() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        assert!(door.who(&session).await.is_some());
        door.change(&account, AccountChange { is_active: Some(false), ..AccountChange::default() }).await;
        assert!(door.who(&session).await.is_none());
        let refused = door.try_sign_in(MARIA, PASSWORD).await;
        assert!(matches!(refused, Err(crate::SignInError::Refused)));
    }

    #[tokio::test]
    async fn whose_records_an_account_sees_changes_under_an_open_session() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        assert!(door.who(&session).await.unwrap().subject.patients.is_empty());
        let patients = BTreeMap::from([("p1".to_owned(), Relationship::Oneself)]);
        let change = AccountChange { patients: Some(patients.clone()), ..AccountChange::default() };
        door.change(&account, change).await;
        assert_eq!(door.who(&session).await.unwrap().subject.patients, patients);
    }
}
