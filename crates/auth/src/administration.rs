//! Looking after everybody's accounts: for whoever runs the installation.

use crate::account::{Account, USER_ACCOUNT};
use crate::accounts::MOST_NAME_CHARS;
use crate::audit::administered;
use crate::policies::PolicyError;
use crate::{AccountError, Auth, Error};
use salus_access::{Relationship, Role};
use salus_fhir::search::Query;
use salus_store::{Batch, Cursor, Expect, Op, Page};
use std::collections::BTreeMap;

/// What to change of an account; `None` leaves it as it is.
#[derive(Default)]
pub struct AccountChange {
    /// The account of whoever changes it, for the audit; none = the command line.
    pub by: Option<String>,
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
    /// Whether it was made sure that they are who they say.
    pub is_verified: Option<bool>,
}

/// A page of accounts.
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// How to go on; none at the end.
    pub next: Option<Cursor>,
}

impl AccountChange {
    /// Changes the account; what became different, for the audit.
    fn apply(self, account: &mut Account) -> Vec<&'static str> {
        let verified = if self.is_verified == Some(true) { "verified" } else { "not verified any more" };
        let active = if self.is_active == Some(true) { "opened" } else { "closed" };
        let changes = [
            (set(&mut account.display_name, self.display_name), "name"),
            (set(&mut account.roles, self.roles), "roles"),
            (set(&mut account.is_active, self.is_active), active),
            (set(&mut account.patients, self.patients), "people"),
            (set(&mut account.practitioner, self.practitioner), "practitioner"),
            (set(&mut account.organization, self.organization), "organization"),
            (set(&mut account.policies, self.policies), "policies"),
            (set(&mut account.is_verified, self.is_verified), verified),
        ];
        changes.into_iter().filter(|(is_other, _)| *is_other).map(|(_, what)| what).collect()
    }
}

/// Whether the value is another one than before.
fn set<T: PartialEq>(place: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) if *place != value => {
            *place = value;
            true
        }
        _ => false,
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

    /// Changes an account in one step, told to the audit; its sessions and tokens obey at once, and end where it is
    /// closed. Nothing is written where nothing would be different.
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
        let by = change.by.take();
        let changes = change.apply(&mut account);
        if changes.is_empty() {
            return Ok(account);
        }
        if was_admin && !runs_the_house(&account) && !self.has_another_admin(id).await? {
            return Err(AccountError::LastAdmin);
        }
        let expect = Expect::Version(account.version);
        let mut batch = Batch::of(Op::Put { resource: account.resource(), expect });
        batch.notes.push(administered(by, id, &changes));
        self.inner.store.system("change an account").write(batch).await?;
        account.version += 1;
        self.inner.cache.forget_all();
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
    use salus_store::AuditAction;
    use serde_json::json;

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
    async fn the_audit_tells_who_verified_whom_and_nothing_where_nothing_changed() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        for (by, is_verified) in [
            (Some("dana"), Some(true)),
            (Some("dana"), Some(true)),
            (Some("dana"), None),
            (None, Some(false)),
        ] {
            let change = AccountChange { by: by.map(str::to_owned), is_verified, ..AccountChange::default() };
            let account = door.auth.change_account(&id, change).await.unwrap();
            assert_eq!(account.is_verified, is_verified.unwrap_or(true));
        }
        let told: Vec<_> = door
            .audited(AuditAction::AccountChange)
            .await
            .into_iter()
            .map(|entry| (entry.actor, entry.detail["id"].clone(), entry.detail["change"].clone()))
            .collect();
        let entry = |actor: &str, words: &str| (actor.to_owned(), json!(id), json!(words));
        assert_eq!(
            told,
            [
                entry("dana", "An administrator changed: verified"),
                entry("system: change an account", "An administrator changed: not verified any more"),
            ]
        );
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
