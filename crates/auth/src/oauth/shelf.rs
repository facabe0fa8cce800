//! What OAuth keeps, as resources of internal types: each a plain struct, written and read in one way.

use crate::Error;
use crate::account::USER_ACCOUNT;
use salus_core::Timestamp;
use salus_store::{Batch, Expect, Op, Records, Stored};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A struct that is the content of a resource type.
pub trait Kept: Serialize + DeserializeOwned {
    /// The resource type.
    const TYPE: &'static str;
}

/// What is kept, with its id and version.
#[derive(Clone)]
pub struct Filed<T> {
    /// The id of the resource.
    pub id: String,
    /// The version that was read.
    pub version: u64,
    pub(crate) content: T,
}

impl<T> Deref for Filed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

impl<T: Kept> Filed<T> {
    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let content = serde_json::from_slice(stored.bytes())
            .map_err(|_| Error::Broken(format!("{}/{} cannot be read", stored.type_name, stored.id)))?;
        Ok(Self { id: stored.id.clone(), version: stored.version, content })
    }

    /// The write that puts this content in place of the version that was read, and of no other.
    pub(crate) fn replacement(&self) -> Result<Op, Error> {
        Ok(Op::Put { resource: resource(&self.id, &self.content)?, expect: Expect::Version(self.version) })
    }

    pub(crate) fn removal(&self) -> Op {
        removal::<T>(&self.id, Expect::Any)
    }
}

/// A reference to another resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    reference: String,
}

impl Link {
    pub(crate) fn to(type_name: &str, id: &str) -> Self {
        Self { reference: format!("{type_name}/{id}") }
    }

    pub(crate) fn account(id: &str) -> Self {
        Self::to(USER_ACCOUNT, id)
    }

    pub(crate) fn id(&self) -> &str {
        self.reference.split_once('/').map_or("", |(_, id)| id)
    }
}

/// The write of something new; it fails where there is something under this id.
pub(crate) fn addition<T: Kept>(id: &str, content: &T) -> Result<Op, Error> {
    Ok(Op::Create { resource: resource(id, content)? })
}

pub(crate) fn removal<T: Kept>(id: &str, expect: Expect) -> Op {
    Op::Delete { type_name: T::TYPE.to_owned(), id: id.to_owned(), expect }
}

fn resource<T: Kept>(id: &str, content: &T) -> Result<serde_json::Value, Error> {
    let broken = |_| Error::Broken(format!("{} cannot be written", T::TYPE));
    let mut resource = serde_json::to_value(content).map_err(broken)?;
    resource["resourceType"] = T::TYPE.into();
    resource["id"] = id.into();
    Ok(resource)
}

pub(crate) async fn find<T: Kept>(records: &Records, id: &str) -> Result<Option<Filed<T>>, Error> {
    if !salus_fhir::reference::is_id(id) {
        return Ok(None);
    }
    records.read(T::TYPE, id).await?.as_ref().map(Filed::read).transpose()
}

/// All that matches, or everything of the type where `pairs` is empty.
pub(crate) async fn every<T: Kept>(
    records: &Records,
    pairs: &[(&str, String)],
) -> Result<Vec<Filed<T>>, Error> {
    crate::every::every(records, T::TYPE, pairs).await?.iter().map(Filed::read).collect()
}

pub(crate) async fn write(records: &Records, ops: Vec<Op>) -> Result<(), Error> {
    records.write(Batch { ops, ..Batch::default() }).await?;
    Ok(())
}

/// Whether a write lost against another one of the same resource.
pub(crate) fn is_beaten(error: &Error) -> bool {
    matches!(error, Error::Store(salus_store::Error::Conflict(_)))
}

/// In how many seconds it is over; none are left of what is over already.
pub(crate) fn seconds_until(end: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(end.duration_since(now).as_secs()).unwrap_or(0)
}
