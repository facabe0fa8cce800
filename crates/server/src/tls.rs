//! TLS in the server itself: 1.3 unless the operator also wants 1.2, certificates that are read again when they change or
//! fetched by themselves ([`crate::acme`]), and, where an authority for clients is named, no connection without a
//! certificate of it.

use crate::Failure;
use crate::acme::Acme;
use crate::config::{Config, Http, Tls};
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode};
use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{Acceptor, ClientHello, ResolvesServerCert, ServerConfig, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use salus_core::{Clock, SystemClock, Timestamp};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

/// How often is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(30);

/// The certificates in use. All clones are the same.
#[derive(Clone)]
pub struct Certificates {
    source: Source,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

/// Where they come from.
#[derive(Clone)]
enum Source {
    Files(Files),
    Acme(Arc<Acme>),
}

/// A certificate and its key, as PEM.
#[derive(Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What is shown to who connects next; nothing before the first certificate was fetched.
#[derive(Debug, Default)]
pub struct Shown(RwLock<Option<Arc<CertifiedKey>>>);

impl Shown {
    /// Shows this one from now on. Open connections stay.
    pub fn show(&self, key: Arc<CertifiedKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// What is shown now.
    pub fn get(&self) -> Option<Arc<CertifiedKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.get()
    }
}

impl Certificates {
    /// Those of the configuration; none where people come without TLS.
    ///
    /// # Errors
    /// Where the settings cannot work, or one of the files cannot be used; the text names it.
    pub fn of(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(tls) = &config.http.tls else { return Ok(None) };
        let source = match (&tls.certificate, &tls.key, &tls.acme) {
            (Some(certificate), Some(key), None) => {
                Source::Files(Files { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None, Some(acme)) => {
                let (data, clock) = (&config.store.data, Arc::new(SystemClock));
                Source::Acme(Arc::new(Acme::open(acme, &config.http, data, &config.outbound, clock)?))
            }
            (None, None, None) => {
                return Err("http.tls needs certificate and key, or a section [http.tls.acme]".into());
            }
            (_, _, Some(_)) => {
                return Err(
                    "http.tls takes certificate and key, or a section [http.tls.acme], and not both".into()
                );
            }
            _ => return Err("http.tls needs both certificate and key".into()),
        };
        Self::open(tls, source).map(Some)
    }

    /// Those that somebody looks after who is open already.
    #[cfg(test)]
    pub fn of_acme(acme: Arc<Acme>) -> Result<Self, Failure> {
        Self::open(&Tls::default(), Source::Acme(acme))
    }

    fn open(tls: &Tls, source: Source) -> Result<Self, Failure> {
        if tls.client_optional && tls.client_ca.is_none() {
            return Err(
                "http.tls.client_optional needs http.tls.client_ca, the authority of the certificates".into(),
            );
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let first = match &source {
            Source::Files(files) => Some(Arc::new(files.read()?)),
            Source::Acme(acme) => acme.certificate(),
        };
        let shown = Arc::new(Shown(RwLock::new(first)));
        let versions: &[_] = if tls.allow_tls12 { &[&TLS13, &TLS12] } else { &[&TLS13] };
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions)?;
        let builder = match &tls.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path)? {
                    roots.add(certificate).map_err(|error| unusable(path, error))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = if tls.client_optional { verifier.allow_unauthenticated() } else { verifier };
                builder.with_client_cert_verifier(verifier.build().map_err(|error| unusable(path, error))?)
            }
        };
        let mut config = builder.with_cert_resolver(shown.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { source, shown, config: Arc::new(config) })
    }

    /// Shakes hands with who connects; nothing where an authority came to look, and is done.
    pub async fn shake_hands(&self, stream: TcpStream) -> std::io::Result<Option<TlsStream<TcpStream>>> {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        if let Source::Acme(acme) = &self.source
            && let Some(answer) = acme.answer_to(&start.client_hello())
        {
            let mut looked = start.into_stream(answer).await?;
            let _gone = tokio::io::AsyncWriteExt::shutdown(&mut looked).await;
            return Ok(None);
        }
        start.into_stream(self.config.clone()).await.map(Some)
    }

    /// Keeps the certificates fresh: files are read again whenever they have changed, and at SIGHUP; what is fetched by
    /// itself is renewed. It never ends by itself.
    pub async fn refresh(self) {
        match &self.source {
            Source::Files(files) => self.follow(files).await,
            Source::Acme(acme) => acme.keep(&self.shown).await,
        }
    }

    /// How they are, for whoever runs the installation: whether all is well, and words.
    pub fn condition(&self) -> (bool, String) {
        if let Source::Acme(acme) = &self.source {
            return acme.condition();
        }
        match self.shown.get().and_then(|key| validity(&key)) {
            Some((_, until)) => {
                (SystemClock.now() < until, format!("The certificate is good until {until}."))
            }
            None => (false, "The certificate cannot be read.".to_owned()),
        }
    }

    async fn follow(&self, files: &Files) {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
        let mut seen = files.changed_at();
        loop {
            let is_told = tokio::select! {
                _hangup = hangups.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let now = files.changed_at();
            if !is_told && now == seen {
                continue;
            }
            seen = now;
            match self.reload(files) {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(error = %error, "the certificate stays as it was"),
            }
        }
    }

    /// Reads the files again. Open connections stay; where the files cannot be used, so does the certificate.
    fn reload(&self, files: &Files) -> Result<(), Failure> {
        self.shown.show(Arc::new(files.read()?));
        Ok(())
    }
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, Failure> {
        let provider: &CryptoProvider = &aws_lc_rs::default_provider();
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| unusable(&self.key, error))?;
        Ok(CertifiedKey::from_der(chain, key, provider).map_err(|error| unusable(&self.key, error))?)
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate, &self.key]
            .map(|path| std::fs::metadata(path).and_then(|found| found.modified()).ok())
    }
}

/// From when until when a certificate is good.
pub fn validity(key: &CertifiedKey) -> Option<(Timestamp, Timestamp)> {
    let (_, read) = x509_parser::parse_x509_certificate(key.cert.first()?).ok()?;
    let validity = read.validity();
    let at = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp()).ok();
    Some((at(validity.not_before)?, at(validity.not_after)?))
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
