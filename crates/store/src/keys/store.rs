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

    /// Keeps a setting; one that is there already stays.
    async fn add_setting(&self, name: &str, value: Vec<u8>) -> Result<(), Error>;
}
