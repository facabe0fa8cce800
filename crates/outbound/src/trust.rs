//! Whom we trust, and by what we are known.

use crate::{ClientCertificate, OutboundConfig, OutboundError};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

/// The public authorities and those of the configuration, TLS 1.2 or newer, on the house's one crypto library.
pub(crate) fn tls(config: &OutboundConfig) -> Result<TlsConfig, OutboundError> {
    let mut roots: Vec<Certificate<'static>> =
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| owned(root)).collect();
    if let Some(path) = &config.extra_roots {
        roots.extend(certificates(path)?.iter().map(owned));
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let client = config.client_certificate.as_ref().map(|files| client_certificate(files, &provider));
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .client_cert(client.transpose()?)
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

fn client_certificate(
    files: &ClientCertificate,
    provider: &CryptoProvider,
) -> Result<ClientCert, OutboundError> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, error))?;
    // Checked here, where the operator hears of it, and not at the first request.
    rustls::sign::CertifiedKey::from_der(chain.clone(), key, provider)
        .map_err(|error| unusable(&files.key, error))?;
    let pem = std::fs::read(&files.key).map_err(|error| unusable(&files.key, error))?;
    let key = PrivateKey::from_pem(&pem).map_err(|error| unusable(&files.key, error))?;
    let chain: Vec<_> = chain.iter().map(owned).collect();
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OutboundError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|error| unusable(path, error))?;
    match found.is_empty() {
        true => Err(unusable(path, "it holds no certificate")),
        false => Ok(found),
    }
}

fn owned(certificate: &CertificateDer<'_>) -> Certificate<'static> {
    Certificate::from_der(certificate).to_owned()
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> OutboundError {
    OutboundError::Setup(format!("the file {} cannot be used: {reason}", path.display()))
}
