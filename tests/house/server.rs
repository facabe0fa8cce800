//! Salus as an operator runs it: the real binary, a folder of its own, a free port.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

/// The administrator of every test server.
pub const EMAIL: &str = "ada@example.org";
/// The administrator's password.
pub const PASSWORD: &str = "a long walk by the quiet lake";

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
}

impl Server {
    /// Starts `salus serve` over the data in `folder`, on any free port.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &["--port", "0"])
    }

    /// Starts `salus serve` with these arguments.
    pub fn start_with(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = salus(folder)
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_whitespace().find(|word| word.contains("://")).map(str::to_owned))
            .expect("the server prints its address");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Has it read its certificates again.
    pub fn hang_up(&self) {
        let told = Command::new("sh").args(["-c", "kill -HUP \"$0\"", &self.child.id().to_string()]).status();
        assert!(told.expect("a shell runs").success());
    }

    /// Ends the process the hard way, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}

/// The `salus` binary over the data in `folder`.
pub fn salus(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command.arg("--data").arg(folder).stdin(Stdio::null());
    command
}

/// Runs `salus` to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    salus(folder).args(arguments).output().expect("salus runs")
}

/// Runs `salus`, expects success, and reads its output as JSON.
pub fn run_json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "salus {arguments:?} failed: {told}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Makes the administrator's account, and an API token for it.
pub fn token(folder: &Path) -> String {
    let mut child = salus(folder)
        .args(["account", "add", "--email", EMAIL, "--name", "Ada", "--role", "admin", "--token", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("salus runs");
    let mut input = child.stdin.take().expect("its input is piped");
    writeln!(input, "{PASSWORD}").expect("it reads the password");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let account: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    account["token"].as_str().expect("a token").to_owned()
}

/// The binary under test, built once. It is built as a part of the workspace, so that it shares what `cargo test
/// --workspace` has compiled: with the features of the package alone, half of its libraries would be compiled anew.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--workspace", "--bin", "salus", "--message-format", "json"])
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "the server does not build");
        let messages = String::from_utf8(output.stdout).expect("cargo speaks UTF-8");
        let path = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        path.expect("cargo names the binary")
    })
}

/// A small Observation of the patient `patient`.
pub fn observation(patient: &str, number: usize) -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "subject": {"reference": format!("Patient/{patient}")},
        "effectiveDateTime": "2026-03-04T08:00:00Z",
        "valueQuantity": {"value": 60 + number % 40, "unit": "/min"},
    })
}
