//! `salus export-person`: everything in a record, as one archive.

use crate::config::Config;
use crate::{Failure, house};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use salus_rights::export::{self, ExportError, Source, Summary};
use salus_store::Store;
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The flags of `export-person`.
#[derive(Args)]
pub struct Arguments {
    /// The id of the person's Patient resource.
    person: String,
    /// The archive to write; it must not be there yet.
    #[arg(long)]
    to: PathBuf,
    /// Also the versions of the past.
    #[arg(long)]
    history: bool,
}

/// Writes the archive; one that broke off is not left behind.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let outcome = write(&store, &arguments).await;
    store.close().await;
    let summary = outcome?;
    let entries: u64 = summary.resources.values().sum();
    println!(
        "{}: {entries} entries, {} documents, {} accesses.",
        arguments.to.display(),
        summary.files,
        summary.accesses
    );
    if summary.files_missing > 0 {
        println!("{} documents could not be read; index.html names them.", summary.files_missing);
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(store: &Store, arguments: &Arguments) -> Result<Summary, Failure> {
    let source = Source {
        records: store.system("export a record on the command line"),
        store: store.clone(),
        person: arguments.person.clone(),
        with_history: arguments.history,
        now: store.clock().now(),
    };
    let file = create(&arguments.to)?;
    let bar = bar();
    let shown = bar.clone();
    let told = move |progress: salus_store::Progress| {
        shown.set_length(progress.total);
        shown.set_position(progress.done);
        shown.set_message(progress.message.unwrap_or_default());
    };
    let written = export::write(&source, BufWriter::new(file), &told).await;
    bar.finish_and_clear();
    match written {
        Ok((out, summary)) => {
            out.into_inner()?.sync_all()?;
            Ok(summary)
        }
        Err(error) => {
            std::fs::remove_file(&arguments.to)?;
            Err(match error {
                ExportError::Gone => "there is no such person".into(),
                other => other.into(),
            })
        }
    }
}

/// What is in it is nobody else's.
fn create(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} · {msg} · {elapsed}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
