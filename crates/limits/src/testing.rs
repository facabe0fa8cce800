//! A Redis server of one test, on a port of its own.
#![allow(clippy::unwrap_used, missing_docs)]
#![expect(clippy::print_stdout, reason = "a test that is left out says so")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = "/usr/bin/redis-server";

/// A server that ends when dropped.
pub struct RedisServer {
    dir: tempfile::TempDir,
    arguments: Vec<String>,
    port: u16,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one. Where Redis is not installed, the test is left out and says so; where `CI` is set, it fails.
    pub fn start() -> Option<Self> {
        let port = free_port();
        Self::start_with(port, vec!["--port".to_owned(), port.to_string()])
    }

    /// Starts one that is reached by TLS only.
    pub fn start_tls(certificate: &Path, key: &Path) -> Option<Self> {
        let port = free_port();
        let spell = |path: &Path| path.display().to_string();
        let (certificate, key) = (spell(certificate), spell(key));
        let mut arguments =
            vec!["--port".to_owned(), "0".to_owned(), "--tls-port".to_owned(), port.to_string()];
        arguments.extend(["--tls-cert-file".to_owned(), certificate, "--tls-key-file".to_owned(), key]);
        arguments.extend(["--tls-auth-clients".to_owned(), "no".to_owned()]);
        Self::start_with(port, arguments)
    }

    fn start_with(port: u16, arguments: Vec<String>) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            assert!(std::env::var_os("CI").is_none(), "{PROGRAM} is absent; `cargo xtask setup` installs it");
            println!("SKIPPED: {PROGRAM} is absent; `cargo xtask setup` installs it");
            return None;
        }
        let mut server = Self { dir: tempfile::tempdir().unwrap(), arguments, port, child: None };
        server.revive();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn tls_url(&self) -> String {
        format!("rediss://localhost:{}", self.port)
    }

    /// Ends it the hard way.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again in the same place, remembering nothing.
    pub fn revive(&mut self) {
        let child = Command::new(PROGRAM)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.dir.path())
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "Redis does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Every name that it holds.
    pub fn names(&self) -> Vec<String> {
        let client = redis::Client::open(self.url()).unwrap();
        redis::cmd("KEYS").arg("*").query(&mut client.get_connection().unwrap()).unwrap()
    }

    /// How long the names live, in ms; -1 is for ever.
    pub fn lives(&self) -> Vec<i64> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        let life = |name: &String| redis::cmd("PTTL").arg(name).query(&mut connection).unwrap();
        self.names().iter().map(life).collect()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
