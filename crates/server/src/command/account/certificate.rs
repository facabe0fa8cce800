//! `salus account certificate`: which service is which account.

use crate::config::Config;
use crate::{Failure, house};
use clap::{Args, Subcommand};
use salus_auth::AccountCertificate;
use salus_auth::certificates::thumbprint_of_pem;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done with the certificates of an account.
#[derive(Subcommand)]
pub enum Command {
    /// Give a certificate to an account.
    Add(Given),
    /// List the certificates of an account.
    List(Whose),
    /// Take a certificate from an account.
    Remove(Given),
}

/// Whose certificates they are.
#[derive(Args)]
pub struct Whose {
    /// The e-mail address of the account.
    email: String,
}

/// A certificate of an account.
#[derive(Args)]
pub struct Given {
    /// The e-mail address of the account.
    email: String,
    /// The certificate, a PEM file; of several in it the first is taken.
    #[arg(long)]
    file: PathBuf,
}

/// Runs the subcommand.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let (Command::Add(Given { email, .. })
    | Command::List(Whose { email })
    | Command::Remove(Given { email, .. })) = &command;
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    let account = auth.account_by_email(email).await?.ok_or("there is no such account")?;
    match &command {
        Command::Add(given) => {
            let added = auth.add_certificate(&account.id, &read(&given.file)?).await?;
            println!("{}", line(&added));
            println!("Who shows it is {email} from now on.");
        }
        Command::List(_) => {
            for certificate in auth.certificates(&account.id).await? {
                println!("{}", line(&certificate));
            }
        }
        Command::Remove(given) => {
            let thumbprint = thumbprint_of_pem(&read(&given.file)?).ok_or("the file holds no certificate")?;
            if !auth.remove_certificate(&account.id, thumbprint.as_str()).await? {
                return Err("the account has no such certificate".into());
            }
            println!("Who shows it is nobody from now on.");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line(certificate: &AccountCertificate) -> String {
    let AccountCertificate { thumbprint, subject, not_before, expires_at, .. } = certificate;
    format!("{thumbprint}  {subject}  from {not_before} until {expires_at}")
}

fn read(path: &Path) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
