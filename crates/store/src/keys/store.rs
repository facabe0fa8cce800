//! Where wrapped keys are kept, apart from what they seal.

use crate::Error;
use async_trait::async_trait;

/// One wrapped key.
pub(crate) struct KeyRow {
    pub(crate) pat: i64,
    pub(crate) patient_id: String,
    /// Which key-encryption key wrapped it.
    pub(crate) kek: String,
    pub(crate) wrapped: Vec<u8>,
    /// The key before, wrapped, as long as not everything is sealed anew.
    pub(crate) older: Option<Vec<u8>>,
}

/// What becomes of a row.
pub(crate) struct Change {
    /// The wrapped key that stands there.
    pub(crate) before: Vec<u8>,
    pub(crate) row: KeyRow,
}

/// How many data keys a key-encryption key wraps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCount {
    /// The key-encryption key, with its version.
    pub key_id: String,
    /// The data keys.
    pub keys: u64,
    /// Those of them that are being replaced: the record is partly sealed by the key before.
    pub replacing: u64,
}

/// The place of the wrapped keys. Every change is durable before its call returns.
#[async_trait]
pub(crate) trait KeyStore: Send + Sync {
    async fn by_patient(&self, patient_id: &str) -> Result<Option<KeyRow>, Error>;

    async fn by_pat(&self, pat: i64) -> Result<Option<KeyRow>, Error>;

    /// Reserves `count` numbers that no key has had before, and gives the first.
    async fn next_pat(&self, count: usize) -> Result<i64, Error>;

    /// Adds keys; a patient who has one already keeps it.
    async fn insert(&self, rows: Vec<KeyRow>) -> Result<(), Error>;

    /// Forgets a key and whose it was; its number is never given again.
    async fn destroy(&self, pat: i64, at: i64) -> Result<(), Error>;

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Puts a fresh key in the place of a patient's, who keeps the one before as well, where it still is `before` that is
    /// kept and no other is being replaced; else everything stays as it is.
    async fn replace(&self, change: Change) -> Result<(), Error>;

    /// Forgets the key before.
    async fn drop_older(&self, pat: i64) -> Result<(), Error>;

    /// Keys of patients, after number `after`, that another key-encryption key than `kek` wraps.
    async fn wrapped_by_others(&self, kek: &str, after: i64, limit: u32) -> Result<Vec<KeyRow>, Error>;

    /// Keeps other wrappings of the same keys, and of settings, in one commit, and gives how many keys that were: one that
    /// is not as it was `before` stays as it is.
    async fn rewrap(&self, changes: Vec<Change>, settings: Vec<(String, Vec<u8>)>) -> Result<u64, Error>;

    /// All settings.
    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, Error>;

    /// How many keys there are, by who wraps them.
    async fn counts(&self) -> Result<Vec<KeyCount>, Error>;

    /// Keeps a setting; one that is there already stays.
    async fn add_setting(&self, name: &str, value: Vec<u8>) -> Result<(), Error>;
}
