//! What an operator says of another provider: a table `[[auth.providers]]`.

use crate::Error;
use salus_outbound::OutboundConfig;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use url::{Host, Url};

/// A provider of OpenID Connect by which people may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// A word for it in addresses: small letters, digits and hyphens. Its callback is
    /// `/api/v1/session/providers/ID/callback`.
    pub id: String,
    /// The name to show to people.
    pub name: String,
    /// Its issuer, letter for letter as it calls itself: `https://accounts.example.org`.
    pub issuer: String,
    /// What it knows Salus as.
    pub client_id: String,
    /// A file with the secret that it gave Salus, on one line; none where it gave none.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What it is asked for beside `openid`. The e-mail address is shown beside the link, and used for nothing else.
    #[serde(default = "email")]
    pub scopes: Vec<String>,
}

fn email() -> Vec<String> {
    vec!["email".to_owned()]
}

const MOST_ID_CHARS: usize = 40;
const MOST_NAME_CHARS: usize = 60;

impl ProviderConfig {
    /// Makes sure that it can work; the words name the key that is wrong.
    pub(super) fn judge(&self, outbound: &OutboundConfig) -> Result<(), Error> {
        let is_sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let (id, name) = (self.id.as_bytes(), self.name.trim());
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic());
        let wrong = match () {
            () if id.is_empty() || id.len() > MOST_ID_CHARS || !id.iter().copied().all(is_sign) => {
                "id has small letters, digits and hyphens, 40 at most"
            }
            () if name.is_empty() || name.chars().count() > MOST_NAME_CHARS => "name has 1 to 60 characters",
            () if !may_be_asked(&self.issuer, outbound.allow_plain_http) => {
                "issuer is an https address without user, query and fragment; http on this very machine alone, by its \
                 number"
            }
            () if self.client_id.is_empty() => "client_id is empty",
            () if !self.scopes.iter().all(is_scope) => "scopes are words without spaces",
            () => return Ok(()),
        };
        Err(Error::Config(format!("auth.providers.{}: {wrong}", self.id)))
    }
}

/// Whether a request may go to an address at all: by TLS, or on this machine.
pub(super) fn may_be_asked(address: &str, allow_plain_http: bool) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_here = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4).is_loopback(),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6).is_loopback(),
        Some(Host::Domain(_)) | None => false,
    };
    let is_protected = match url.scheme() {
        "https" => url.has_host(),
        "http" => is_here || allow_plain_http,
        _ => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_protected && is_bare && url.query().is_none() && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> ProviderConfig {
        ProviderConfig {
            id: "house".to_owned(),
            name: "The house".to_owned(),
            issuer: "https://id.example".to_owned(),
            client_id: "salus".to_owned(),
            client_secret_file: None,
            scopes: email(),
        }
    }

    #[test]
    fn what_cannot_work_is_told_at_the_start() {
        let issuer = |issuer: &str| ProviderConfig { issuer: issuer.to_owned(), ..provider() };
        for (what, provider, is_fine) in [
            ("as it should be", provider(), true),
            ("a path", issuer("https://id.example/realms/a"), true),
            ("this machine", issuer("http://127.0.0.1:8080"), true),
            ("this machine by IPv6", issuer("http://[::1]:8080"), true),
            ("a name without TLS", issuer("http://localhost:8080"), false),
            ("without TLS", issuer("http://id.example"), false),
            ("another scheme", issuer("javascript:alert(1)"), false),
            ("a query", issuer("https://id.example?a=b"), false),
            ("a user", issuer("https://ada@id.example"), false),
            ("no address", issuer("id.example"), false),
            ("an id with a slash", ProviderConfig { id: "a/b".to_owned(), ..provider() }, false),
            ("no id", ProviderConfig { id: String::new(), ..provider() }, false),
            ("no name", ProviderConfig { name: " ".to_owned(), ..provider() }, false),
            ("no client", ProviderConfig { client_id: String::new(), ..provider() }, false),
            ("two scopes in one", ProviderConfig { scopes: vec!["a b".to_owned()], ..provider() }, false),
        ] {
            assert_eq!(provider.judge(&OutboundConfig::default()).is_ok(), is_fine, "{what}");
        }
    }
}
