//! What comes out of the store: resources, versions, pages.

use crate::Error;
use bytes::Bytes;
use salus_core::Timestamp;
use salus_fhir::json::Value;

/// One version of a resource, as it was written.
///
/// It carries health data: it has no `Debug`, and its content is reached by [`Stored::bytes`] or [`Stored::json`].
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// `Patient`, `Observation`, …
    pub type_name: String,
    /// The logical id.
    pub id: String,
    /// 1 for the first version.
    pub version: u64,
    /// When this version was written (millisecond precision, as `meta.lastUpdated` says).
    pub last_updated: Timestamp,
    /// The place of this version in the log.
    pub seq: u64,
    /// The number of the patient who owns it; 0 = nobody.
    pub(crate) pat: i64,
    pub(crate) body: Bytes,
}

impl Stored {
    /// The compact JSON, with `meta.versionId` and `meta.lastUpdated`.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The same version with this for its body: as much of it as somebody may see.
    pub(crate) fn showing(self, body: &Value) -> Result<Self, Error> {
        let corrupt = |_| Error::Corrupt(format!("{}/{}", self.type_name, self.id));
        let body = serde_json::to_vec(body).map_err(corrupt)?.into();
        Ok(Self { body, ..self })
    }

    /// The parsed resource.
    pub fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Error::Corrupt(format!("{}/{}", self.type_name, self.id)))
    }
}

/// What stands under a type and an id.
#[derive(Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A resource the caller may read.
    Found(Stored),
    /// There was one that the caller might read; it was deleted.
    Gone {
        /// The version that the deletion made.
        version: u64,
        /// When it was deleted.
        at: Timestamp,
    },
    /// Nothing, or nothing for this caller.
    Absent,
}

impl Lookup {
    /// The resource, if there is one now.
    pub fn found(self) -> Option<Stored> {
        match self {
            Self::Found(stored) => Some(stored),
            Self::Gone { .. } | Self::Absent => None,
        }
    }
}

/// What happened to a resource in one entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// The first version, or the first after a deletion.
    Created,
    /// A further version.
    Updated,
    /// The resource is gone; its history stays.
    Deleted,
}

/// One entry of a history.
#[derive(Clone, PartialEq, Eq)]
pub struct Version {
    /// What this entry did.
    pub event: Event,
    /// The type of the resource.
    pub type_name: String,
    /// Its id.
    pub id: String,
    /// The number of the version.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// The place in the log; the `before` of the next page.
    pub seq: u64,
    /// The resource as it was from then on; none for a deletion.
    pub resource: Option<Stored>,
}

/// Whose history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryScope {
    /// Everything in the store.
    System,
    /// All resources of a type.
    Type(String),
    /// One resource.
    Instance(String, String),
    /// All that lies, or lay, in a patient's compartment.
    Patient(String),
}

/// Which part of a history, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryPage {
    /// At most so many entries.
    pub count: u32,
    /// Only entries before this place in the log.
    pub before: Option<u64>,
    /// Only entries at or after this moment.
    pub since: Option<Timestamp>,
}

impl Default for HistoryPage {
    fn default() -> Self {
        Self { count: 100, before: None, since: None }
    }
}

/// Where a page of search results ended; opaque to everyone but the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// Reads a cursor that came back from outside. Whether it fits the query is seen when it is used.
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text to hand out.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which part of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// At most so many matches.
    pub count: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

impl Page {
    /// The first page of at most `count` matches.
    pub fn first(count: u32) -> Self {
        Self { count, cursor: None }
    }
}

/// One page of a search.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SearchPage {
    /// What was asked for, in the order asked for.
    pub matches: Vec<Stored>,
    /// What `_include` and `_revinclude` added.
    pub included: Vec<Stored>,
    /// How to go on; none at the end.
    pub next: Option<Cursor>,
    /// How many match in all, where the query asked for it.
    pub total: Option<u64>,
}

/// One entry of the feed: which resource moved, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The place in the log; the cursor of a consumer that has handled it.
    pub seq: u64,
    /// What happened.
    pub event: Event,
    /// The type of the resource.
    pub type_name: String,
    /// Its id.
    pub id: String,
    /// The version that this entry made.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// The patient who owns the resource, if any.
    pub patient: Option<String>,
}
