//! What outlives the process: the key of the account and the certificate, in a folder for each authority.

use super::provider;
use super::settings::Settings;
use crate::Failure;
use crate::tls::validity;
use jiff::SignedDuration;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use salus_core::Timestamp;
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use x509_parser::extensions::GeneralName;

/// A folder of ours, which nobody else reads.
pub(super) struct Shelf {
    folder: PathBuf,
    domains: BTreeSet<String>,
}

/// A certificate with its key.
pub(super) struct Held {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Held {
    /// When a third of its time is left.
    pub(super) fn renew_at(&self) -> Timestamp {
        let third: SignedDuration = self.not_after.duration_since(self.not_before) / 3;
        self.not_after - third
    }
}

impl Shelf {
    /// The part of `folder` for this authority and these domains.
    pub(super) fn at(folder: &Path, settings: &Settings) -> Self {
        let place = settings.directory.trim_start_matches("https://");
        let name = place.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.', "-");
        Self { folder: folder.join(name), domains: settings.domains.iter().cloned().collect() }
    }

    /// The account, as it was kept; none where there is none yet.
    pub(super) fn account(&self) -> Result<Option<Vec<u8>>, Failure> {
        read(&self.account_file())
    }

    /// Keeps the account.
    pub(super) fn keep_account(&self, account: &[u8]) -> Result<(), Failure> {
        self.write(&self.account_file(), account)
    }

    /// The authority does not know it.
    pub(super) fn forget_account(&self) -> Result<(), Failure> {
        let path = self.account_file();
        std::fs::remove_file(&path).map_err(|error| unusable(&path, error).into())
    }

    /// The certificate; none where there is none yet, or one for other domains.
    pub(super) fn certificate(&self) -> Result<Option<Held>, Failure> {
        let path = self.certificate_file();
        let Some(pem) = read(&path)? else { return Ok(None) };
        let held = held(&pem).map_err(|error| unusable(&path, error))?;
        Ok((names(&held.key.cert[0]) == self.domains).then_some(held))
    }

    /// Keeps a key and its chain, if they are for these domains.
    pub(super) fn keep_certificate(&self, pem: &str) -> Result<Held, Failure> {
        let held = held(pem.as_bytes())?;
        if names(&held.key.cert[0]) != self.domains {
            return Err("the authority gave a certificate for other domains".into());
        }
        self.write(&self.certificate_file(), pem.as_bytes())?;
        Ok(held)
    }

    fn account_file(&self) -> PathBuf {
        self.folder.join("account.json")
    }

    fn certificate_file(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    /// All of it or nothing, whatever happens meanwhile.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let fresh = path.with_extension("new");
        let written = || {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
            let _left_over = std::fs::remove_file(&fresh);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&fresh, path)?;
            File::open(&self.folder)?.sync_all()
        };
        written().map_err(|error: std::io::Error| unusable(path, error).into())
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, error).into()),
    };
    let mode = file.metadata().map_err(|error| unusable(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(
            unusable(path, format!("others may read it (mode {mode:04o}); set its mode to 0600")).into()
        );
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| unusable(path, error))?;
    Ok(Some(bytes))
}

fn held(pem: &[u8]) -> Result<Held, Failure> {
    let key = PrivateKeyDer::from_pem_slice(pem)?;
    let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
    let key = Arc::new(CertifiedKey::from_der(chain, key, &provider())?);
    let (not_before, not_after) = validity(&key).ok_or("the certificate cannot be read")?;
    Ok(Held { key, not_before, not_after })
}

/// The domains that a certificate is for.
fn names(certificate: &CertificateDer<'_>) -> BTreeSet<String> {
    let Ok((_, read)) = x509_parser::parse_x509_certificate(certificate) else { return BTreeSet::new() };
    let Ok(Some(alternative)) = read.subject_alternative_name() else { return BTreeSet::new() };
    let domains = alternative.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    domains.collect()
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> String {
    format!("the file {} cannot be used: {reason}", path.display())
}
