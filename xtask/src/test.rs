//! Every check and test there is, the quick ones first.

use crate::demo::target_folder;
use crate::setup::Tools;
use crate::shell::{self, cargo, root, say};
use crate::{Result, asvs, setup, tidy, web};
use std::io::{BufRead, BufReader};
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
    say("Rust tests");
    shell::run(&mut cargo(&["test", "--workspace"]))?;
    if words.contains(&"quick") {
        return Ok(());
    }
    say("Walks through the web client, and apps of other people, in Chromium");
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
        let mut walk = tools.node();
        walk.arg(format!("e2e/{story}.mjs"))
            .current_dir(root().join("web"))
            .env("SALUS_WALK_URL", &server.address)
            .env("SALUS_WALK_LOGINS", data.join("logins.json"))
            .env("SALUS_WALK_FOLDER", data.join("pictures"))
            .env("CHROMIUM", &tools.chromium);
        shell::run(&mut walk)?;
    }
    Ok(())
}

/// The walks, each a file in `web/e2e`.
const WALKS: [&str; 6] = ["walk", "second-step", "apps", "administration", "emergency", "rights"];

/// A demo server that ends with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &std::path::Path) -> Result<Self> {
        let mut child = Command::new(target_folder().join("debug/salus"))
            .args(["demo", "--port", "0", "--data"])
            .arg(data)
            // Apps may register themselves, for an administrator to look at.
            .env("SALUS_AUTH__OAUTH__REGISTRATION", "reviewed")
            .stdout(Stdio::piped())
            .spawn()?;
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
