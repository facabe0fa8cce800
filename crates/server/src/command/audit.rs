//! `salus audit`: is the chain whole, who did what, and all of it as FHIR.

use crate::config::Config;
use crate::{Failure, anchoring, house};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use salus_audit::{anchors, export};
use salus_core::Timestamp;
use salus_store::{AuditAction, AuditFilter, AuditRecord, AuditReport, Damage, Store};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done with the audit log.
#[derive(Subcommand)]
pub enum Command {
    /// Walk the hash chain from the first entry to the last.
    Verify {
        /// Hold the chain against the anchors of this file too, or, with `s3`, against those in the configured bucket;
        /// none = the configured file, where it is there.
        #[arg(long, value_name = "FILE|s3")]
        anchors: Option<PathBuf>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print entries, newest first, one JSON object a line.
    Search(Wanted),
    /// Write all of it as FHIR AuditEvents, one a line, with a manifest beside it.
    Export {
        /// The file to write; the manifest is written beside it, with `.manifest.json` at the end.
        file: PathBuf,
    },
}

/// Which entries.
#[derive(Args)]
pub struct Wanted {
    /// About the record of this person, by the id of the Patient.
    #[arg(long)]
    person: Option<String>,
    /// By this account, by its id.
    #[arg(long)]
    actor: Option<String>,
    /// `read`, `search`, `update`, `denied`, `sign-in`, …
    #[arg(long)]
    action: Option<String>,
    /// Not before this moment, such as 2026-01-05T08:00:00Z.
    #[arg(long)]
    from: Option<Timestamp>,
    /// Before this moment.
    #[arg(long)]
    to: Option<Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

/// Does it; the exit code of `verify` is a failure when the chain is broken.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let done = match command {
        Command::Verify { anchors, json } => verify(&store, config, anchors, json).await,
        Command::Search(wanted) => search(&store, wanted).await,
        Command::Export { file } => write_out(&store, &file).await,
    };
    store.close().await;
    done
}

async fn verify(
    store: &Store,
    config: &Config,
    file: Option<PathBuf>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let configured = || config.audit.anchor_file.clone().filter(|file| file.exists());
    let anchored = match file.or_else(configured) {
        Some(place) if place.as_os_str() == "s3" => {
            let none = "the configuration has no section [audit.anchor.s3]";
            anchoring::bucket(config)?.ok_or(none)?.read().await?
        }
        Some(file) => anchors::read(&file)?,
        None => Vec::new(),
    };
    let bar = progress_bar();
    let told = |at: u64, of: u64| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let report = store.verify_audit_against(&anchored, &told).await?;
    bar.finish_and_clear();
    let is_intact = report.damage.is_none();
    if json {
        let answer = json!({
            "intact": is_intact,
            "first": report.first,
            "entries": report.entries,
            "head": report.head,
            "anchors": report.anchors,
            "brokenAt": report.broken_at,
        });
        println!("{answer}");
    } else {
        println!("{}", sentence(&report));
    }
    Ok(if is_intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn sentence(report: &AuditReport) -> String {
    let AuditReport { entries, first, head, anchors, broken_at, damage } = report;
    let Some((damage, at)) = damage.zip(*broken_at) else {
        let begins = if *first > 1 { format!(", the first is {first}") } else { String::new() };
        let anchored = if *anchors > 0 { format!(", {anchors} anchors fit") } else { String::new() };
        return format!("The audit log is whole: {entries} entries{begins}{anchored}, head {head}.");
    };
    let why = match damage {
        Damage::Altered => "it was altered, or the disk is failing",
        Damage::Detail => "its detail is not the one that was written",
        Damage::Rewritten => "from there on it was written anew, and does not fit what was anchored",
        Damage::Truncated => "it ends there, before what was anchored",
        Damage::Beginning => "the beginning is missing, and no checkpoint stands for it",
    };
    format!("The audit log is broken at entry {at}: {why}.")
}

async fn search(store: &Store, wanted: Wanted) -> Result<ExitCode, Failure> {
    let action = match wanted.action.as_deref() {
        Some(word) => {
            vec![AuditAction::from_word(word).ok_or_else(|| format!("there is no action {word:?}"))?]
        }
        None => Vec::new(),
    };
    let filter = AuditFilter {
        patient: wanted.person,
        actor: wanted.actor,
        actions: action,
        from: wanted.from,
        to: wanted.to,
        ..AuditFilter::default()
    };
    for record in store.system("search the audit from the command line").audit(&filter, wanted.limit).await? {
        println!("{}", shown(&record));
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(record: &AuditRecord) -> Value {
    json!({
        "seq": record.seq,
        "at": record.at.to_string(),
        "actor": record.actor,
        "roles": record.roles,
        "action": record.action.word(),
        "outcome": record.outcome.code(),
        "client": record.client,
        "address": record.address,
        "request": record.request_id,
        "purpose": record.purpose,
        "person": record.patient,
        "type": record.type_name,
        "count": record.count,
        "detail": record.detail,
    })
}

/// Writes every entry, oldest first, and a manifest with the digest of the file and the state of the chain.
async fn write_out(store: &Store, path: &Path) -> Result<ExitCode, Failure> {
    const STEP: u32 = 1_000;
    let report = store.verify_audit().await?;
    let bar = progress_bar();
    bar.set_length(report.entries);
    let mut file = BufWriter::new(File::create_new(path)?);
    let mut digest = export::Digest::default();
    let (mut after, mut lines) = (0, 0);
    loop {
        let records = store.audit_log(after, STEP).await?;
        let Some(last) = records.last() else { break };
        after = last.seq;
        for record in &records {
            let line = format!("{}\n", export::line(record, "salus"));
            digest.add(line.as_bytes());
            file.write_all(line.as_bytes())?;
            lines += 1;
        }
        bar.set_position(after);
    }
    file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    bar.finish_and_clear();
    let manifest = export::manifest(lines, &digest.hex(), &report, store.clock().now());
    let beside = PathBuf::from(format!("{}.manifest.json", path.display()));
    std::fs::write(&beside, format!("{manifest:#}\n"))?;
    println!("{lines} entries in {}, manifest in {}.", path.display(), beside.display());
    Ok(if report.damage.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} entries, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
