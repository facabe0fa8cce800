//! What every subcommand stands on: the opened store, the accounts, and the list of capabilities.

use crate::config::{Config, KmsKind};
use crate::{Failure, kms};
use salus_auth::{Auth, AuthConfig};
use salus_core::{Clock, SystemClock, SystemRng};
use salus_http::{App, Capability};
use salus_limits::Counters;
use salus_records::{Meanings, Reader};
use salus_store::{Store, StoreConfig};
use std::sync::Arc;

/// Opens the store of the configuration with the real clock and the real randomness.
pub async fn open(config: &Config) -> Result<Store, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let settings = store_config(config);
    let store = match config.store.kms.kind {
        KmsKind::File => Store::open(settings, clock, Arc::new(SystemRng)).await,
        kind => {
            Store::open_with_kms(settings, kms::open(config, kind).await?, clock, Arc::new(SystemRng)).await
        }
    };
    store.map_err(|error| format!("cannot open {}: {error}", config.store.data.display()).into())
}

/// The store's part of the configuration.
pub fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        master_key: config.store.master_key.clone(),
        erased_list: config.store.erased_list.clone(),
        max_bytes: config.store.max_bytes,
        ..StoreConfig::at(&config.store.data)
    }
}

/// The accounts in the store.
pub fn accounts(store: &Store, config: &Config) -> Result<Auth, Failure> {
    Ok(Auth::open(store.clone(), auth_config(config))?)
}

fn auth_config(config: &Config) -> AuthConfig {
    AuthConfig {
        public_origin: config.http.limits.public_origin.clone(),
        outbound: config.outbound.clone(),
        ..config.auth.clone()
    }
}

/// Everything that is mounted. A new capability is one crate and one line here.
pub fn capabilities(config: &Config, meanings: Meanings) -> Vec<Capability> {
    vec![
        salus_identity::capability(),
        salus_rest::capability(),
        salus_records::capability_with(reader(), meanings),
        salus_consent::capability(),
        salus_emergency::capability(),
        salus_audit::capability(),
        salus_custody::capability(),
        salus_rights::capability(config.rights.clone(), config.retention.clone()),
    ]
}

/// Documents are read by this very program, each in a process of its own.
fn reader() -> Reader {
    // Where the system does not tell what runs, the name leads to it.
    Reader::Apart(std::env::current_exe().unwrap_or_else(|_| "salus".into()))
}

/// The state that handlers and jobs share.
pub async fn app(store: Store, config: &Config) -> Result<App, Failure> {
    let secret = store.secret("limits").await?;
    let counters = Counters::open(&config.limits, secret, Arc::clone(store.clock())).await?;
    let auth = Auth::open_with(store.clone(), auth_config(config), counters.clone())?;
    let mut limits = config.http.limits.clone();
    limits.is_tls |= config.http.tls.is_some();
    let app = App::new(store, auth, limits);
    if counters.condition().is_some() {
        app.tells("limits", move || counters.condition().unwrap_or((true, String::new())));
    }
    Ok(app)
}
