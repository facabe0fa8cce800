//! Certificates by themselves, from Pebble: Let's Encrypt's own small authority for tests, which really comes to look.

use crate::outside::{free_port, program};
use crate::server::{self, Server};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use salus_outbound::testing::Authority;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long anything may take that waits for another program.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn asvs_v12_2_2_a_certificate_is_fetched_renewed_and_kept_when_the_authority_is_away() {
    let Some(program) = program("/usr/bin/pebble") else { return };
    let folder = tempfile::tempdir().unwrap();
    let token = server::token(folder.path());
    let house = House::build(folder.path(), program, &token);

    let pebble = house.pebble(12);
    let salus = Server::start_with(folder.path(), &["--config", &house.config]);
    let first = house.wait(&pebble, |_| true);
    assert_eq!((first.health["status"].as_str(), first.chain.len()), (Some("ok"), 2), "{}", first.health);
    let mut open = house.connect(&pebble.root).unwrap();
    let renewed = house.wait(&pebble, |seen| seen.chain != first.chain);
    assert_eq!(renewed.health["status"], "ok", "{}", renewed.health);
    assert_eq!(house.ask(&mut open).unwrap()["status"], "ok", "open connections stay");
    drop(pebble);

    // Another authority at the same place: it knows neither the account nor the certificate.
    let pebble = house.pebble(0);
    house.take_away(&salus);
    let second = house.wait(&pebble, |_| true);
    drop(pebble.child);

    let away = Pebble { child: Gone(None), root: pebble.root };
    house.take_away(&salus);
    let seen = house.wait(&away, |seen| seen.health["status"] == "degraded");
    assert_eq!(seen.chain, second.chain, "the certificate before stays in use");
    let words = seen.health["parts"].to_string();
    assert!(words.contains("Attempt 1 to fetch one failed") && words.contains("localhost"), "{words}");

    let pebble = house.pebble(0);
    salus.hang_up();
    let last = house.wait(&pebble, |_| true);
    assert_eq!(last.health["status"], "ok", "{}", last.health);
}

/// Where everything is.
struct House {
    folder: PathBuf,
    program: PathBuf,
    /// Vouches for Pebble's own address.
    authority: Authority,
    config: String,
    token: String,
    port: u16,
    directory: u16,
    roots: u16,
}

/// An authority that runs until it is dropped.
struct Pebble {
    child: Gone,
    /// What it signs by, made anew at each start.
    root: CertificateDer<'static>,
}

struct Gone(Option<Child>);

impl Drop for Gone {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0
            && child.kill().is_ok()
        {
            let _ended = child.wait();
        }
    }
}

/// What a client saw.
struct Seen {
    chain: Vec<Vec<u8>>,
    health: Value,
}

type Connection = StreamOwned<ClientConnection, TcpStream>;

impl House {
    fn build(folder: &Path, program: PathBuf, token: &str) -> Self {
        let (port, directory, roots) = (free_port(), free_port(), free_port());
        let authority = Authority::named("The authority's own authority");
        let root = folder.join("pebble-root.pem");
        std::fs::write(&root, authority.pem()).unwrap();
        let config = folder.join("salus.toml");
        let text = format!(
            "[http]\nport = {port}\n[http.tls.acme]\ndomains = [\"localhost\"]\ncontact = [\"ada@example.org\"]\n\
             directory = \"https://localhost:{directory}/dir\"\nroot = \"{}\"\n",
            root.display()
        );
        std::fs::write(&config, text).unwrap();
        let (folder, config) = (folder.to_path_buf(), config.display().to_string());
        Self { folder, program, authority, config, token: token.to_owned(), port, directory, roots }
    }

    /// Starts an authority whose certificates are good for so many seconds; 0 is its own default of years.
    fn pebble(&self, seconds: u64) -> Pebble {
        let (certificate, key) = self.authority.issue("localhost", "pebble").write(&self.folder, "pebble");
        let config = self.folder.join("pebble.json");
        let settings = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.directory),
            "managementListenAddress": format!("127.0.0.1:{}", self.roots),
            "certificate": certificate, "privateKey": key,
            "httpPort": free_port(), "tlsPort": self.port,
            "certificateValidityPeriod": seconds,
        } });
        std::fs::write(&config, settings.to_string()).unwrap();
        let child = Command::new(&self.program)
            .arg("-config")
            .arg(&config)
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let child = Gone(Some(child));
        let own = CertificateDer::from_pem_slice(self.authority.pem().as_bytes()).unwrap();
        let root = until("Pebble to answer", || {
            let mut stream = connect(self.roots, &own).ok()?;
            let answer = get(&mut stream, "/roots/0", "").ok()?;
            CertificateDer::from_pem_slice(answer.as_bytes()).ok()
        });
        Pebble { child, root }
    }

    /// What a client sees that trusts this authority and no other, as soon as it is what is waited for.
    fn wait(&self, pebble: &Pebble, is_it: impl Fn(&Seen) -> bool) -> Seen {
        until("the certificate", || {
            let mut stream = self.connect(&pebble.root).ok()?;
            let health = self.ask(&mut stream).ok()?;
            let chain =
                stream.conn.peer_certificates()?.iter().map(|certificate| certificate.to_vec()).collect();
            Some(Seen { chain, health }).filter(|seen| is_it(seen))
        })
    }

    fn connect(&self, root: &CertificateDer<'static>) -> std::io::Result<Connection> {
        connect(self.port, root)
    }

    /// How the server is, asked over this connection.
    fn ask(&self, stream: &mut Connection) -> std::io::Result<Value> {
        let answer = get(stream, "/api/v1/health", &self.token)?;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    /// Takes the certificate off the shelf, so that another is fetched.
    fn take_away(&self, salus: &Server) {
        let place = format!("acme/localhost-{}-dir/certificate.pem", self.directory);
        std::fs::remove_file(self.folder.join(place)).unwrap();
        salus.hang_up();
    }
}

fn connect(port: u16, root: &CertificateDer<'static>) -> std::io::Result<Connection> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

/// The body of an answer with `content-length`.
fn get(stream: &mut Connection, path: &str, token: &str) -> std::io::Result<String> {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
