//! What an operator can set: `salus.toml`, overruled by the environment, overruled by flags.
//!
//! An environment variable names a section and a key: `SALUS_HTTP__PORT=8443`. An unknown key is an error
//! that names it, so that a misspelt setting never passes for a default.

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use salus_audit::AuditConfig;
use salus_auth::AuthConfig;
use salus_limits::LimitsConfig;
use salus_outbound::OutboundConfig;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// All of the configuration, a section each.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where and how Salus is reached.
    pub http: Http,
    /// Where requests and failed attempts are counted.
    pub limits: LimitsConfig,
    /// Where the data lies.
    pub store: Store,
    /// How Salus talks to other servers.
    pub outbound: OutboundConfig,
    /// How people sign in, and for how long.
    pub auth: AuthConfig,
    /// How people's rights to their records are served.
    pub rights: salus_rights::Config,
    /// How many years which type of resource is kept; what is not named is kept.
    pub retention: salus_rights::Retention,
    /// How long the audit is kept, and where its head is anchored.
    pub audit: AuditConfig,
    /// Trained models.
    pub inference: Inference,
    /// What is logged.
    pub log: Log,
}

/// Section `[http]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The address to listen on; the loopback unless set.
    pub address: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// Sizes, times and rates.
    pub limits: salus_http::HttpConfig,
    /// TLS, where it ends in Salus itself; none = plain HTTP, for the loopback or behind a proxy.
    pub tls: Option<Tls>,
    /// How many connections are open at once; further ones wait.
    pub connections: usize,
    /// How long a client may take to shake hands, and then to send the head of a request, in seconds.
    pub head_seconds: u64,
}

/// Section `[http.tls]`: a certificate from files, or one that is fetched by itself.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// A PEM file: the certificate, then those that lead to its root. Read again when it changes, and at SIGHUP.
    pub certificate: Option<PathBuf>,
    /// A PEM file: the private key.
    pub key: Option<PathBuf>,
    /// Fetches a certificate from an authority, and renews it.
    pub acme: Option<Acme>,
    /// A PEM file of authorities. Who connects must show a certificate of one of them (mutual TLS).
    pub client_ca: Option<PathBuf>,
    /// Lets in who shows no certificate, too: people in browsers, beside services that have one.
    pub client_optional: bool,
    /// Also speaks TLS 1.2, for devices that know nothing newer.
    pub allow_tls12: bool,
    /// A port where people who come without TLS are sent to `http.limits.public_origin`.
    pub redirect_port: Option<u16>,
}

/// Section `[http.tls.acme]`. Whoever names an authority here agrees to its terms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Acme {
    /// The names that people type to come here.
    pub domains: Vec<String>,
    /// E-mail addresses where the authority may say that something is wrong.
    pub contact: Vec<String>,
    /// Where the authority is found.
    pub directory: String,
    /// The folder for the key of the account and for the certificate; none = `acme` in the data folder.
    pub cache: Option<PathBuf>,
    /// A PEM file of the authority that stands behind the directory itself, where that is a private one.
    pub root: Option<PathBuf>,
}

impl Default for Acme {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            contact: Vec::new(),
            directory: "https://acme-v02.api.letsencrypt.org/directory".to_owned(),
            cache: None,
            root: None,
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8017,
            limits: salus_http::HttpConfig::default(),
            tls: None,
            connections: 4_096,
            head_seconds: 15,
        }
    }
}

/// Section `[store]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The folder that holds the database, the keys and the blobs.
    pub data: PathBuf,
    /// The file of the key-encryption key, where it lies elsewhere than in that folder.
    pub master_key: Option<PathBuf>,
    /// The list of erased records; none = `erased.log` beside the key file. Keep it out of backups: it keeps whoever
    /// was erased gone when an older copy of the folder is put back.
    pub erased_list: Option<PathBuf>,
    /// The most bytes that the database may grow to; none = as far as the disk goes.
    pub max_bytes: Option<u64>,
    /// Who holds the key-encryption key.
    pub kms: Kms,
}

/// Section `[store.kms]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kms {
    /// Which of them wraps the keys.
    pub kind: KmsKind,
    /// HashiCorp Vault, or OpenBao.
    pub vault: Option<Vault>,
    /// AWS KMS.
    pub aws: Option<Aws>,
}

/// Who can hold the key-encryption key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum KmsKind {
    /// A file of this machine.
    #[default]
    File,
    /// The transit engine of Vault.
    Vault,
    /// AWS KMS.
    Aws,
}

/// Section `[store.kms.vault]`. It signs in by AppRole where `role_id` is set, else by the token in `token_file`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// `https://vault.example:8200`
    pub address: String,
    /// Where the transit engine is mounted.
    #[serde(default = "transit")]
    pub mount: String,
    /// The name of the key.
    pub key: String,
    /// Whether the key was made with `derived=true`.
    #[serde(default)]
    pub derived: bool,
    /// The namespace, where there are any.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The file of a token that somebody else keeps fresh.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// The AppRole of this installation.
    #[serde(default)]
    pub role_id: Option<String>,
    /// The file of its secret id.
    #[serde(default)]
    pub secret_id_file: Option<PathBuf>,
}

fn transit() -> String {
    "transit".to_owned()
}

/// Section `[store.kms.aws]`. The access key comes from the environment, as every AWS tool reads it, or from here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aws {
    /// `eu-central-1`
    pub region: String,
    /// The key: its id, its ARN, or an alias.
    pub key: String,
    /// Where the service is, if not at its usual place.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The id of the access key, where it does not come from `AWS_ACCESS_KEY_ID`.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The file of its secret, where that does not come from `AWS_SECRET_ACCESS_KEY`.
    #[serde(default)]
    pub secret_access_key_file: Option<PathBuf>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            master_key: None,
            erased_list: None,
            max_bytes: None,
            kms: Kms::default(),
        }
    }
}

/// Section `[inference]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inference {
    /// The folder of the model that tells what texts mean (`model.onnx` and `tokenizer.json`); none = `model` in the data
    /// folder, else `models/minilm` beside the folder of the program.
    pub model: Option<PathBuf>,
}

/// Section `[log]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A filter such as `info` or `salus_store=debug,info`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

impl Config {
    /// The folder of the model that tells what texts mean, whether it is there or not.
    pub fn model_folder(&self) -> PathBuf {
        if let Some(folder) = &self.inference.model {
            return folder.clone();
        }
        let own = self.store.data.join("model");
        let program = std::env::current_exe().ok();
        let beside = program.as_deref().and_then(|path| Some(path.parent()?.parent()?.join("models/minilm")));
        beside.filter(|folder| !own.exists() && folder.exists()).unwrap_or(own)
    }

    /// Reads the configuration: the file if it is there (an explicitly named one must be), then the environment.
    ///
    /// # Errors
    /// When the named file is absent, or a key or value is not understood; the message names it.
    pub fn load(file: Option<&Path>) -> Result<Self, Box<figment::Error>> {
        let toml = match file {
            Some(path) => Toml::file_exact(path),
            None => Toml::file("salus.toml"),
        };
        Figment::from(toml)
            .merge(Env::prefixed("SALUS_").filter(|key| key.as_str().contains("__")).split("__"))
            .extract()
            .map_err(Box::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("salus.toml");
        std::fs::write(&path, toml).unwrap();
        Config::load(Some(&path)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_overrules_the_defaults_key_by_key() {
        let config = load("[http]\nport = 9000").unwrap();
        assert_eq!(config.http.port, 9000);
        assert_eq!(config.http.address, Http::default().address);
        assert_eq!(config.auth, AuthConfig::default());
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = load("[http]\nprot = 9000").unwrap_err();
        assert!(error.contains("prot"), "{error}");
    }

    #[test]
    fn a_named_file_must_exist() {
        assert!(Config::load(Some(Path::new("/nowhere/salus.toml"))).is_err());
    }
}
