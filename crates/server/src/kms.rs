//! The key-encryption key that the configuration names.

use crate::Failure;
use crate::config::{Aws, Config, KmsKind, Vault};
use salus_core::{Clock, Secret, SystemClock, SystemRng};
use salus_outbound::Outbound;
use salus_outbound::sigv4::Credentials;
use salus_store::{AwsKms, AwsKmsConfig, Kms, LocalKeyFile, VaultAuth, VaultConfig, VaultTransit};
use std::path::Path;
use std::sync::Arc;

/// Opens one of them, whether or not it is the one in use.
pub async fn open(config: &Config, kind: KmsKind) -> Result<Arc<dyn Kms>, Failure> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || open_blocking(&config, kind)).await?
}

fn open_blocking(config: &Config, kind: KmsKind) -> Result<Arc<dyn Kms>, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let section = |name: &str| format!("the configuration has no section [store.kms.{name}]");
    match kind {
        KmsKind::File => {
            let path = crate::house::store_config(config).key_file();
            Ok(Arc::new(LocalKeyFile::open(&path, false, Arc::new(SystemRng))?))
        }
        KmsKind::Vault => {
            let vault = config.store.kms.vault.as_ref().ok_or_else(|| section("vault"))?;
            let outbound = Outbound::new(&config.outbound)?;
            Ok(Arc::new(VaultTransit::open(vault_config(vault)?, &outbound, clock)?))
        }
        KmsKind::Aws => {
            let aws = config.store.kms.aws.as_ref().ok_or_else(|| section("aws"))?;
            let outbound = Outbound::new(&config.outbound)?;
            Ok(Arc::new(AwsKms::open(aws_config(aws)?, &outbound, clock)?))
        }
    }
}

fn vault_config(vault: &Vault) -> Result<VaultConfig, Failure> {
    let auth = match (&vault.role_id, &vault.secret_id_file, &vault.token_file) {
        (Some(role_id), Some(file), None) => {
            VaultAuth::AppRole { role_id: role_id.clone(), secret_id_file: file.clone() }
        }
        (None, None, Some(file)) => VaultAuth::TokenFile(file.clone()),
        _ => return Err("[store.kms.vault] takes token_file, or role_id and secret_id_file".into()),
    };
    Ok(VaultConfig {
        address: vault.address.clone(),
        mount: vault.mount.clone(),
        key: vault.key.clone(),
        derived: vault.derived,
        namespace: vault.namespace.clone(),
        auth,
    })
}

fn aws_config(aws: &Aws) -> Result<AwsKmsConfig, Failure> {
    let credentials = aws_credentials(aws.access_key_id.as_deref(), aws.secret_access_key_file.as_deref())?;
    Ok(AwsKmsConfig {
        region: aws.region.clone(),
        key: aws.key.clone(),
        endpoint: aws.endpoint.clone(),
        credentials,
    })
}

/// The access key of AWS: from the configuration, or from the environment, as every AWS tool reads it.
pub fn aws_credentials(id: Option<&str>, secret_file: Option<&Path>) -> Result<Credentials, Failure> {
    let access_key_id = id.map(str::to_owned).or_else(|| std::env::var("AWS_ACCESS_KEY_ID").ok());
    let secret = match secret_file {
        Some(path) => Some(read(path)?),
        None => std::env::var("AWS_SECRET_ACCESS_KEY").ok().map(Secret::new),
    };
    Ok(Credentials {
        access_key_id: access_key_id.ok_or("AWS needs an access key: set AWS_ACCESS_KEY_ID")?,
        secret_access_key: secret.ok_or("AWS needs an access key: set AWS_SECRET_ACCESS_KEY")?,
        session_token: std::env::var("AWS_SESSION_TOKEN").ok().map(Secret::new),
    })
}

fn read(path: &Path) -> Result<Secret<String>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Secret::new(text.trim().to_owned()))
}
