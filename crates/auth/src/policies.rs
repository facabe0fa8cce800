//! Access policies that administrators write, and that accounts are given on top of what their roles give.

use crate::sessions::deletion;
use crate::{Auth, Error};
use salus_access::stored::{ACCESS_POLICY, StoredPolicy};
use salus_core::Uid;
use salus_fhir::Issue;
use salus_fhir::search::Query;
use salus_store::{Batch, Expect, Op, Page, Records};
use serde_json::Value;

/// More policies than anybody can keep in mind.
const MOST: u32 = 500;

/// A policy as it is stored.
pub struct PolicyDocument {
    /// The id of the `AccessPolicy`.
    pub id: String,
    /// The resource.
    pub resource: Value,
}

/// Why a policy was not written or deleted, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// There is no such policy.
    #[error("There is no such policy.")]
    NotFound,
    /// It is not understood; each issue names its place.
    #[error("The policy is not understood, and so not kept.")]
    Invalid(Vec<Issue>),
    /// Accounts have it.
    #[error("{0} accounts have this policy. Take it from them first.")]
    InUse(usize),
    /// There are too many.
    #[error("There are 500 policies already. Delete one first.")]
    TooMany,
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<salus_store::Error> for PolicyError {
    fn from(error: salus_store::Error) -> Self {
        Self::Other(Error::Store(error))
    }
}

impl Auth {
    /// All policies, the newest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn policies(&self) -> Result<Vec<PolicyDocument>, Error> {
        let records = self.inner.store.system("list the access policies");
        let found = records.search(&Query::all(ACCESS_POLICY), Page::first(MOST)).await?.matches;
        let document = |stored: &salus_store::Stored| {
            Ok::<_, Error>(PolicyDocument { id: stored.id.clone(), resource: stored.json()? })
        };
        found.iter().map(document).collect()
    }

    /// The policy of this id.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`], or whatever the store says.
    pub async fn policy(&self, id: &str) -> Result<PolicyDocument, PolicyError> {
        let stored = self.inner.store.system("read an access policy").read(ACCESS_POLICY, id).await?;
        let stored = stored.ok_or(PolicyError::NotFound)?;
        Ok(PolicyDocument { id: stored.id.clone(), resource: stored.json()? })
    }

    /// Writes a policy, over the one of this id or as a new one; accounts that have it obey it at once. Gives its id.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] where any part of it is not understood: it is refused here, and so never half obeyed.
    pub async fn write_policy(&self, id: Option<&str>, mut resource: Value) -> Result<String, PolicyError> {
        StoredPolicy::parse(&resource).map_err(PolicyError::Invalid)?;
        let store = &self.inner.store;
        let (id, expect) = match id {
            Some(id) => {
                self.policy(id).await?;
                (id.to_owned(), Expect::Any)
            }
            None if self.policies().await?.len() >= MOST as usize => return Err(PolicyError::TooMany),
            None => (Uid::fresh(&**store.clock(), &**store.rng()).to_string(), Expect::Absent),
        };
        resource["id"] = id.clone().into();
        store.system("write an access policy").write(Batch::of(Op::Put { resource, expect })).await?;
        self.inner.cache.forget_all();
        Ok(id)
    }

    /// Deletes a policy that no account has.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`], [`PolicyError::InUse`], or whatever the store says.
    pub async fn delete_policy(&self, id: &str) -> Result<(), PolicyError> {
        self.policy(id).await?;
        let accounts = self.every_account().await?;
        let users = accounts.iter().filter(|account| account.policies.iter().any(|own| own == id)).count();
        if users > 0 {
            return Err(PolicyError::InUse(users));
        }
        let records = self.inner.store.system("delete an access policy");
        records.write(Batch::of(deletion(ACCESS_POLICY, id.to_owned()))).await?;
        Ok(())
    }
}

/// The policies with these ids, to be obeyed. One that is gone or not understood stops whoever has it: what it denied must
/// not come open.
pub(crate) async fn given(gate: &Records, ids: &[String]) -> Result<Vec<StoredPolicy>, Error> {
    let mut policies = Vec::with_capacity(ids.len());
    for id in ids {
        let broken = || Error::Broken(format!("the access policy {id} cannot be read"));
        let stored = gate.read(ACCESS_POLICY, id).await?.ok_or_else(broken)?;
        policies.push(StoredPolicy::parse(&stored.json()?).map_err(|_| broken())?);
    }
    Ok(policies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountChange;
    use crate::testing::{Door, MARIA};
    use salus_access::Action;
    use serde_json::json;

    fn policy(entry: Value) -> Value {
        json!({ "resourceType": ACCESS_POLICY, "name": "Study nurse", "entry": [entry] })
    }

    fn observation() -> Value {
        json!({ "resourceType": "Observation", "id": "o", "subject": { "reference": "Patient/ann" } })
    }

    #[tokio::test]
    async fn asvs_v8_3_2_a_policy_counts_at_once_and_stands_as_long_as_somebody_has_it() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        let may = async |action| {
            let subject = door.who(&session).await.unwrap().subject;
            subject.policy.decide(action, &observation()).is_allowed()
        };
        let give = json!({ "resourceType": "Observation", "interaction": ["read"], "scope": "everyone" });
        let id = door.auth.write_policy(None, policy(give)).await.unwrap();
        assert!(!may(Action::Read).await);
        let change = AccountChange { policies: Some(vec![id.clone()]), ..AccountChange::default() };
        door.auth.change_account(&account, change).await.unwrap();
        assert!(may(Action::Read).await);
        let deny = json!({ "resourceType": "Observation", "interaction": ["read"], "scope": "everyone", "effect": "deny" });
        door.auth.write_policy(Some(&id), policy(deny)).await.unwrap();
        assert!(!may(Action::Read).await);
        assert!(matches!(door.auth.delete_policy(&id).await, Err(PolicyError::InUse(1))));
        let change = AccountChange { policies: Some(vec![]), ..AccountChange::default() };
        door.auth.change_account(&account, change).await.unwrap();
        door.auth.delete_policy(&id).await.unwrap();
        assert!(matches!(door.auth.delete_policy(&id).await, Err(PolicyError::NotFound)));
    }

    #[tokio::test]
    async fn a_policy_that_is_not_understood_is_refused_when_it_is_written() {
        let door = Door::open().await;
        for (field, value, place) in [
            ("interaction", json!(["look"]), "AccessPolicy.entry[0].interaction[0]"),
            ("criteria", json!("Observation?colour=blue"), "AccessPolicy.entry[0].criteria"),
            ("hidden", json!(["Observation.colour"]), "AccessPolicy.entry[0].hidden[0]"),
            ("resourceType", json!("UserAccount"), "AccessPolicy.entry[0].resourceType"),
        ] {
            let mut entry =
                json!({ "resourceType": "Observation", "interaction": ["read"], "scope": "shared" });
            entry[field] = value;
            let Err(PolicyError::Invalid(issues)) = door.auth.write_policy(None, policy(entry)).await else {
                panic!("{field} was taken")
            };
            assert!(issues.iter().any(|issue| issue.expression.iter().any(|at| at == place)), "{field}");
        }
        assert!(door.auth.policies().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_account_is_given_policies_that_exist() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let change = AccountChange { policies: Some(vec!["none".to_owned()]), ..AccountChange::default() };
        let refused = door.auth.change_account(&account, change).await;
        assert!(matches!(refused, Err(crate::AccountError::Policy)));
    }
}
