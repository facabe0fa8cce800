//! A server on the loopback that answers by a function: the other side of every protocol that Salus speaks, for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use http::{Request, Response};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a request is answered with.
pub type Answer = Response<Vec<u8>>;

/// A server of one test; it ends when dropped.
pub struct Fake {
    address: SocketAddr,
    scheme: &'static str,
    is_over: Arc<AtomicBool>,
}

impl Fake {
    /// Answers plain HTTP.
    pub fn start(answer: impl Fn(Request<Vec<u8>>) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen("http", None, Arc::new(answer))
    }

    /// Answers HTTPS with a certificate.
    pub fn start_tls(
        config: ServerConfig,
        answer: impl Fn(Request<Vec<u8>>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::listen("https", Some(Arc::new(config)), Arc::new(answer))
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The same server by a name instead of its address.
    pub fn url_of(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.address.port())
    }

    fn listen(
        scheme: &'static str,
        tls: Option<Arc<ServerConfig>>,
        answer: Arc<dyn Fn(Request<Vec<u8>>) -> Answer + Send + Sync>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), tls, answer, over) = (stream, tls.clone(), answer.clone(), over.clone())
                else {
                    return;
                };
                std::thread::spawn(move || {
                    let _patience = stream.set_read_timeout(Some(Duration::from_secs(20)));
                    match tls {
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            serve(StreamOwned::new(connection, stream), answer.as_ref(), &over);
                        }
                        None => serve(stream, answer.as_ref(), &over),
                    }
                });
            }
        });
        Self { address, scheme, is_over }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(self.address);
    }
}

/// Answers one request after the other, until the client closes.
fn serve(
    mut stream: impl Read + Write,
    answer: &(dyn Fn(Request<Vec<u8>>) -> Answer + Send + Sync),
    is_over: &AtomicBool,
) {
    while let Some(request) = read(&mut stream) {
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        let (parts, body) = answer(request).into_parts();
        let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", parts.status.as_u16(), body.len());
        for (name, value) in &parts.headers {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        head.push_str("\r\n");
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err()
            || stream.flush().is_err()
        {
            return;
        }
    }
}

fn read(stream: &mut impl Read) -> Option<Request<Vec<u8>>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut request = Request::builder().method(first.next()?).uri(first.next()?);
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.body(body).ok()
}

/// A certificate authority of one test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate that it gave out, with its key.
pub struct Issued {
    pub certificate_pem: String,
    pub key_pem: String,
    der: Vec<u8>,
    key: Vec<u8>,
}

impl Authority {
    /// An authority that nobody knows.
    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its own certificate, for those who are to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for a DNS name or an address; `subject` is its common name.
    pub fn issue(&self, name: &str, subject: &str) -> Issued {
        self.issue_until(name, subject, 2099)
    }

    /// A certificate that ends with the year.
    pub fn issue_until(&self, name: &str, subject: &str, year: i32) -> Issued {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.subject_alt_names = match name.parse() {
            Ok(address) => vec![SanType::IpAddress(address)],
            Err(_) => vec![SanType::DnsName(name.try_into().unwrap())],
        };
        params.distinguished_name.push(DnType::CommonName, subject);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().to_vec(),
            key: key.serialize_der(),
        }
    }
}

impl Issued {
    /// The configuration of a server that shows this certificate.
    pub fn server(&self) -> ServerConfig {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone().into()], key)
            .unwrap()
    }

    /// Writes certificate and key beside each other, and gives their paths.
    pub fn write(&self, dir: &std::path::Path, name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
        let (certificate, key) = (dir.join(format!("{name}.crt")), dir.join(format!("{name}.key")));
        std::fs::write(&certificate, &self.certificate_pem).unwrap();
        std::fs::write(&key, &self.key_pem).unwrap();
        (certificate, key)
    }
}
