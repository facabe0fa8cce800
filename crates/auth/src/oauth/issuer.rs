//! Where Salus is found from outside: the name of the issuer, and the addresses that follow from it.

use crate::Auth;
use std::sync::Arc;

/// The origin of this installation, without a slash at its end: `https://salus.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(Arc<str>);

impl Issuer {
    /// The issuer at this origin.
    pub fn at(origin: &str) -> Self {
        Self(origin.trim_end_matches('/').into())
    }

    /// The name that stands in tokens as `iss`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The base of the FHIR interface, which is what access tokens are meant for.
    pub fn fhir(&self) -> String {
        format!("{}/fhir/r4", self.0)
    }

    /// An endpoint: `token`, `authorize`, …
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth/{name}", self.0)
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::at("http://localhost")
    }
}

impl Auth {
    /// Says where this installation is found from outside. The first word counts.
    pub fn is_found_at(&self, origin: &str) {
        let _already = self.inner.oauth.issuer.set(Issuer::at(origin));
    }

    /// Where this installation is found from outside.
    pub fn issuer(&self) -> &Issuer {
        self.inner.oauth.issuer.get_or_init(Issuer::default)
    }
}
