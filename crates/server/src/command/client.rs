//! `salus client`: the programs that may ask people for access, looked after on the command line.

use crate::config::Config;
use crate::{Failure, house};
use clap::{Args, Subcommand};
use salus_auth::oauth::{ClientState, NewClient};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done with clients.
#[derive(Subcommand)]
pub enum Command {
    /// Register a client and vouch for it. Its secret, where it has one, is printed once.
    Add(Box<Add>),
    /// List the clients.
    List {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let a client in that registered itself.
    Approve {
        /// Its client_id.
        id: String,
    },
    /// Remove a client, with everything people gave it.
    Revoke {
        /// Its client_id.
        id: String,
    },
    /// Print an invitation with which one client may register itself within a week.
    Invite,
}

/// The flags of `client add`.
#[derive(Args)]
pub struct Add {
    /// The name to show to people.
    #[arg(long)]
    name: String,
    /// Where answers may be sent, letter for letter; may be given more than once.
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// Where somebody who signed out may be sent; may be given more than once.
    #[arg(long = "post-logout-uri")]
    post_logout_uris: Vec<String>,
    /// Where the client is opened from within Salus, for one patient.
    #[arg(long)]
    launch_uri: Option<String>,
    /// The most it may ask for, separated by spaces.
    #[arg(long, default_value = "openid fhirUser launch/patient patient/*.rs")]
    scope: String,
    /// How it proves who it is: none, client_secret_basic, client_secret_post or private_key_jwt.
    #[arg(long, default_value = "none")]
    proof: String,
    /// A file with its public keys, a JSON Web Key Set.
    #[arg(long)]
    jwks: Option<PathBuf>,
    /// Where it publishes its public keys instead.
    #[arg(long, conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// A service without a person: the e-mail address of the account it acts for.
    #[arg(long)]
    acts_for: Option<String>,
    /// The form of its access tokens: opaque or jwt.
    #[arg(long, default_value = "opaque")]
    tokens: String,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let auth = house::accounts(&store, config)?;
    match command {
        Command::Add(add) => self::add(&auth, *add).await?,
        Command::List { json } => list(&auth, json).await?,
        Command::Approve { id } => {
            let done = auth.approve_client(&id).await?;
            println!("{}", if done { "It may ask people now." } else { NONE });
        }
        Command::Revoke { id } => {
            let done = auth.remove_client(&id).await?;
            println!("{}", if done { "It is gone, with everything people gave it." } else { NONE });
        }
        Command::Invite => println!("{}", auth.invite_client().await?.expose()),
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

const NONE: &str = "There is no such client.";

async fn add(auth: &salus_auth::Auth, add: Add) -> Result<(), Failure> {
    let acts_for = match &add.acts_for {
        Some(email) => {
            let account = auth.account_by_email(email).await?;
            Some(account.ok_or("there is no account with this e-mail address")?.id)
        }
        None => None,
    };
    let new: NewClient = serde_json::from_value(add.metadata(acts_for.is_some())?)?;
    let made = auth.add_client(new, acts_for.as_deref()).await?;
    let secret = made.secret.as_ref().map(|secret| secret.expose().as_str());
    if add.json {
        println!("{}", json!({ "client_id": made.client.id, "client_secret": secret }));
        return Ok(());
    }
    println!("Registered client {}.", made.client.id);
    if let Some(secret) = secret {
        println!("Its secret, shown only now: {secret}");
    }
    Ok(())
}

impl Add {
    /// The flags by the field names of RFC 7591.
    fn metadata(&self, is_service: bool) -> Result<Value, Failure> {
        let grants = match is_service {
            true => json!(["client_credentials"]),
            false => json!(["authorization_code", "refresh_token"]),
        };
        let mut metadata = json!({
            "client_name": self.name,
            "redirect_uris": self.redirect_uris,
            "post_logout_redirect_uris": self.post_logout_uris,
            "initiate_login_uri": self.launch_uri,
            "token_endpoint_auth_method": self.proof,
            "grant_types": grants,
            "scope": self.scope,
            "jwks_uri": self.jwks_uri,
            "access_token_format": self.tokens,
        });
        if let Some(path) = &self.jwks {
            metadata["jwks"] = serde_json::from_slice(&std::fs::read(path)?)?;
        }
        Ok(metadata)
    }
}

async fn list(auth: &salus_auth::Auth, as_json: bool) -> Result<(), Failure> {
    for client in auth.clients().await? {
        let state = if client.state == ClientState::Active { "active" } else { "waiting" };
        if as_json {
            let line = json!({ "client_id": client.id, "name": client.name, "state": state, "scope": client.scope,
                               "redirect_uris": client.redirect_uris, "proof": client.auth_method.code() });
            println!("{line}");
        } else {
            println!("{}  {state:<8} {:<20} {}", client.id, client.auth_method.code(), client.name);
        }
    }
    Ok(())
}
