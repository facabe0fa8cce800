//! `salus deid generate`: invented notes with known truth.

use crate::Failure;
use clap::Args;
use std::io::Write;
use std::process::ExitCode;

/// The flags of `deid generate`.
#[derive(Args)]
pub struct Arguments {
    /// How many notes.
    #[arg(long, default_value_t = 100)]
    notes: usize,
    /// The same seed gives the same notes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Prints one note a line.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for note in salus_deid::generate::notes(arguments.notes, arguments.seed) {
        writeln!(out, "{}", serde_json::to_string(&note)?)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
