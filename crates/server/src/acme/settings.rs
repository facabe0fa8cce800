//! What the operator wrote, made sure of before anything is asked of an authority.

use crate::config::{Acme, Http};
use std::net::IpAddr;

/// Where plain HTTP is at home.
const PLAIN_PORT: u16 = 80;

/// Settings that can work.
#[derive(Debug)]
pub(super) struct Settings {
    /// In lower case.
    pub(super) domains: Vec<String>,
    /// As the protocol writes it: `mailto:…`
    pub(super) contact: Vec<String>,
    pub(super) directory: String,
}

impl Settings {
    /// Says in words what cannot work.
    pub(super) fn check(acme: &Acme, http: &Http) -> Result<Self, String> {
        if acme.domains.is_empty() {
            return Err(
                "http.tls.acme.domains names no domain that a certificate is to be fetched for".to_owned()
            );
        }
        let domains = acme.domains.iter().map(|name| domain(name)).collect::<Result<Vec<_>, _>>()?;
        let contact = acme.contact.iter().map(|address| mailto(address)).collect::<Result<Vec<_>, _>>()?;
        if !acme.directory.starts_with("https://") {
            return Err("http.tls.acme.directory is an address that begins with https://".to_owned());
        }
        if http.port == PLAIN_PORT {
            return Err("http.port is 80, where plain HTTP is at home: the authority that makes sure of \
                http.tls.acme.domains comes by TLS, to port 443"
                .to_owned());
        }
        let origin = http.limits.public_origin.as_deref();
        if let Some(origin) = origin.filter(|origin| !origin.starts_with("https://")) {
            return Err(format!(
                "http.limits.public_origin is {origin}, without TLS, and [http.tls.acme] fetches a certificate"
            ));
        }
        Ok(Self { domains, contact, directory: acme.directory.clone() })
    }
}

fn domain(name: &str) -> Result<String, String> {
    let objection = if name.contains('*') {
        "a wildcard needs another kind of proof; name each domain"
    } else if name.parse::<IpAddr>().is_ok() {
        "it is an address and not a name"
    } else if rustls::pki_types::DnsName::try_from(name).is_err() {
        "it is no domain name: leave out scheme, port and path"
    } else {
        return Ok(name.to_ascii_lowercase());
    };
    Err(format!("http.tls.acme.domains has `{name}`: {objection}"))
}

fn mailto(address: &str) -> Result<String, String> {
    let bare = address.strip_prefix("mailto:").unwrap_or(address);
    match bare.split_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() => Ok(format!("mailto:{bare}")),
        _ => Err(format!("http.tls.acme.contact has `{address}`, which is no e-mail address")),
    }
}
