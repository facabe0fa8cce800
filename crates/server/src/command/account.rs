//! `salus account`: somebody who may sign in, made on the command line; and who is who they say.

use crate::config::Config;
use crate::{Failure, house};
use clap::{Args, Subcommand};
use salus_access::{Relationship, Role};
use salus_auth::{NewAccount, NewToken, TokenScope};
use salus_core::Secret;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

/// What can be done with accounts.
#[derive(Subcommand)]
pub enum Command {
    /// Make an account. The password is read from standard input.
    Add(Add),
    /// Note that it was made sure that somebody is who they say: verified clinicians and helpers may break the glass.
    Verify(Verify),
}

/// The flags of `account verify`.
#[derive(Args)]
pub struct Verify {
    /// The e-mail address they sign in with.
    #[arg(long)]
    email: String,
    /// Take it back: emergencies they have open close at once.
    #[arg(long)]
    off: bool,
}

/// The flags of `account add`.
#[derive(Args)]
pub struct Add {
    /// The e-mail address to sign in with.
    #[arg(long)]
    email: String,
    /// The name to show.
    #[arg(long)]
    name: String,
    /// person, caregiver, clinician, pharmacist, emergency or admin; may be given more than once.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
    /// PATIENT-ID:RELATIONSHIP, where the relationship is self, child, parent, partner, entrusted or in-care.
    #[arg(long = "patient", value_parser = patient)]
    patients: Vec<(String, Relationship)>,
    /// The id of the Practitioner they are.
    #[arg(long)]
    practitioner: Option<String>,
    /// The id of the Organization they work for: its patients are in their care.
    #[arg(long)]
    organization: Option<String>,
    /// Also make an API token and print it, once.
    #[arg(long)]
    token: bool,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Add(add) => make(config, add).await,
        Command::Verify(verify) => mark_verified(config, verify).await,
    }
}

async fn mark_verified(config: &Config, verify: Verify) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth.account_by_email(&verify.email).await?;
    let account = account.ok_or("there is no account with this e-mail address")?;
    auth.set_verified(&account.id, !verify.off).await?;
    let words = if verify.off { "is not verified any more" } else { "is verified" };
    println!("{} {words}.", account.display_name);
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn make(config: &Config, add: Add) -> Result<ExitCode, Failure> {
    let password = read_password()?;
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth
        .create_account(NewAccount {
            email: add.email,
            display_name: add.name,
            roles: add.roles,
            patients: BTreeMap::from_iter(add.patients),
            practitioner: add.practitioner,
            organization: add.organization,
            password,
        })
        .await?;
    let token = match add.token {
        true => Some(auth.issue_token(&account, "command line", TokenScope::Write, None).await?),
        false => None,
    };
    let token = token.as_ref().map(|issued: &NewToken| issued.token.expose().as_str());
    if add.json {
        println!("{}", json!({"account": account, "token": token}));
    } else {
        println!("Made account {account}.");
        if let Some(token) = token {
            println!("API token, shown only now: {token}");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn read_password() -> Result<Secret<String>, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Password (at least 12 characters; it is shown as you type):");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn patient(text: &str) -> Result<(String, Relationship), String> {
    let (id, relationship) = text.rsplit_once(':').ok_or("expected PATIENT-ID:RELATIONSHIP")?;
    Ok((id.to_owned(), relationship.parse().map_err(|error| format!("{error}"))?))
}
