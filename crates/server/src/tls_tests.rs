use super::*;
use crate::listen::{Limits, serve};
use axum::Router;
use axum::routing::get;
use rustls::ClientConfig;
use rustls::SupportedProtocolVersion;
use rustls::pki_types::ServerName;
use salus_auth::{AccountChange, TokenScope};
use salus_http::testing::TestApp;
use salus_outbound::testing::{Authority, Issued};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

struct House {
    dir: tempfile::TempDir,
    authority: Authority,
    clients: Authority,
}

/// A server that is running, and who looks after its certificates.
struct Served {
    place: SocketAddr,
    certificates: Certificates,
}

impl House {
    fn build() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir, authority: Authority::named("House CA"), clients: Authority::named("Clients CA") }
    }

    fn files(&self) -> Tls {
        let (certificate, key) = self.authority.issue("localhost", "first").write(self.dir.path(), "server");
        Tls { certificate: Some(certificate), key: Some(key), ..Tls::default() }
    }

    async fn serve(&self, files: &Tls, limits: Limits) -> Served {
        self.serve_this(files, limits, Router::new().route("/", get(|| async { "hello" }))).await
    }

    async fn serve_this(&self, files: &Tls, limits: Limits, router: Router) -> Served {
        let certificates = open(files).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Some(certificates.clone()), router, limits, std::future::pending()));
        Served { place, certificates }
    }

    /// The files, where services show certificates of the authority for clients.
    fn files_with_clients(&self) -> Tls {
        let client_ca = self.dir.path().join("clients.pem");
        std::fs::write(&client_ca, self.clients.pem()).unwrap();
        Tls { client_ca: Some(client_ca), ..self.files() }
    }

    /// Shakes hands.
    async fn connect(
        &self,
        place: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
        shows: Option<&Issued>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        let pem = self.authority.pem();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match shows {
            None => builder.with_no_client_auth(),
            Some(issued) => {
                let chain = vec![CertificateDer::from_pem_slice(issued.certificate_pem.as_bytes()).unwrap()];
                let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes()).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        };
        let stream = TcpStream::connect(place).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

fn open(files: &Tls) -> Result<Certificates, Failure> {
    let config = Config { http: Http { tls: Some(files.clone()), ..Http::default() }, ..Config::default() };
    Certificates::of(&config).map(Option::unwrap)
}

/// Asks for the page, and gives the first line of the answer; nothing where the connection ended.
async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    if stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.is_err() {
        return String::new();
    }
    let mut answer = Vec::new();
    let mut piece = [0; 1_024];
    while !answer.ends_with(b"hello") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&piece[..count]),
        }
    }
    String::from_utf8(answer).unwrap().lines().next().unwrap_or_default().to_owned()
}

fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

const LIMITS: Limits = Limits { connections: 8, head: Duration::from_secs(5) };
const OK: &str = "HTTP/1.1 200 OK";

#[tokio::test]
async fn asvs_v12_1_1_tls_1_3_is_spoken_and_1_2_only_where_the_operator_wants_it() {
    let house = House::build();
    let strict = house.serve(&house.files(), LIMITS).await;
    assert!(house.connect(strict.place, &[&TLS12], None).await.is_err());
    assert_eq!(ask(&mut house.connect(strict.place, &[&TLS13], None).await.unwrap()).await, OK);
    let both = house.serve(&Tls { allow_tls12: true, ..house.files() }, LIMITS).await;
    assert_eq!(ask(&mut house.connect(both.place, &[&TLS12], None).await.unwrap()).await, OK);
    let newest = house.connect(both.place, &[&TLS13, &TLS12], None).await.unwrap();
    assert_eq!(newest.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
}

#[tokio::test]
async fn asvs_v12_1_2_only_suites_with_forward_secrecy_are_offered() {
    let provider = aws_lc_rs::default_provider();
    for suite in provider.cipher_suites {
        let name = format!("{:?}", suite.suite());
        assert!(name.starts_with("TLS13_") || name.contains("_ECDHE_"), "{name}");
        assert!(name.contains("GCM") || name.contains("CHACHA20"), "{name}");
    }
}

#[tokio::test]
async fn asvs_v12_1_3_with_an_authority_for_clients_nobody_else_gets_in() {
    let house = House::build();
    let served = house.serve(&house.files_with_clients(), LIMITS).await;
    let known = house.clients.issue("lab.example", "lab");
    let foreign = Authority::named("Somebody's CA").issue("lab.example", "lab");
    let expired = house.clients.issue_until("lab.example", "lab", 2021);
    for (what, shows, expect) in [
        ("known", Some(&known), OK),
        ("nothing", None, ""),
        ("foreign", Some(&foreign), ""),
        ("expired", Some(&expired), ""),
    ] {
        // In TLS 1.3 the client believes that all is well until it reads.
        let line = match house.connect(served.place, &[&TLS13], shows).await {
            Ok(mut stream) => ask(&mut stream).await,
            Err(_) => String::new(),
        };
        assert_eq!(line, expect, "{what}");
    }
}

#[tokio::test]
async fn asvs_v13_3_4_a_new_certificate_is_taken_up_and_open_connections_stay() {
    let house = House::build();
    let files = house.files();
    let served = house.serve(&files, LIMITS).await;
    let mut open = house.connect(served.place, &[&TLS13], None).await.unwrap();
    assert_eq!(ask(&mut open).await, OK);
    let first = shown(&open);

    let Source::Files(source) = &served.certificates.source else { panic!("files were named") };
    std::fs::write(&source.key, "no key").unwrap();
    let failure = served.certificates.reload(source).unwrap_err().to_string();
    assert!(failure.contains("server.key"), "{failure}");
    assert_eq!(shown(&house.connect(served.place, &[&TLS13], None).await.unwrap()), first, "it stays");

    house.authority.issue("localhost", "second").write(house.dir.path(), "server");
    served.certificates.reload(source).unwrap();
    let mut next = house.connect(served.place, &[&TLS13], None).await.unwrap();
    assert_ne!(shown(&next), first);
    assert_eq!((ask(&mut next).await, ask(&mut open).await), (OK.to_owned(), OK.to_owned()));
}

#[tokio::test]
async fn asvs_v15_2_2_who_dawdles_loses_the_connection() {
    let house = House::build();
    let limits = Limits { connections: 2, head: Duration::from_millis(200) };
    let served = house.serve(&house.files(), limits).await;
    // Two who shake no hands take both places; whoever comes later is served when their time is over.
    let mut silent = Vec::new();
    for _ in 0..2 {
        silent.push(TcpStream::connect(served.place).await.unwrap());
    }
    let mut stream = house.connect(served.place, &[&TLS13], None).await.unwrap();
    assert_eq!(ask(&mut stream).await, OK);
    for mut stream in silent {
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0, "it was closed");
    }
    // Who shakes hands, and then sends a head bit by bit, has no more.
    let mut slow = house.connect(served.place, &[&TLS13], None).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    let mut rest = Vec::new();
    let _ended = slow.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200"), "{rest:?}");
}

#[tokio::test]
async fn asvs_v4_1_2_people_are_sent_to_https_and_programs_are_not() {
    let request = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap()
    };
    for (method, path, status, place) in [
        ("GET", "/people/1?tab=labs", 308, "https://salus.example/people/1?tab=labs"),
        ("GET", "/", 308, "https://salus.example/"),
        ("GET", "/api/v1/session", 403, ""),
        ("GET", "/fhir/r4/Patient", 403, ""),
        ("POST", "/", 403, ""),
    ] {
        let answer = sent_on(&request(method, path), "https://salus.example");
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
        assert_eq!((answer.status().as_u16(), to), (status, place), "{method} {path}");
    }
}

#[test]
fn a_key_of_another_certificate_is_refused_at_the_start() {
    let house = House::build();
    let files = house.files();
    let (_, other) = house.authority.issue("localhost", "other").write(house.dir.path(), "other");
    let failure = open(&Tls { key: Some(other), ..files }).map(drop).unwrap_err().to_string();
    assert!(failure.contains("other.key"), "{failure}");
}

/// Asks who one is, with these lines in the head; nobody is an empty name.
async fn who(stream: &mut TlsStream<TcpStream>, lines: &str) -> (u16, String) {
    let request = format!("GET /api/v1/session HTTP/1.1\r\nhost: salus.test\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let email = body["account"]["email"].as_str().unwrap_or_default();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), email.to_owned())
}

fn is(email: &str) -> (u16, String) {
    (200, email.to_owned())
}

fn nobody() -> (u16, String) {
    (401, String::new())
}

#[tokio::test]
async fn asvs_v12_3_5_a_service_is_the_account_that_its_certificate_was_given_to() {
    let house = House::build();
    let (app, maria) = TestApp::with_person("maria").await;
    let lab = app.person("lab").await;
    let issued = house.clients.issue("lab.example", "lab");
    let auth = &app.app().auth;
    let given = auth.add_certificate(lab.account(), &issued.certificate_pem).await.unwrap();
    let token = auth.issue_token(maria.account(), "sync", TokenScope::Read, None).await.unwrap();
    let served = house.serve_this(&house.files_with_clients(), LIMITS, app.router()).await;
    let connect = async |shows: &Issued| house.connect(served.place, &[&TLS13], Some(shows)).await.unwrap();

    let mut stream = connect(&issued).await;
    let bearer = format!("authorization: Bearer {}\r\n", token.token.expose());
    for (what, lines, expect) in [
        ("the certificate alone", "", is("lab@example.org")),
        ("a token beside it", bearer.as_str(), is("maria@example.org")),
        ("a token that is none", "authorization: Bearer salus_no\r\n", nobody()),
        ("another scheme", "authorization: Basic bGFiOng=\r\n", nobody()),
        ("a session that is none", "cookie: __Host-salus=no\r\n", nobody()),
    ] {
        assert_eq!(who(&mut stream, lines).await, expect, "{what}");
    }

    let mut unknown = connect(&house.clients.issue("lab.example", "lab")).await;
    assert_eq!(who(&mut unknown, "").await, nobody(), "a certificate of the same name is another one");
    let forged = format!("x-client-cert: {0}\r\nx-ssl-client-fingerprint: {0}\r\n", given.thumbprint);
    assert_eq!(who(&mut unknown, &forged).await, nobody(), "a header says nothing of certificates");

    let program = format!("certificate:{}", &given.thumbprint[..12]);
    let entries = app.app().store.audit_log(0, 1_000).await.unwrap();
    let by_program = |actor: &str| {
        entries.iter().any(|entry| entry.actor == actor && entry.client.as_ref() == Some(&program))
    };
    assert!(by_program(lab.account()) && !by_program(maria.account()));

    let closed = AccountChange { is_active: Some(false), ..AccountChange::default() };
    auth.change_account(lab.account(), closed).await.unwrap();
    assert_eq!(who(&mut stream, "").await, nobody(), "a closed account is nobody");
    let open = AccountChange { is_active: Some(true), ..AccountChange::default() };
    auth.change_account(lab.account(), open).await.unwrap();
    assert_eq!(who(&mut stream, "").await, is("lab@example.org"));
    assert!(auth.remove_certificate(lab.account(), &given.thumbprint).await.unwrap());
    assert_eq!(who(&mut stream, "").await, nobody(), "over the same connection, from the next request on");
}

#[tokio::test]
async fn asvs_v12_1_3_a_certificate_that_ended_or_was_not_verified_is_nobody() {
    let house = House::build();
    let (app, lab) = TestApp::with_person("lab").await;
    let foreign = Authority::named("Somebody's CA").issue("lab.example", "lab");
    let issued = house.clients.issue("lab.example", "lab");
    for certificate in [&foreign, &issued] {
        app.app().auth.add_certificate(lab.account(), &certificate.certificate_pem).await.unwrap();
    }
    let files = Tls { client_optional: true, ..house.files_with_clients() };
    let served = house.serve_this(&files, LIMITS, app.router()).await;
    let mut without = house.connect(served.place, &[&TLS13], None).await.unwrap();
    assert_eq!(who(&mut without, "").await, nobody(), "people without one are let in, as nobody");

    // In TLS 1.3 the client believes that all is well until it reads.
    let answer = match house.connect(served.place, &[&TLS13], Some(&foreign)).await {
        Ok(mut stream) => ask(&mut stream).await,
        Err(_) => String::new(),
    };
    assert_eq!(answer, "", "given to an account, and of another authority");

    let mut stream = house.connect(served.place, &[&TLS13], Some(&issued)).await.unwrap();
    assert_eq!(who(&mut stream, "").await, is("lab@example.org"));
    // The certificate is good until the end of 2099, and the connection stays open.
    app.clock().advance_seconds(75 * 366 * 86_400);
    assert_eq!(who(&mut stream, "").await, nobody());
}
