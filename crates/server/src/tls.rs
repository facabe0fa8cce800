//! TLS in the server itself: 1.3 unless the operator also wants 1.2, certificates that are read again when they change,
//! and, where an authority for clients is named, no connection without a certificate of it.

use crate::Failure;
use crate::config::{Http, Tls};
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode};
use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How often is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(30);

/// The certificates in use. All clones are the same.
#[derive(Clone)]
pub struct Certificates {
    files: Tls,
    shown: Arc<Shown>,
    acceptor: TlsAcceptor,
}

/// What is shown to who connects next.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one of them cannot be used; the text names it.
    pub fn open(files: &Tls) -> Result<Self, Failure> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let shown = Arc::new(Shown(RwLock::new(Arc::new(read(files, &provider)?))));
        let versions: &[_] = if files.allow_tls12 { &[&TLS13, &TLS12] } else { &[&TLS13] };
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions)?;
        let builder = match &files.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path)? {
                    roots.add(certificate).map_err(|error| unusable(path, error))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|error| unusable(path, error))?)
            }
        };
        let mut config = builder.with_cert_resolver(shown.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { files: files.clone(), shown, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// What shakes hands with who connects.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Reads the files again. Open connections stay; where the files cannot be used, so does the certificate.
    pub fn reload(&self) -> Result<(), Failure> {
        let fresh = Arc::new(read(&self.files, &aws_lc_rs::default_provider())?);
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads the files again whenever they have changed, and at SIGHUP. It never ends by itself.
    pub async fn refresh(self) {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
        let mut seen = self.changed_at();
        loop {
            let is_told = tokio::select! {
                _hangup = hangups.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let now = self.changed_at();
            if !is_told && now == seen {
                continue;
            }
            seen = now;
            match self.reload() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(error = %error, "the certificate stays as it was"),
            }
        }
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        [&self.files.certificate, &self.files.key]
            .map(|path| std::fs::metadata(path).and_then(|found| found.modified()).ok())
    }
}

/// Listens without TLS, and sends people to the public origin. Programs are told nothing but that this is not the way:
/// were they sent on, their secrets would have travelled in the clear without anybody's noticing.
pub async fn redirect(config: &Http) -> Result<Option<JoinHandle<()>>, Failure> {
    let Some(port) = config.tls.as_ref().and_then(|tls| tls.redirect_port) else { return Ok(None) };
    let origin = config.limits.public_origin.clone();
    let origin = origin.filter(|origin| origin.starts_with("https://"));
    let origin =
        origin.ok_or("http.tls.redirect_port needs http.limits.public_origin, which begins with https://")?;
    let listener = TcpListener::bind(SocketAddr::new(config.address, port)).await;
    let listener = listener.map_err(|error| format!("cannot listen on port {port}: {error}"))?;
    let router = axum::Router::new().fallback(move |request: Request| {
        let answer = sent_on(&request, &origin);
        async move { answer }
    });
    let limits = crate::listen::Limits::of(config);
    Ok(Some(tokio::spawn(crate::listen::serve(listener, None, router, limits, std::future::pending()))))
}

fn sent_on(request: &Request, origin: &str) -> Response {
    let path = request.uri().path();
    let is_for_programs = path.starts_with("/api") || path.starts_with("/fhir");
    if is_for_programs || request.method() != Method::GET {
        return (StatusCode::FORBIDDEN, "This address is reached by https only.\n").into_response();
    }
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    Redirect::permanent(&format!("{}{rest}", origin.trim_end_matches('/'))).into_response()
}

fn read(files: &Tls, provider: &CryptoProvider) -> Result<CertifiedKey, Failure> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, error))?;
    Ok(CertifiedKey::from_der(chain, key, provider).map_err(|error| unusable(&files.key, error))?)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|error| unusable(path, error))?;
    if found.is_empty() { Err(unusable(path, "it holds no certificate").into()) } else { Ok(found) }
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> String {
    format!("the file {} cannot be used: {reason}", path.display())
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
