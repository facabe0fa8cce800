//! ID tokens: who signed in, when and how, told to one client.

use super::client::Client;
use super::grant::Grant;
use super::shelf::Filed;
use crate::{Account, Auth, Error};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use salus_access::scope::{Grant as Gives, Scopes};
use salus_access::{Relationship, Role};
use serde_json::json;

/// Long enough for a client to look at it, which it does at once.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

impl Auth {
    /// The ID token for a client that asked by `openid`; it is meant for that client alone.
    pub(super) async fn id_token(
        &self,
        client: &Filed<Client>,
        account: &Account,
        grant: &Grant,
        nonce: Option<&str>,
        access_token: &str,
    ) -> Result<String, Error> {
        let scopes = Scopes::parse(&grant.scope);
        let now = self.now();
        let mut claims = json!({
            "iss": self.issuer().as_str(),
            "sub": account.id,
            "aud": client.id,
            "iat": now.as_second(),
            "exp": (now + LIFE).as_second(),
            "auth_time": grant.signed_in_at.as_second(),
            "at_hash": half_hash(access_token),
        });
        if !grant.methods.is_empty() {
            claims["amr"] = json!(grant.methods);
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        if let Some(user) = self.fhir_user(account).filter(|_| scopes.gives(&Gives::FhirUser)) {
            claims["fhirUser"] = user.into();
        }
        if scopes.gives(&Gives::Profile) {
            claims["name"] = account.display_name.as_str().into();
        }
        if scopes.gives(&Gives::Email) {
            claims["email"] = account.email.as_str().into();
        }
        self.sign_jwt(client.id_token_alg, "JWT", &claims).await
    }

    /// The address of the resource that stands for the account's holder: the practitioner where they work as one, else
    /// their own `Patient`.
    pub fn fhir_user(&self, account: &Account) -> Option<String> {
        let works = account.roles.iter().any(|role| matches!(role, Role::Clinician | Role::Pharmacist));
        let practitioner =
            account.practitioner.as_ref().filter(|_| works).map(|id| format!("Practitioner/{id}"));
        let own =
            || account.patients.iter().find(|(_, relationship)| **relationship == Relationship::Oneself);
        let reference = practitioner.or_else(|| own().map(|(id, _)| format!("Patient/{id}")))?;
        Some(format!("{}/{reference}", self.issuer().fhir()))
    }
}

/// The left half of the SHA-256 (OpenID Connect Core §3.1.3.6), for both of our algorithms.
fn half_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_as_in_the_standards_example() {
        // OpenID Connect Core 1.0, appendix A.3.
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
