//! `salus audit verify`: is the audit chain whole?

use crate::config::Config;
use crate::{Failure, house};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;

/// What can be done with the audit log.
#[derive(Subcommand)]
pub enum Command {
    /// Walk the hash chain from the first entry to the last.
    Verify {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Walks the chain; the exit code is a failure when it is broken.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let Command::Verify { json } = command;
    let store = house::open(config).await?;
    let report = store.verify_audit().await?;
    store.close().await;
    let is_intact = report.broken_at.is_none();
    if json {
        let answer = json!({
            "intact": is_intact,
            "entries": report.entries,
            "head": report.head,
            "brokenAt": report.broken_at,
        });
        println!("{answer}");
    } else {
        match report.broken_at {
            None => println!("The audit log is whole: {} entries, head {}.", report.entries, report.head),
            Some(seq) => {
                println!("The audit log is broken at entry {seq}: it was altered, or the disk is failing.")
            }
        }
    }
    Ok(if is_intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
