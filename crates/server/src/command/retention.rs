//! `salus retention`: deletes what is kept no longer, or only counts it.

use crate::config::Config;
use crate::{Failure, house};
use clap::Args;
use std::process::ExitCode;

/// The flags of `retention`.
#[derive(Args)]
pub struct Arguments {
    /// Count what is due, and delete nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Looks through every class that has a time.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    config.retention.check()?;
    if config.retention.0.is_empty() {
        println!("Everything is kept: [retention] names no class of data.");
        return Ok(ExitCode::SUCCESS);
    }
    let store = house::open(config).await?;
    let outcome = config.retention.apply(&store, store.clock().now(), arguments.dry_run).await;
    store.close().await;
    let verb = if arguments.dry_run { "due" } else { "deleted" };
    for due in outcome? {
        println!(
            "{:>9} {verb}  {}, kept for {} years ({} files)",
            due.entries, due.type_name, due.years, due.files
        );
    }
    Ok(ExitCode::SUCCESS)
}
