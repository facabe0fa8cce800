//! What accounts know of a person who is erased: the link to them, and, where they wish it, their own account.

use crate::account::{Account, USER_ACCOUNT};
use crate::sessions::owned;
use crate::{AccountError, Auth, Error};
use salus_access::{Relationship, Role};
use salus_fhir::defs;
use salus_store::Records;

/// What forgetting a person came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unlinked {
    /// The accounts that had to do with the person, by id.
    pub accounts: Vec<String>,
    /// Those of them that are gone for good.
    pub closed: Vec<String>,
}

impl Auth {
    /// Takes a person out of every account, with the versions of the accounts that named them. With `closes_own`, the
    /// person's own account goes for good where it has nobody else's record and no other part to play. Doing it again
    /// finishes what broke off.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn forget_patient(&self, patient_id: &str, closes_own: bool) -> Result<Unlinked, Error> {
        let records = self.inner.store.system("forget an erased person");
        let mut unlinked = Unlinked::default();
        let accounts = self.every_account().await?;
        for account in accounts.iter().filter(|account| account.patients.contains_key(patient_id)) {
            unlinked.accounts.push(account.id.clone());
            if closes_own && is_theirs_alone(account, patient_id) {
                remove(&records, account).await?;
                unlinked.closed.push(account.id.clone());
            } else {
                self.unlink(account.clone(), patient_id).await?;
                records.purge_history(USER_ACCOUNT, &account.id).await?;
            }
        }
        self.inner.cache.forget_all();
        Ok(unlinked)
    }

    async fn unlink(&self, mut account: Account, patient_id: &str) -> Result<(), Error> {
        account.patients.remove(patient_id);
        match self.replace(&account, "take an erased person out of an account").await {
            Err(AccountError::Other(cause)) => Err(cause),
            Err(cause) => Err(Error::Broken(cause.to_string())),
            Ok(()) => Ok(()),
        }
    }
}

/// Whether an account is there for this person and for nothing else.
fn is_theirs_alone(account: &Account, patient_id: &str) -> bool {
    account.patients.len() == 1
        && account.patients.get(patient_id) == Some(&Relationship::Oneself)
        && account.roles.iter().all(|role| *role == Role::Person)
}

/// Takes an account out of the store, with whatever refers to it: sessions, tokens, second factors.
async fn remove(records: &Records, account: &Account) -> Result<(), Error> {
    let internal = defs::resource_types().filter(|name| defs::is_internal(name));
    for type_name in internal.filter(|name| defs::search_param(name, "account").is_some()) {
        for stored in owned(records, type_name, &account.id).await? {
            records.purge(type_name, &stored.id).await?;
        }
    }
    records.purge(USER_ACCOUNT, &account.id).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Door, MARIA};
    use crate::{AccountChange, TokenScope};
    use salus_access::{Relationship, Role};
    use std::collections::BTreeMap;

    async fn account(door: &Door, email: &str, patients: &[(&str, Relationship)], role: Role) -> String {
        let id = door.create(email).await.unwrap();
        let patients: BTreeMap<_, _> = patients.iter().map(|(id, what)| ((*id).to_owned(), *what)).collect();
        let change =
            AccountChange { patients: Some(patients), roles: Some(vec![role]), ..AccountChange::default() };
        door.auth.change_account(&id, change).await.unwrap();
        id
    }

    #[tokio::test]
    async fn an_erased_person_is_in_no_account_and_their_own_closes_on_demand() {
        for (closes, expect) in [(false, 0), (true, 1)] {
            let door = Door::open().await;
            let own = account(&door, MARIA, &[("p", Relationship::Oneself)], Role::Person).await;
            let session = door.sign_in(MARIA).await;
            door.auth.issue_token(&own, "sync", TokenScope::Read, Some(30)).await.unwrap();
            let mother = account(
                &door,
                "b@example.org",
                &[("p", Relationship::Child), ("q", Relationship::Oneself)],
                Role::Person,
            )
            .await;
            let other = account(&door, "c@example.org", &[("q", Relationship::Oneself)], Role::Person).await;

            let unlinked = door.auth.forget_patient("p", closes).await.unwrap();
            assert_eq!((unlinked.accounts.len(), unlinked.closed.len()), (2, expect));
            for id in [&mother, &other] {
                let patients = door.auth.account(id).await.unwrap().unwrap().patients;
                assert_eq!(patients.into_keys().collect::<Vec<_>>(), ["q"]);
            }
            let kept = door.auth.account(&own).await.unwrap();
            assert_eq!(kept.map(|account| account.patients.len()), (!closes).then_some(0));
            assert_eq!(door.who(&session).await.is_some(), !closes);
            assert_eq!(door.auth.tokens(&own).await.unwrap().len(), usize::from(!closes));
            assert_eq!(door.auth.forget_patient("p", closes).await.unwrap(), super::Unlinked::default());
        }
    }
}
