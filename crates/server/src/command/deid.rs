//! `salus deid`: measure the recognisers, make notes to measure them with, export records without names.

mod evaluate;
mod export;
mod generate;

use crate::Failure;
use crate::config::Config;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::process::ExitCode;

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Print recall and precision of the recognisers on texts whose identifiers are marked (JSON Lines).
    Evaluate(evaluate::Arguments),
    /// Print invented notes with their identifiers marked, as JSON Lines.
    Generate(generate::Arguments),
    /// Write the records of people as NDJSON without what identifies them.
    Export(export::Arguments),
}

/// Does it.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Export(arguments) => export::run(config, arguments).await,
    }
}

/// A bar over `length` of something; hidden where the answer is for a program.
fn bar(length: u64, what: &str, is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!(
        "{{bar:32}} {{pos}}/{{len}} {what} · {{elapsed}} · {{eta}} left"
    ));
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
