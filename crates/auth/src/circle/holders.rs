//! Whom to tell of what happens to a record: those whose it is, or those who look after it.

use super::reach::{Way, by_tie};
use crate::method::Method;
use crate::{Account, Auth, Error};

/// Somebody who is told of what happens to a record, with the addresses that their account knows. Has no `Debug`: it
/// names people.
#[derive(Clone)]
pub struct Holder {
    /// The name of the account.
    pub name: String,
    /// Whether the record is their own; otherwise they look after it.
    pub is_self: bool,
    /// What they sign in with.
    pub email: String,
    /// The telephone that they have codes sent to.
    pub phone: Option<String>,
}

impl Auth {
    /// The open accounts whose own record this is; where there is none, those of the family who look after it, and those
    /// to whom it is entrusted.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn holders(&self, patient: &str) -> Result<Vec<Holder>, Error> {
        let is_grown_up = self.is_grown_up(&self.inner.store.gate(), patient).await?;
        let mut tied: Vec<(Way, Account)> = Vec::new();
        for account in self.every_account().await?.into_iter().filter(|account| account.is_active) {
            let way = by_tie(&account, patient, is_grown_up);
            if let Some(way @ (Way::Oneself | Way::Family | Way::Entrusted)) = way {
                tied.push((way, account));
            }
        }
        if tied.iter().any(|(way, _)| *way == Way::Oneself) {
            tied.retain(|(way, _)| *way == Way::Oneself);
        }
        tied.sort_by(|(_, one), (_, other)| one.email.cmp(&other.email));
        let mut holders = Vec::with_capacity(tied.len());
        for (way, account) in tied {
            let factors = self.factors(&account.id).await?;
            let phone = factors.into_iter().find(|factor| factor.method == Method::SmsCode);
            holders.push(Holder {
                name: account.display_name,
                is_self: way == Way::Oneself,
                email: account.email,
                phone: phone.and_then(|factor| factor.address),
            });
        }
        Ok(holders)
    }
}

#[cfg(test)]
mod tests {
    use crate::NewAccount;
    use crate::testing::{Door, secret};
    use salus_access::{Relationship, Role};
    use salus_store::Batch;
    use serde_json::json;

    async fn account(door: &Door, name: &str, patients: &[(&str, Relationship)]) {
        let new = NewAccount {
            email: format!("{name}@example.org"),
            display_name: name.to_owned(),
            roles: vec![Role::Person],
            patients: patients.iter().map(|(id, tie)| ((*id).to_owned(), *tie)).collect(),
            practitioner: None,
            organization: None,
            password: secret("heron river turns twice"),
        };
        door.auth.create_account(new).await.unwrap();
    }

    #[tokio::test]
    async fn the_person_is_told_or_those_who_look_after_the_record() {
        use Relationship as R;
        let door = Door::open().await;
        for (id, born) in [("ann", "1984-03-12"), ("kid", "2015-01-01"), ("son", "1999-01-01")] {
            let patient = json!({ "resourceType": "Patient", "id": id, "birthDate": born });
            door.store.system("test").write(Batch::create(patient)).await.unwrap();
        }
        account(&door, "ann", &[("ann", R::Oneself), ("kid", R::Child), ("son", R::Child)]).await;
        account(&door, "bob", &[("ann", R::Partner), ("kid", R::Child)]).await;
        account(&door, "dr", &[("ann", R::InCare), ("kid", R::InCare), ("son", R::InCare)]).await;
        for (patient, expect) in [
            ("ann", vec![("ann", true)]),
            ("kid", vec![("ann", false), ("bob", false)]),
            ("son", vec![]),
            ("nobody", vec![]),
        ] {
            let holders = door.auth.holders(patient).await.unwrap();
            let told: Vec<_> = holders.iter().map(|one| (one.name.as_str(), one.is_self)).collect();
            assert_eq!(told, expect, "{patient}");
        }
    }
}
