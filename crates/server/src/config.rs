//! What an operator can set: `salus.toml`, overruled by the environment, overruled by flags.
//!
//! An environment variable names a section and a key: `SALUS_HTTP__PORT=8443`. An unknown key is an error
//! that names it, so that a misspelt setting never passes for a default.

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use salus_auth::AuthConfig;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// All of the configuration, a section each.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where and how Salus is reached.
    pub http: Http,
    /// Where the data lies.
    pub store: Store,
    /// How people sign in, and for how long.
    pub auth: AuthConfig,
    /// What is logged.
    pub log: Log,
}

/// Section `[http]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The address to listen on; the loopback unless set, because TLS ends in front of Salus.
    pub address: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// Sizes, times and rates.
    pub limits: salus_http::HttpConfig,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8017,
            limits: salus_http::HttpConfig::default(),
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
}

impl Default for Store {
    fn default() -> Self {
        Self { data: PathBuf::from("data"), master_key: None, erased_list: None, max_bytes: None }
    }
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
