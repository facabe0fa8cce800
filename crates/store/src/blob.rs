//! Files: sealed by the key of the patient they belong to, named by the digest of what was sealed.

use crate::Error;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a file: the SHA-256 of its sealed bytes, 64 hex digits.
///
/// The same file given twice has two names: each sealing differs, so that nobody learns from a name that
/// somebody else has the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobId(pub(crate) [u8; 32]);

impl BlobId {
    pub(crate) fn of(sealed: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, sealed).as_ref());
        Self(hash)
    }

    /// What the sealed bytes under this name are bound to. Another file of the same person would open as well, so the
    /// name says which one it is: by its digest, or, where a file was sealed anew and kept its name, by being bound to it.
    pub(crate) fn associated(&self, sealed: &[u8]) -> Vec<u8> {
        if Self::of(sealed) == *self { ASSOCIATED.to_vec() } else { self.bound() }
    }

    /// What a file is bound to that is sealed anew.
    pub(crate) fn bound(&self) -> Vec<u8> {
        [ASSOCIATED, self.0.as_slice()].concat()
    }
}

impl std::fmt::Display for BlobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for BlobId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| Error::NotFound)?;
        Ok(Self(hash))
    }
}

/// What a file's bytes are bound to.
pub(crate) const ASSOCIATED: &[u8] = b"blob";

/// The place of the sealed files.
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// `blobs/` in the data directory. A write is on the disk before it is answered.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let dir = dir.join("blobs");
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        let local = LocalFileSystem::new_with_prefix(&dir).map_err(object_error)?.with_fsync(true);
        Ok(Self { store: Arc::new(local) })
    }

    pub(crate) async fn put(&self, id: &BlobId, sealed: Vec<u8>) -> Result<(), Error> {
        self.store.put(&place(id), sealed.into()).await.map(drop).map_err(object_error)
    }

    pub(crate) async fn get(&self, id: &BlobId) -> Result<Vec<u8>, Error> {
        let found = self.store.get(&place(id)).await.map_err(object_error)?;
        Ok(found.bytes().await.map_err(object_error)?.into())
    }

    pub(crate) async fn delete(&self, id: &BlobId) -> Result<(), Error> {
        match self.store.delete(&place(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(object_error(error)),
        }
    }
}

fn place(id: &BlobId) -> ObjectPath {
    let name = id.to_string();
    ObjectPath::from(format!("{}/{name}", name.get(..2).unwrap_or_default()))
}

fn object_error(error: object_store::Error) -> Error {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
            return Error::Full;
        }
        cause = inner.source();
    }
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound,
        other => Error::Io(other.to_string()),
    }
}
