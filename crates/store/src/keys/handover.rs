//! One key file taking the place of another.
//!
//! The next one lies beside the one in use until it wraps everything, and is then moved into its place. As long as both
//! are there, both open, and the next one wraps: so the store can be in use meanwhile, and can be opened again where it
//! was cut off.

use super::kms::{Kms, KmsError, LocalKeyFile, Wrapped};
use crate::{Error, StoreConfig};
use salus_core::{Rng, Secret};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the key file lies, and where the next one lies while it takes over.
#[derive(Clone)]
pub(crate) struct KeyFiles {
    place: PathBuf,
    next: PathBuf,
}

/// Both of them.
pub(crate) struct Handover {
    from: LocalKeyFile,
    pub(super) to: Arc<LocalKeyFile>,
}

impl KeyFiles {
    pub(crate) fn of(config: &StoreConfig) -> Self {
        Self { place: config.key_file(), next: config.next_key_file() }
    }

    /// Whether a change was begun and is not finished.
    pub(crate) fn is_changing(&self) -> bool {
        self.next.exists()
    }

    /// Opens what is there: the key file, or both while one takes over from the other.
    pub(crate) fn open(&self, may_create: bool, rng: &Arc<dyn Rng>) -> Result<Arc<dyn Kms>, Error> {
        if self.is_changing() {
            return Ok(Arc::new(self.begin(rng)?));
        }
        Ok(Arc::new(LocalKeyFile::open(&self.place, may_create, rng.clone())?))
    }

    /// Opens both, making the next one where there is none yet.
    pub(super) fn begin(&self, rng: &Arc<dyn Rng>) -> Result<Handover, Error> {
        let from = LocalKeyFile::open(&self.place, false, rng.clone())?;
        let to = Arc::new(LocalKeyFile::open(&self.next, true, rng.clone())?);
        Ok(Handover { from, to })
    }

    /// Puts the next one into the place of the one before, which is gone then.
    pub(super) fn finish(&self) -> Result<(), Error> {
        std::fs::rename(&self.next, &self.place)?;
        if let Some(dir) = self.place.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(())
    }
}

impl Kms for Handover {
    fn key_id(&self) -> Result<String, KmsError> {
        self.to.key_id()
    }

    fn owns(&self, key_id: &str) -> bool {
        self.to.owns(key_id) || self.from.owns(key_id)
    }

    fn wrap(&self, key: &Secret<[u8; 32]>, context: &[u8]) -> Result<Wrapped, KmsError> {
        self.to.wrap(key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, KmsError> {
        match self.to.unwrap(wrapped, context) {
            Err(KmsError::Wrong) => self.from.unwrap(wrapped, context),
            opened => opened,
        }
    }
}
