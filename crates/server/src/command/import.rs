//! `salus import`: FHIR files, HL7 v2 messages and C-CDA documents into the store.

use crate::config::Config;
use crate::{Failure, house};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use salus_records::import::{self, Fault, Progress, Report};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Faults shown for each file before the rest is only counted.
const FAULTS_SHOWN: usize = 5;

/// The flags of `import`.
#[derive(Args)]
pub struct Arguments {
    /// Files, or folders to look through: FHIR JSON, bundles, NDJSON, HL7 v2, C-CDA, plain or gzipped.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Imports everything that can be; the exit code is a failure when something was left out.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let bar = bar(arguments.json);
    let shown = bar.clone();
    let start = Instant::now();
    let report =
        import::paths(&store, &arguments.paths, Arc::new(move |progress| show(&shown, progress))).await;
    bar.finish_and_clear();
    store.close().await;
    let (report, took) = (report?, start.elapsed());
    if arguments.json {
        print_json(&report, took)?
    } else {
        print_text(&report, took)
    }
    Ok(if report.faults() == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn bar(is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} files · {msg} · {elapsed}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.files);
    bar.set_position(progress.files_done);
    bar.set_message(format!("{} resources", progress.resources));
}

fn print_json(report: &Report, took: Duration) -> Result<(), Failure> {
    let answer = json!({
        "stored": report.stored(),
        "unchanged": report.unchanged(),
        "faults": report.faults(),
        "leftOut": report.left_out(),
        "counts": report.counts(),
        "seconds": took.as_secs_f64(),
        "files": report.files,
    });
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

fn print_some(faults: &[Fault], what: &str) {
    for fault in faults.iter().take(FAULTS_SHOWN) {
        let kind = fault.resource_type.as_deref().unwrap_or_default();
        println!("  {} {kind} {what}: {}", fault.place, fault.reasons.join(" "));
    }
    let more = faults.len().saturating_sub(FAULTS_SHOWN);
    if more > 0 {
        println!("  and {more} more {what}");
    }
}

fn print_text(report: &Report, took: Duration) {
    for file in report.files.iter().filter(|file| !file.faults.is_empty() || !file.left_out.is_empty()) {
        println!("{}", file.name);
        print_some(&file.faults, "left out");
        print_some(&file.left_out, "not taken over");
    }
    for (type_name, count) in report.counts() {
        println!("{count:>9}  {type_name}");
    }
    let pace = report.stored() as f64 / took.as_secs_f64().max(1e-9);
    if report.left_out() > 0 {
        println!(
            "{} parts of messages and documents have no place in FHIR; --json names all.",
            report.left_out()
        );
    }
    println!(
        "{} resources from {} files in {:.1} s ({pace:.0} a second); {} were there already; {} left out.",
        report.stored(),
        report.files.len(),
        took.as_secs_f64(),
        report.unchanged(),
        report.faults(),
    );
}
