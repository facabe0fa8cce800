//! One server full of synthetic people for all of these tests, and clients that are signed in to it.

use crate::server::salus;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use ureq::http::HeaderMap;

/// The server; it lives as long as the tests do.
pub struct House {
    pub address: String,
    logins: Value,
    /// One sign-in at a time: several at once look like somebody who guesses.
    door: Mutex<()>,
    _leash: Mutex<ChildStdin>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// Somebody who sends requests.
#[derive(Clone, Default)]
pub struct Client {
    headers: Vec<(&'static str, String)>,
}

/// The house of this test run.
pub fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(House::open)
}

/// Runs a program until its own input ends, which is when this process does.
const AS_LONG_AS_WE_LIVE: &str = r#""$0" "$@" & read _; kill $!; wait; rm -rf "$SALUS_TEST_FOLDER""#;

impl House {
    #[expect(
        clippy::zombie_processes,
        reason = "the child ends when this process does, and there is nobody left to wait"
    )]
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let salus = salus(&folder);
        let mut child = Command::new("sh")
            .args(["-c", AS_LONG_AS_WE_LIVE])
            .arg(salus.get_program())
            .args(salus.get_args())
            .args(["demo", "--port", "0"])
            .env("SALUS_TEST_FOLDER", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
        });
        std::thread::spawn(move || lines.for_each(drop));
        let leash = child.stdin.take().unwrap();
        Self {
            address: address.unwrap(),
            logins: logins(&folder),
            door: Mutex::default(),
            _leash: Mutex::new(leash),
        }
    }

    /// Somebody signed in whose first role this is.
    pub fn sign_in(&self, role: &str) -> Client {
        let login = self
            .logins
            .as_array()
            .unwrap()
            .iter()
            .find(|login| login["role"].as_str().unwrap().split(", ").next() == Some(role));
        let body = json!({ "email": login.unwrap()["email"], "password": login.unwrap()["password"] });
        let _turn = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = Client::default().json("POST", "/api/v1/session", &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Client::default().with("cookie", &cookie)
    }
}

fn logins(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("logins.json")).unwrap()).unwrap()
}

impl Client {
    /// The same client, sending one header more.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name, value.to_owned()));
        Self { headers }
    }

    /// Sends GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, Vec::new())
    }

    /// Sends a JSON body.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, Some("application/json"), body.to_string().into_bytes())
    }

    /// Sends a FHIR resource.
    pub fn fhir(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, Some("application/fhir+json"), body.to_string().into_bytes())
    }

    /// Sends one file as a form does.
    pub fn upload(&self, path: &str, name: &str, kind: &str, bytes: &[u8]) -> Answer {
        self.try_upload(path, name, kind, bytes).unwrap()
    }

    /// Sends one file; an error where the connection was closed before all of it was sent.
    pub fn try_upload(
        &self,
        path: &str,
        name: &str,
        kind: &str,
        bytes: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let head = format!(
            "--salus\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--salus--\r\n"].concat();
        self.try_send("POST", path, Some("multipart/form-data; boundary=salus"), body)
    }

    /// Sends anything.
    pub fn send(&self, method: &str, path: &str, kind: Option<&str>, body: Vec<u8>) -> Answer {
        self.try_send(method, path, kind, body).unwrap()
    }

    /// Sends anything; an error where the connection was closed before the answer.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Answer, ureq::Error> {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", house().address));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .into();
        let response = match body.is_empty() {
            true => agent.run(request.body(()).unwrap()),
            false => agent.run(request.body(body).unwrap()),
        };
        let mut response = response?;
        let text = response.body_mut().read_to_vec()?;
        let (parts, _) = response.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&text).into_owned(),
        })
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|cause| panic!("{cause}: {}", self.text))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}
