//! What every subcommand stands on: the opened store, the accounts, and the list of capabilities.

use crate::config::{Config, KmsKind};
use crate::{Failure, kms};
use salus_auth::{Auth, AuthConfig};
use salus_core::{Clock, SystemClock, SystemRng};
use salus_http::{App, Capability};
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
    Ok(Auth::open(
        store.clone(),
        AuthConfig {
            public_origin: config.http.limits.public_origin.clone(),
            outbound: config.outbound.clone(),
            ..config.auth.clone()
        },
    )?)
}

/// Everything that is mounted. A new capability is one crate and one line here.
pub fn capabilities(config: &Config) -> Vec<Capability> {
    vec![
        salus_identity::capability(),
        salus_rest::capability(),
        salus_records::capability(),
        salus_consent::capability(),
        salus_emergency::capability(),
        salus_audit::capability(),
        salus_custody::capability(),
        salus_rights::capability(config.rights.clone(), config.retention.clone()),
    ]
}

/// The state that handlers and jobs share.
pub fn app(store: Store, config: &Config) -> Result<App, Failure> {
    let auth = accounts(&store, config)?;
    let mut limits = config.http.limits.clone();
    limits.is_tls |= config.http.tls.is_some();
    Ok(App::new(store, auth, limits))
}
