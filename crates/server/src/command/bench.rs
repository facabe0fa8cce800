//! `salus bench`: what this machine gives, and what Salus makes of it.

use crate::Failure;
use clap::{Args, Subcommand};
use salus_bench::store::{Options, run as measure};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be measured.
#[derive(Subcommand)]
pub enum Command {
    /// The store: writes, import, growth, reads and searches, next to the bare database and the disk.
    Store(Store),
}

/// The flags of `bench store`.
#[derive(Args)]
pub struct Store {
    /// A folder of FHIR bundles to import.
    #[arg(long)]
    bundles: Option<PathBuf>,
    /// Resources in the growing store.
    #[arg(long, default_value_t = 1_000_000)]
    resources: usize,
    /// The folder (on the disk to measure) in which a temporary one is made.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Measures; the exit code is a failure when a gate is missed.
pub async fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::Store(store) = command;
    let options = Options { bundles: store.bundles, resources: store.resources, folder: store.folder };
    let report = measure(&options, |step| eprintln!("measuring {step} …")).await?;
    match store.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{report}"),
    }
    let holds = report.figures.iter().all(|figure| figure.holds != Some(false));
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
