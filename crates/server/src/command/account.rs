//! `salus account`: who may sign in, looked after on the command line; who is who they say; help for who is locked out.

mod certificate;

use crate::config::Config;
use crate::{Failure, house};
use clap::{Args, Subcommand};
use salus_access::{Relationship, Role};
use salus_auth::{AccountChange, NewAccount, NewToken, TokenScope};
use salus_core::Secret;
use salus_store::Page;
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
    /// List the accounts and their second steps.
    List,
    /// Remove every second step of somebody who lost them. Their sessions end.
    ResetFactors(Who),
    /// The certificates by which a service is an account, over connections with mutual TLS.
    #[command(subcommand)]
    Certificate(certificate::Command),
    /// Set a new password for somebody; it is read from standard input. Their sessions and tokens end.
    ResetPassword(Who),
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

/// Whose account it is.
#[derive(Args)]
pub struct Who {
    /// The e-mail address they sign in with.
    email: String,
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
        Command::Add(add) => self::add(config, add).await,
        Command::Verify(verify) => mark_verified(config, verify).await,
        Command::List => list(config).await,
        Command::ResetFactors(who) => reset_factors(config, &who.email).await,
        Command::Certificate(command) => certificate::run(config, command).await,
        Command::ResetPassword(who) => reset_password(config, &who.email).await,
    }
}

async fn mark_verified(config: &Config, verify: Verify) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth.account_by_email(&verify.email).await?;
    let account = account.ok_or("there is no account with this e-mail address")?;
    let change = AccountChange { is_verified: Some(!verify.off), ..AccountChange::default() };
    auth.change_account(&account.id, change).await?;
    let words = if verify.off { "is not verified any more" } else { "is verified" };
    println!("{} {words}.", account.display_name);
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(config: &Config) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let mut page = Page::first(500);
    loop {
        let found = auth.accounts(page).await?;
        for account in &found.accounts {
            let factors = auth.factors(&account.id).await?;
            let factors: Vec<_> = factors.iter().map(|factor| factor.method.code()).collect();
            let roles: Vec<_> = account.roles.iter().map(|role| role.code()).collect();
            let state = if account.is_active { "" } else { "  (closed)" };
            let (roles, factors) = (roles.join(","), factors.join(","));
            println!("{}  {:<32} {roles:<20} {factors}{state}", account.id, account.email);
        }
        let Some(cursor) = found.next else { break };
        page = Page { count: 500, cursor: Some(cursor) };
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn reset_factors(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth.account_by_email(email).await?.ok_or("there is no such account")?;
    let count = auth.reset_factors(&account.id).await?;
    println!("Removed {count} second steps of {email}. Their sessions ended.");
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn reset_password(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let password = read_password()?;
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth.account_by_email(email).await?.ok_or("there is no such account")?;
    auth.reset_password(&account.id, password, None).await?;
    println!("The new password of {email} is in use. Their sessions and tokens ended.");
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn add(config: &Config, add: Add) -> Result<ExitCode, Failure> {
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
