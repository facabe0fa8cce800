//! `salus erase`: a person is erased, here and now, with a certificate.

use crate::config::Config;
use crate::{Failure, house};
use clap::Args;
use salus_http::App;
use salus_http::people;
use salus_rights::Standing;
use salus_rights::erasure::{self, Ask, Certificate};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The flags of `erase`.
#[derive(Args)]
pub struct Arguments {
    /// The id of the person's Patient resource.
    person: String,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
    /// Write the certificate here: a page where the name ends in .html, else JSON.
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// Blacken references to the person in the records of others.
    #[arg(long)]
    redact: bool,
    /// Close the person's own account where it has nobody else's record.
    #[arg(long)]
    close_account: bool,
}

/// Erases the person.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let app = house::app(store.clone(), config).await?;
    let outcome = erase(&app, &arguments).await;
    store.close().await;
    outcome
}

async fn erase(app: &App, arguments: &Arguments) -> Result<ExitCode, Failure> {
    // One that was asked for and waits, or broke off, is carried out.
    let id = match erasure::pending(app, &arguments.person).await? {
        Some(pending) => pending.id,
        None => {
            if !arguments.yes && !confirm(app, &arguments.person).await? {
                println!("Nothing was erased.");
                return Ok(ExitCode::FAILURE);
            }
            let ask = Ask {
                patient: arguments.person.clone(),
                requested_by: "operator".to_owned(),
                requested_as: Standing::Operator,
                not_before: app.now(),
                close_account: arguments.close_account,
                redact_mentions: arguments.redact,
            };
            app.store.holdings(&arguments.person).await.map_err(|_| "there is no such person")?;
            erasure::begin(app, ask).await?.erasure.id
        }
    };
    let erasure = erasure::carry_out(app, &id).await?;
    let certificate = erasure.certificate.ok_or("the erasure has no certificate")?;
    tell(&certificate);
    if let Some(path) = &arguments.certificate {
        save(&certificate, path)?;
        println!("The certificate is in {}.", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Has the name typed.
async fn confirm(app: &App, person: &str) -> Result<bool, Failure> {
    let records = app.store.system("ask before an erasure");
    let stored = records.read("Patient", person).await?.ok_or("there is no such person")?;
    let name = people::name(&stored.json()?);
    let holdings = app.store.holdings(person).await?;
    eprintln!(
        "This erases {name} for good: {} versions of entries and {} files. Type the name to go on:",
        holdings.versions, holdings.files
    );
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == name)
}

fn tell(certificate: &Certificate) {
    let said = &certificate.statement;
    let entries: u64 = said.erased.resources.iter().map(|one| one.count).sum();
    println!(
        "Erased: {entries} entries in {} versions, {} files, {} key. {} entries of others mention the person.",
        said.erased.versions, said.erased.files, said.erased.keys, said.kept.mentions
    );
    println!("Audit: {} entries, head {}.", said.audit_after.entries, said.audit_after.head);
}

fn save(certificate: &Certificate, path: &Path) -> Result<(), Failure> {
    let is_page = path.extension().is_some_and(|ending| ending == "html" || ending == "htm");
    let text = if is_page { certificate.page() } else { serde_json::to_string_pretty(certificate)? };
    Ok(std::fs::write(path, text)?)
}
