//! The key-encryption key: who wraps the keys of the patients.

use crate::Error;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use salus_core::{Rng, Secret};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 12;

/// Wraps and unwraps data keys under a key that never leaves it: a local file, a key service, a hardware module.
///
/// `context` is bound to the wrapping: what was wrapped for one patient does not unwrap as another's. The calls may wait
/// for a network: the store makes them on threads that may block.
pub trait Kms: Send + Sync + 'static {
    /// Which key-encryption key, in which version, wraps now.
    fn key_id(&self) -> Result<String, KmsError>;

    /// Whether what the key-encryption key `key_id` wrapped is unwrapped here: this key's earlier versions are.
    fn owns(&self, key_id: &str) -> bool;

    /// Wraps a data key.
    fn wrap(&self, key: &Secret<[u8; KEY_LEN]>, context: &[u8]) -> Result<Wrapped, KmsError>;

    /// Unwraps a data key; fails where the key-encryption key or the context is another one.
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; KEY_LEN]>, KmsError>;
}

/// A wrapped data key.
pub struct Wrapped {
    /// The key-encryption key that wrapped it, with its version; stored beside it.
    pub key_id: String,
    /// What is stored.
    pub bytes: Vec<u8>,
}

/// Why a key-encryption key did not serve.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    /// There is no answer now; later there may be one.
    #[error("the key service does not answer: {0}")]
    Unreachable(String),
    /// It answers, and does not let us: its settings or ours are wrong.
    #[error("the key service refuses: {0}")]
    Refused(String),
    /// What is to be unwrapped was wrapped by another key, for another purpose, or is damaged.
    #[error("a wrapped key does not open (is this the right master key?)")]
    Wrong,
}

/// In a running store: who waits for a key may try again, and nothing is lost.
impl From<KmsError> for Error {
    fn from(error: KmsError) -> Self {
        match error {
            KmsError::Wrong => Self::Corrupt("a wrapped key (is this the right master key?)".to_owned()),
            KmsError::Unreachable(_) | KmsError::Refused(_) => {
                tracing::warn!(error = %error, "a key could not be had");
                Self::Busy
            }
        }
    }
}

/// The key-encryption key in a file of mode 0600: the default, for one machine.
pub struct LocalKeyFile {
    id: String,
    key: LessSafeKey,
    rng: Arc<dyn Rng>,
}

impl LocalKeyFile {
    /// Reads the key file, or makes one with a fresh key where there is none and `may_create` says so.
    ///
    /// Refuses a file that others than its owner may read: such a key is no secret any more.
    pub fn open(path: &Path, may_create: bool, rng: Arc<dyn Rng>) -> Result<Self, Error> {
        let secret = match File::open(path) {
            Ok(file) => read_key(file, path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_create => {
                create_key(path, rng.as_ref())?
            }
            Err(error) => {
                let path = path.display();
                return Err(Error::Unusable(format!("the key file {path} cannot be opened: {error}")));
            }
        };
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.expose());
        let id = format!("local-{}", hex::encode(digest.as_ref().get(..4).unwrap_or_default()));
        Ok(Self { id, key: aes_key(&secret)?, rng })
    }
}

impl Kms for LocalKeyFile {
    fn key_id(&self) -> Result<String, KmsError> {
        Ok(self.id.clone())
    }

    fn owns(&self, key_id: &str) -> bool {
        self.id == key_id
    }

    fn wrap(&self, key: &Secret<[u8; KEY_LEN]>, context: &[u8]) -> Result<Wrapped, KmsError> {
        let nonce: [u8; NONCE_LEN] = self.rng.bytes();
        let mut sealed = key.expose().to_vec();
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
            .map_err(|_| KmsError::Refused("a key could not be wrapped".to_owned()))?;
        Ok(Wrapped { key_id: self.id.clone(), bytes: [nonce.as_slice(), &sealed, tag.as_ref()].concat() })
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; KEY_LEN]>, KmsError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(KmsError::Wrong)?;
        let mut sealed = sealed.to_vec();
        let opened = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut sealed)
            .map_err(|_| KmsError::Wrong)?;
        let key = data_key(opened)?;
        zeroize::Zeroize::zeroize(&mut sealed);
        Ok(key)
    }
}

/// A data key out of the bytes that were unwrapped.
pub(super) fn data_key(bytes: &[u8]) -> Result<Secret<[u8; KEY_LEN]>, KmsError> {
    <[u8; KEY_LEN]>::try_from(bytes).map(Secret::new).map_err(|_| KmsError::Wrong)
}

/// An AES-256-GCM key ready for use.
pub(crate) fn aes_key(secret: &Secret<[u8; KEY_LEN]>) -> Result<LessSafeKey, Error> {
    let key = UnboundKey::new(&AES_256_GCM, secret.expose());
    key.map(LessSafeKey::new).map_err(|_| Error::Io("a key could not be set up".to_owned()))
}

fn read_key(mut file: File, path: &Path) -> Result<Secret<[u8; KEY_LEN]>, Error> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(Error::Unusable(format!(
            "the key file {path} may be read by others (mode {mode:04o}); set its mode to 0600, and consider the key known"
        )));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let mut key = [0; KEY_LEN];
    let decoded = hex::decode_to_slice(text.trim(), &mut key);
    zeroize::Zeroize::zeroize(&mut text);
    if decoded.is_err() {
        return Err(Error::Unusable(format!("the key file {} holds no key", path.display())));
    }
    Ok(Secret::new(key))
}

fn create_key(path: &Path, rng: &dyn Rng) -> Result<Secret<[u8; KEY_LEN]>, Error> {
    let key = Secret::new(rng.bytes::<KEY_LEN>());
    let mut text = hex::encode(key.expose());
    text.push('\n');
    // It is whole or not there: half a key would keep the store from opening.
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let _left_over = std::fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(text.as_bytes());
    zeroize::Zeroize::zeroize(&mut text);
    written?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    if let Some(dir) = path.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_core::SeededRng;

    fn open(dir: &tempfile::TempDir, seed: u64) -> Result<LocalKeyFile, Error> {
        LocalKeyFile::open(&dir.path().join("master.key"), true, Arc::new(SeededRng::new(seed)))
    }

    #[test]
    fn a_wrapped_key_unwraps_with_the_same_file_and_context_only() {
        let dir = tempfile::tempdir().unwrap();
        let key = Secret::new([42; KEY_LEN]);
        let wrapped = open(&dir, 1).unwrap().wrap(&key, b"7").unwrap().bytes;
        let again = open(&dir, 2).unwrap();
        assert_eq!(again.unwrap(&wrapped, b"7").unwrap().expose(), key.expose());
        assert!(again.unwrap(&wrapped, b"8").is_err());
        assert!(again.unwrap(b"short", b"7").is_err());
        let other = tempfile::tempdir().unwrap();
        assert!(open(&other, 3).unwrap().unwrap(&wrapped, b"7").is_err());
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        open(&dir, 1).unwrap();
        let path = dir.path().join("master.key");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let Err(Error::Unusable(text)) = open(&dir, 1) else { panic!("it was opened") };
        assert!(text.contains("0640"), "{text}");
    }

    #[test]
    fn a_lost_key_file_is_not_replaced_silently() {
        let dir = tempfile::tempdir().unwrap();
        let rng = Arc::new(SeededRng::new(1));
        assert!(LocalKeyFile::open(&dir.path().join("master.key"), false, rng).is_err());
    }
}
