//! Salus with synthetic people, from a bare machine to a running server.

use crate::shell::{self, cargo, root, say};
use crate::{Result, models, setup, web};
use std::process::Command;

/// Builds the release binary and starts `salus demo` with the words that follow.
pub fn run(yes: bool, arguments: &[&str]) -> Result {
    let tools = setup::run(yes)?;
    web::build(&tools)?;
    say("Building Salus (the first time takes a while)");
    shell::run(&mut cargo(&["build", "--release", "--workspace", "--bin", "salus"]))?;
    models::run_or_go_without(Some(&target_folder().join("release/salus")));
    say("Starting Salus");
    shell::run(
        Command::new(target_folder().join("release/salus")).arg("demo").args(arguments).current_dir(root()),
    )
}

/// Cargo's target folder.
pub fn target_folder() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into)
}

/// Builds `salus` as it is tested: as a part of the workspace, so that it shares what the tests compile. Gives its path.
pub fn built() -> Result<std::path::PathBuf> {
    shell::run(&mut cargo(&["build", "--quiet", "--workspace", "--bin", "salus"]))?;
    Ok(target_folder().join("debug/salus"))
}
