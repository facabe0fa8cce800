//! `salus demo`: a store full of synthetic people, a login for each role, and the server over it.

use super::serve::{serve, start_log};
use crate::config::{self, Config};
use crate::{Failure, house};
use clap::Args;
use salus_auth::{AccountChange, NewAccount};
use salus_core::{Rng, Secret, SystemRng};
use salus_http::App;
use salus_store::{Batch, Expect, Op};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The flags of `demo`.
#[derive(Args)]
pub struct Arguments {
    /// The port; overrules the configuration.
    #[arg(long)]
    port: Option<u16>,
    /// Only fill the store, serve nothing.
    #[arg(long)]
    no_serve: bool,
}

/// Where the demo's data lie unless `--data` says otherwise.
const FOLDER: &str = "data/demo";
/// The list of logins in the data folder.
const LOGINS: &str = "logins.json";

/// Fills the store at the first start, then serves it.
pub async fn run(mut config: Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    if config.store == config::Store::default() {
        config.store.data = PathBuf::from(FOLDER);
    }
    if let Some(port) = arguments.port {
        config.http.port = port;
    }
    start_log(&config)?;
    let store = house::open(&config).await?;
    let app = house::app(store.clone(), &config).await?;
    let path = config.store.data.join(LOGINS);
    let logins = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => fill(&app, &path).await?,
    };
    if arguments.no_serve {
        print_logins(&logins, &path);
        store.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    drop(store);
    serve(app, &config, |address| {
        println!("Salus is listening on {address}");
        print_logins(&logins, &path);
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the people, their documents and the accounts; the logins come last, as the sign that all is there.
async fn fill(app: &App, path: &Path) -> Result<Value, Failure> {
    let today = app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let records = app.store.system("fill the demo with synthetic people");
    for person in salus_demo::people(today) {
        let ops =
            person.resources.into_iter().map(|resource| Op::Put { resource, expect: Expect::Any }).collect();
        records.write(Batch { ops, ..Batch::default() }).await?;
        for document in person.documents {
            let title = document.title;
            salus_records::receive_document(app, &records, &person.id, &title, document.pdf.into()).await?;
        }
    }
    let mut logins = Vec::new();
    for account in salus_demo::accounts() {
        let password = password(&SystemRng);
        let roles = account.roles.iter().map(|role| role.parse()).collect::<Result<Vec<_>, _>>()?;
        let patients = account.patients.iter();
        let patients = patients.map(|(id, relationship)| Ok(((*id).to_owned(), relationship.parse()?)));
        let id = app
            .auth
            .create_account(NewAccount {
                email: account.email.to_owned(),
                display_name: account.display_name.to_owned(),
                roles,
                patients: patients.collect::<Result<_, Failure>>()?,
                practitioner: account.practitioner.map(str::to_owned),
                organization: None,
                password: Secret::new(password.clone()),
            })
            .await?;
        let change = AccountChange { is_verified: Some(account.is_verified), ..AccountChange::default() };
        app.auth.change_account(&id, change).await?;
        logins.push(json!({
            "role": account.roles.join(", "),
            "name": account.display_name,
            "email": account.email,
            "password": password,
        }));
    }
    let logins = Value::Array(logins);
    std::fs::write(path, serde_json::to_vec_pretty(&logins)?)?;
    Ok(logins)
}

/// Four groups of four letters and digits that cannot be mistaken for one another: 80 bits.
fn password(rng: &dyn Rng) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> =
        rng.bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn print_logins(logins: &Value, path: &Path) {
    println!("Everybody here is invented. Logins (also in {}):", path.display());
    for login in logins.as_array().into_iter().flatten() {
        let field = |name: &str| login.get(name).and_then(Value::as_str).unwrap_or_default();
        println!("  {:<12} {:<28} {}", field("role"), field("email"), field("password"));
    }
}
