//! `salus`: the one binary. It reads the configuration, opens the store, mounts the capabilities and serves;
//! its other subcommands are an operator's tools over the same store.
//!
//! It contains no logic of a capability. Start reading at [`Command`]; each subcommand has a file of its own.
#![allow(clippy::print_stdout, clippy::print_stderr)]

/// Records are many small pieces of text; the system's allocator spends a fifth of an import on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod acme;
mod anchoring;
mod command;
mod config;
mod house;
mod kms;
mod listen;
mod meaning;
mod tls;
mod web;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// One self-hosted health platform around one record.
#[derive(Parser)]
#[command(name = "salus", version, about)]
struct Cli {
    /// The configuration file; `salus.toml` in the working folder when it is there.
    #[arg(long, global = true, env = "SALUS_CONFIG")]
    config: Option<PathBuf>,
    /// The folder that holds the data; overrules the configuration.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, the FHIR interface and the web client.
    Serve(command::serve::Arguments),
    /// Put FHIR resources, bundles and NDJSON files into the store.
    Import(command::import::Arguments),
    /// Ask one person's record a question.
    Ask(command::ask::Arguments),
    /// Serve a store full of synthetic people, with a login for each role.
    Demo(command::demo::Arguments),
    /// Add people who may sign in.
    #[command(subcommand)]
    Account(command::account::Command),
    /// Erase a person for good, with a certificate.
    Erase(command::erase::Arguments),
    /// Write everything in a person's record into one archive.
    ExportPerson(command::export_person::Arguments),
    /// Delete what is kept no longer, or count it.
    Retention(command::retention::Arguments),
    /// Look after the programs that may ask people for access.
    #[command(subcommand)]
    Client(command::client::Command),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(command::audit::Command),
    /// Take out of records and texts what identifies people.
    #[command(subcommand)]
    Deid(command::deid::Command),
    /// Look after the keys: who wraps them, and new ones in the place of old.
    #[command(subcommand)]
    Keys(command::keys::Command),
    /// Make the model that tells what texts mean.
    #[command(subcommand)]
    Model(command::model::Command),
    /// Measure how good Salus is, on data of your own.
    #[command(subcommand)]
    Eval(command::eval::Command),
    /// Measure this machine.
    #[command(subcommand)]
    Bench(command::bench::Command),
    /// Read one document, as the server has it done: the file comes in, lines of JSON go out.
    #[command(name = salus_records::READER, hide = true)]
    ReadDocument,
    /// Print the OpenAPI description of the product's API.
    Openapi,
}

/// What a subcommand may fail with; the text is for the operator.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("salus: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let mut config = config::Config::load(cli.config.as_deref())?;
    if let Some(data) = cli.data {
        config.store.data = data;
    }
    match cli.command {
        Command::Serve(arguments) => command::serve::run(config, arguments).await,
        Command::Import(arguments) => command::import::run(&config, arguments).await,
        Command::Ask(arguments) => command::ask::run(&config, arguments).await,
        Command::Demo(arguments) => command::demo::run(config, arguments).await,
        Command::Account(command) => command::account::run(&config, command).await,
        Command::Erase(arguments) => command::erase::run(&config, arguments).await,
        Command::ExportPerson(arguments) => command::export_person::run(&config, arguments).await,
        Command::Retention(arguments) => command::retention::run(&config, arguments).await,
        Command::Client(command) => command::client::run(&config, command).await,
        Command::Audit(command) => command::audit::run(&config, command).await,
        Command::Deid(command) => command::deid::run(&config, command).await,
        Command::Keys(command) => command::keys::run(&config, command).await,
        Command::Model(command) => command::model::run(&config, command),
        Command::Eval(command) => command::eval::run(&config, command),
        Command::Bench(command) => command::bench::run(command).await,
        Command::ReadDocument => {
            salus_records::read_apart().map(|()| ExitCode::SUCCESS).map_err(Failure::from)
        }
        Command::Openapi => command::openapi::run(),
    }
}
