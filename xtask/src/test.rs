//! Every check and test there is, the quick ones first.

use crate::demo::{built, target_folder};
use crate::setup::Tools;
use crate::shell::{self, cargo, root, say};
use crate::{Result, asvs, models, setup, tidy, web};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Runs all of it. With `quick`, leaves out the browser.
pub fn run(yes: bool, words: &[&str]) -> Result {
    let tools = setup::run(yes)?;
    say("House rules");
    tidy::run()?;
    asvs::tidy()?;
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    web::build(&tools)?;
    say("Web client: types, components, contrast");
    web::install(&tools)?;
    shell::run(&mut tools.npm(&["test"]))?;
    say("Lints");
    shell::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    models::run_or_go_without(None);
    say("Rust tests");
    shell::run(&mut cargo(&["test", "--workspace"]))?;
    if words.contains(&"quick") {
        return Ok(());
    }
    say("Walks through the web client, and apps of other people, in Chromium");
    walk(&tools)
}

/// Runs what needs the browser, and nothing else.
pub fn walk_alone(yes: bool) -> Result {
    let tools = setup::run(yes)?;
    web::build(&tools)?;
    built()?;
    walk(&tools)
}

/// Starts a fresh demo on a free port and lets the browser walk through it.
fn walk(tools: &Tools) -> Result {
    let data = target_folder().join("walk");
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    std::fs::create_dir_all(&data)?;
    let server = Server::start(&data)?;
    for story in WALKS {
        shell::run(&mut tell(tools, story, &server, &data))?;
    }
    federated(tools, &data)
}

/// A story, told to a server with these data.
fn tell(tools: &Tools, story: &str, server: &Server, data: &Path) -> Command {
    let mut walk = tools.node();
    walk.arg(format!("e2e/{story}.mjs"))
        .current_dir(root().join("web"))
        .env("SALUS_WALK_URL", &server.address)
        .env("SALUS_WALK_LOGINS", data.join("logins.json"))
        .env("SALUS_WALK_FOLDER", data.join("pictures"))
        .env("CHROMIUM", &tools.chromium);
    walk
}

/// Starts two fresh installations, and lets people of the one sign in by the other. They are `localhost` and `127.0.0.1`,
/// for cookies belong to a host, whatever its port.
fn federated(tools: &Tools, data: &Path) -> Result {
    let (home, there) = (data.join("home"), data.join("next-door"));
    std::fs::create_dir_all(&home)?;
    std::fs::create_dir_all(&there)?;
    let (port, port_there) = (free_port()?, free_port()?);
    let (here, issuer) = (format!("http://localhost:{port}"), format!("http://127.0.0.1:{port_there}"));
    let at_there = |words: &[&str]| Command::new(salus()).args(words).arg("--data").arg(&there).output();
    at_there(&["demo", "--no-serve"])?;
    let callback = format!("{here}/api/v1/session/providers/next-door/callback");
    let made = at_there(&[
        "client",
        "add",
        "--json",
        "--name",
        "Salus here",
        "--redirect-uri",
        &callback,
        "--proof",
        "client_secret_basic",
        "--scope",
        "openid email",
    ])?;
    let told = String::from_utf8(made.stdout)?;
    let word = |name: &str| {
        let rest = told.split_once(&format!("\"{name}\":\"")).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).ok_or("the client was not registered")
    };
    let (secret, config, config_there) =
        (there.join("client-secret"), there.join("here.toml"), there.join("there.toml"));
    std::fs::write(&secret, word("client_secret")?)?;
    std::fs::write(&config_there, format!("[http.limits]\npublic_origin = {issuer:?}\n"))?;
    let provider = format!(
        "[http.limits]\npublic_origin = {here:?}\n\n[[auth.providers]]\nid = \"next-door\"\nname = \"Salus next door\"\n\
         issuer = {issuer:?}\nclient_id = {:?}\nclient_secret_file = {secret:?}\n",
        word("client_id")?
    );
    std::fs::write(&config, provider)?;
    let _provider = Server::start_with(&there, port_there, Some(&config_there))?;
    let client = Server::start_with(&home, port, Some(&config))?;
    let mut walk = tell(tools, "federated", &client, &home);
    walk.env("SALUS_WALK_URL", &here)
        .env("SALUS_WALK_FOLDER", data.join("pictures"))
        .env("SALUS_WALK_PROVIDER_URL", &issuer)
        .env("SALUS_WALK_PROVIDER_LOGINS", there.join("logins.json"));
    shell::run(&mut walk)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn salus() -> PathBuf {
    target_folder().join("debug/salus")
}

/// The walks through one server, each a file in `web/e2e`.
const WALKS: [&str; 6] = ["walk", "second-step", "apps", "administration", "emergency", "rights"];

/// A demo server that ends with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Result<Self> {
        Self::start_with(data, 0, None)
    }

    fn start_with(data: &Path, port: u16, config: Option<&Path>) -> Result<Self> {
        let mut demo = Command::new(salus());
        if let Some(config) = config {
            demo.arg("--config").arg(config);
        }
        demo.args(["demo", "--port", &port.to_string(), "--data"]).arg(data);
        // Apps may register themselves, for an administrator to look at.
        demo.env("SALUS_AUTH__OAUTH__REGISTRATION", "reviewed");
        let mut child = demo.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("the demo has no output")?;
        let mut lines = BufReader::new(output).lines();
        let address = lines.by_ref().map_while(std::io::Result::ok).find_map(|line| {
            line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
        });
        std::thread::spawn(move || lines.for_each(drop));
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                child.wait()?;
                Err("the demo ended before it printed its address".into())
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
