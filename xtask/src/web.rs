//! The web client: `web/dist`, and the API client generated from the server's OpenAPI.

use crate::Result;
use crate::demo::built;
use crate::setup::Tools;
use crate::shell::{root, run, say};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// Builds `web/dist` when a source is newer than what stands there.
pub fn build(tools: &Tools) -> Result {
    let web = root().join("web");
    let built = modified(&web.join("dist/index.html"));
    let newest = newest_source(&web)?;
    if built.is_some_and(|built| newest <= built) {
        return Ok(());
    }
    say("Building the web client");
    install(tools)?;
    run(&mut tools.npm(&["run", "build"]))
}

/// Installs the web client's packages exactly as locked.
pub fn install(tools: &Tools) -> Result {
    let web = root().join("web");
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&web.join("package-lock.json")) {
        return Ok(());
    }
    run(&mut tools.npm(&["ci", "--no-audit", "--no-fund"]))
}

/// Dumps the server's OpenAPI and generates the client from it.
pub fn openapi(tools: &Tools) -> Result {
    let output = Command::new(built()?).arg("openapi").output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    std::fs::write(root().join("web/openapi.json"), output.stdout)?;
    install(tools)?;
    run(&mut tools.npm(&["run", "generate"]))
}

fn newest_source(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["node_modules", "dist", "e2e"].iter().any(|skipped| name == *skipped) {
            continue;
        }
        let path = entry.path();
        let time = if path.is_dir() { newest_source(&path)? } else { entry.metadata()?.modified()? };
        newest = newest.max(time);
    }
    Ok(newest)
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
