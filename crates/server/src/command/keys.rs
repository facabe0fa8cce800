//! `salus keys`: who wraps the keys, and new keys in the place of old ones.

use crate::config::{Config, KmsKind};
use crate::{Failure, house, kms};
use clap::Subcommand;
use indicatif::ProgressBar;
use salus_core::{Clock, Rng, SystemClock, SystemRng};
use salus_store::{Rewrapped, Store};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;

/// What can be done with keys. But for `status`, the server must be stopped (a running one does the same from its
/// administration, but for `move`); what was cut off is finished by the same command.
#[derive(Subcommand)]
pub enum Command {
    /// Count the data keys by the master key that wraps them.
    Status {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Wrap all data keys anew: by a fresh key file, or by the newest version of the key in Vault or AWS.
    RotateMaster,
    /// Have the data keys wrapped by another master key than the configured one.
    Move {
        /// Who wraps them from now on. Its section must be in the configuration.
        #[arg(long)]
        to: KmsKind,
    },
    /// Give one person a fresh data key, and seal everything of theirs with it.
    RotatePerson {
        /// The id of the person's Patient.
        person: String,
    },
}

/// Runs the subcommand.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Status { json } => status(config, json)?,
        Command::RotateMaster => rotate_master(config).await?,
        Command::Move { to } => move_keys(config, to).await?,
        Command::RotatePerson { person } => rotate_person(config, &person).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn status(config: &Config, as_json: bool) -> Result<(), Failure> {
    let counts = Store::key_counts(&house::store_config(config))?;
    if as_json {
        let rows = counts.iter().map(
            |count| json!({"masterKey": count.key_id, "keys": count.keys, "beingReplaced": count.replacing}),
        );
        println!("{}", json!({"masterKeys": rows.collect::<Vec<_>>()}));
        return Ok(());
    }
    for count in &counts {
        println!("{}: {} keys", count.key_id, count.keys);
    }
    let replacing: u64 = counts.iter().map(|count| count.replacing).sum();
    if replacing > 0 {
        println!(
            "{replacing} of them are being replaced: run `salus keys rotate-person` again for these people."
        );
    }
    Ok(())
}

async fn rotate_master(config: &Config) -> Result<(), Failure> {
    let store = house::open(config).await?;
    let progress = Progress::new();
    let done = store.rotate_master_key(&progress.told()).await;
    progress.end();
    store.close().await;
    tell(&done?);
    Ok(())
}

async fn move_keys(config: &Config, to: KmsKind) -> Result<(), Failure> {
    let from = config.store.kms.kind;
    if from == to {
        return Err("the keys are there already; `salus keys rotate-master` wraps them anew".into());
    }
    let target = match to {
        // A file that is not there yet is made, and one that is there is used: the move may have been cut off.
        KmsKind::File => {
            let path = house::store_config(config).key_file();
            Arc::new(salus_store::LocalKeyFile::open(&path, true, rng())?) as Arc<dyn salus_store::Kms>
        }
        kind => kms::open(config, kind).await?,
    };
    let source = kms::open(config, from).await?;
    let progress = Progress::new();
    let done =
        Store::rewrap_keys(house::store_config(config), source, target, clock(), rng(), &progress.told())
            .await?;
    progress.end();
    tell(&done);
    let kind = format!("{to:?}").to_lowercase();
    println!(
        "Now set kind = \"{kind}\" in [store.kms], and start Salus. The old master key opens nothing any more."
    );
    Ok(())
}

async fn rotate_person(config: &Config, person: &str) -> Result<(), Failure> {
    let store = house::open(config).await?;
    let progress = Progress::new();
    let replaced = store.replace_patient_key(person, &progress.told()).await;
    progress.end();
    store.close().await;
    match replaced {
        Ok(count) => {
            println!("Sealed {count} versions and files with a fresh key; the old key is destroyed.")
        }
        Err(salus_store::Error::NotFound) => return Err(format!("there is no record of {person}").into()),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn tell(done: &Rewrapped) {
    match done.keys {
        0 => println!("All keys are wrapped by {} already.", done.key_id),
        keys => println!("Wrapped {keys} keys anew; all are wrapped by {} now.", done.key_id),
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn rng() -> Arc<dyn Rng> {
    Arc::new(SystemRng)
}

/// What is shown while it lasts.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Self {
        Self(ProgressBar::new_spinner())
    }

    fn told(&self) -> impl Fn(salus_store::Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |at| {
            bar.set_message(format!("{} of {} done", at.done, at.total));
            bar.tick();
        }
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
