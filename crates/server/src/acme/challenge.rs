//! The proof that a name is ours (TLS-ALPN-01, RFC 8737): a certificate that only the holder of the account can make,
//! shown to whoever asks for the protocol `acme-tls/1`, which carries nothing else.

use super::provider;
use crate::Failure;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const PROTOCOL: &[u8] = b"acme-tls/1";

/// The proofs of the order that is under way, by domain.
#[derive(Debug, Default)]
pub(super) struct Challenges(Mutex<HashMap<String, Arc<CertifiedKey>>>);

impl Challenges {
    /// Has this digest of a key authorization ready for whoever asks for the domain.
    pub(super) fn prepare(&self, domain: &str, digest: &[u8]) -> Result<(), Failure> {
        let certificate = Arc::new(certificate(domain, digest)?);
        self.all().insert(domain.to_ascii_lowercase(), certificate);
        Ok(())
    }

    /// The order is over.
    pub(super) fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<CertifiedKey>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Challenges {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.all().get(&hello.server_name()?.to_ascii_lowercase()).cloned()
    }
}

/// Whether this is the authority, and not a client.
pub(super) fn is_one(hello: &ClientHello<'_>) -> bool {
    hello.alpn().is_some_and(|protocols| protocols.eq([PROTOCOL]))
}

/// What the authority shakes hands with. It shows no certificate of its own, and an authority that knows only TLS 1.2 is
/// answered, too: nothing is said over this connection.
pub(super) fn answer(challenges: Arc<Challenges>) -> Result<Arc<ServerConfig>, Failure> {
    let builder =
        ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(challenges);
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}

fn certificate(domain: &str, digest: &[u8]) -> Result<CertifiedKey, Failure> {
    let mut params = CertificateParams::new(vec![domain.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let chain = vec![params.self_signed(&key)?.der().clone()];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    // Not `from_der`, which wants to understand the whole certificate: the proof is an extension that no client knows.
    Ok(CertifiedKey::new(chain, provider().key_provider.load_private_key(key)?))
}
