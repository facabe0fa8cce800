//! Looking after everybody's accounts: for whoever runs the installation.

use crate::account::{Account, USER_ACCOUNT};
use crate::accounts::MOST_NAME_CHARS;
use crate::policies::PolicyError;
use crate::{AccountError, Auth, Error};
use salus_access::{Relationship, Role};
use salus_fhir::search::Query;
use salus_store::{Cursor, Page};
use std::collections::BTreeMap;

/// What to change of an account; `None` leaves it as it is.
#[derive(Default)]
pub struct AccountChange {
    /// The name to show.
    pub display_name: Option<String>,
    /// The parts they play.
    pub roles: Option<Vec<Role>>,
    /// Whether they may sign in.
    pub is_active: Option<bool>,
    /// The patients they have to do with, by patient id.
    pub patients: Option<BTreeMap<String, Relationship>>,
    /// The `Practitioner` they are, by id; `Some(None)` takes it away.
    pub practitioner: Option<Option<String>>,
    /// The `Organization` they work for, by id; `Some(None)` takes it away.
    pub organization: Option<Option<String>>,
    /// The ids of the access policies it is given on top of its roles.
    pub policies: Option<Vec<String>>,
}

/// A page of accounts.
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// How to go on; none at the end.
    pub next: Option<Cursor>,
}

impl AccountChange {
    fn apply(self, account: &mut Account) {
        let Self { display_name, roles, is_active, patients, practitioner, organization, policies } = self;
        set(&mut account.display_name, display_name);
        set(&mut account.roles, roles);
        set(&mut account.is_active, is_active);
        set(&mut account.patients, patients);
        set(&mut account.practitioner, practitioner);
        set(&mut account.organization, organization);
        set(&mut account.policies, policies);
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Auth {
    /// A page of all accounts.
    ///
    /// # Errors
    /// Whatever the store says, also to a cursor that is none.
    pub async fn accounts(&self, page: Page) -> Result<AccountPage, Error> {
        let records = self.inner.store.system("list the accounts");
        let found = records.search(&Query::all(USER_ACCOUNT), page).await?;
        let accounts = found.matches.iter().map(Account::read).collect::<Result<_, _>>()?;
        Ok(AccountPage { accounts, next: found.next })
    }

    /// Changes an account in one step; its sessions and tokens obey at once, and end where it is closed.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]; [`AccountError::Name`]; [`AccountError::LastAdmin`] where nobody would be left to run
    /// the installation.
    pub async fn change_account(&self, id: &str, mut change: AccountChange) -> Result<Account, AccountError> {
        if let Some(name) = &mut change.display_name {
            *name = name.trim().to_owned();
            if name.is_empty() || name.chars().count() > MOST_NAME_CHARS {
                return Err(AccountError::Name);
            }
        }
        for policy in change.policies.iter().flatten() {
            self.policy(policy).await.map_err(|error| match error {
                PolicyError::Other(cause) => AccountError::Other(cause),
                _ => AccountError::Policy,
            })?;
        }
        let mut account = self.account(id).await?.ok_or(AccountError::NotFound)?;
        let was_admin = runs_the_house(&account);
        change.apply(&mut account);
        if was_admin && !runs_the_house(&account) && !self.has_another_admin(id).await? {
            return Err(AccountError::LastAdmin);
        }
        self.replace(&account, "change an account").await?;
        if !account.is_active {
            self.end_all(id, None).await?;
        }
        Ok(account)
    }

    async fn has_another_admin(&self, id: &str) -> Result<bool, Error> {
        let accounts = self.every_account().await?;
        Ok(accounts.iter().any(|account| account.id != id && runs_the_house(account)))
    }
}

fn runs_the_house(account: &Account) -> bool {
    account.is_active && account.roles.contains(&Role::Admin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA};

    #[tokio::test]
    async fn an_account_changes_in_one_step_and_its_sessions_obey() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        let change = AccountChange {
            display_name: Some(" Dr. Maria López ".to_owned()),
            roles: Some(vec![Role::Clinician]),
            practitioner: Some(Some("dr-x".to_owned())),
            ..AccountChange::default()
        };
        let account = door.auth.change_account(&id, change).await.unwrap();
        assert_eq!(
            (account.display_name.as_str(), account.practitioner.as_deref()),
            ("Dr. Maria López", Some("dr-x"))
        );
        assert_eq!(door.who(&session).await.unwrap().subject.roles, [Role::Clinician]);
        let none = AccountChange { practitioner: Some(None), ..AccountChange::default() };
        assert_eq!(door.auth.change_account(&id, none).await.unwrap().practitioner, None);
        let closed = AccountChange { is_active: Some(false), ..AccountChange::default() };
        door.auth.change_account(&id, closed).await.unwrap();
        assert!(door.who(&session).await.is_none());
        let nobody = door.auth.change_account("none", AccountChange::default()).await;
        assert!(matches!(nobody, Err(AccountError::NotFound)));
    }

    #[tokio::test]
    async fn somebody_is_always_left_to_run_the_house() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        door.play(&id, &[Role::Admin]).await;
        let steps_down = || AccountChange { roles: Some(vec![Role::Person]), ..AccountChange::default() };
        let closes = AccountChange { is_active: Some(false), ..AccountChange::default() };
        assert!(matches!(door.auth.change_account(&id, steps_down()).await, Err(AccountError::LastAdmin)));
        assert!(matches!(door.auth.change_account(&id, closes).await, Err(AccountError::LastAdmin)));
        let other = door.create("john@example.org").await.unwrap();
        door.play(&other, &[Role::Admin]).await;
        assert!(door.auth.change_account(&id, steps_down()).await.is_ok());
    }

    #[tokio::test]
    async fn accounts_come_page_by_page() {
        let door = Door::open().await;
        for n in 0..5 {
            door.create(&format!("person{n}@example.org")).await.unwrap();
        }
        let first = door.auth.accounts(Page::first(3)).await.unwrap();
        let rest = door.auth.accounts(Page { count: 3, cursor: first.next }).await.unwrap();
        assert_eq!((first.accounts.len(), rest.accounts.len()), (3, 2));
        assert!(rest.next.is_none());
    }
}
