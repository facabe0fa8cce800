//! Certificates of services: who shows one in the handshake of a connection is the account it was given to (in the manner
//! of RFC 8705). What is kept is its SHA-256 thumbprint, as the id; a certificate is no secret.

use crate::account::USER_ACCOUNT;
use crate::audit::{self, Change};
use crate::sessions::{account_of, deletion, instant, owned};
use crate::token::CredentialId;
use crate::{Auth, Error};
use aws_lc_rs::digest::{SHA256, digest};
use pem::Pem;
use salus_core::Timestamp;
use salus_store::{Batch, Conflict, Expect, Op, Stored};
use serde_json::json;
use x509_parser::certificate::X509Certificate;
use x509_parser::time::ASN1Time;

/// The type of a certificate in the store. It is internal.
pub const ACCOUNT_CERTIFICATE: &str = "AccountCertificate";

/// The most certificates an account may have.
const MOST: usize = 20;
/// As much of a subject as is kept.
const MOST_SUBJECT_CHARS: usize = 200;

/// The SHA-256 of a certificate, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// Of a certificate in DER.
    pub fn of(der: &[u8]) -> Self {
        Self(hex::encode(digest(&SHA256, der)))
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A certificate that an account can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCertificate {
    /// Its SHA-256, in hex.
    pub thumbprint: String,
    /// The id of its account.
    pub account: String,
    /// Whom it names.
    pub subject: String,
    /// When it was given to the account.
    pub created_at: Timestamp,
    /// From then on it is good.
    pub not_before: Timestamp,
    /// From then on it no longer is.
    pub expires_at: Timestamp,
}

/// Why a certificate was not taken, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be read.
    #[error("This is not one certificate in PEM.")]
    Unreadable,
    /// It belongs to an authority.
    #[error("This is the certificate of an authority, and not of a service.")]
    Authority,
    /// It is over.
    #[error("This certificate ended at {0}.")]
    Over(Timestamp),
    /// Somebody has it.
    #[error("This certificate was given to an account already.")]
    Taken,
    /// Some have to be removed first.
    #[error("There are 20 certificates already. Remove one first.")]
    TooMany,
    /// There is no such account.
    #[error("There is no such account.")]
    NotFound,
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl AccountCertificate {
    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let parse = || {
            Some(Self {
                thumbprint: stored.id.clone(),
                account: account_of(&body)?,
                subject: body["subject"].as_str().unwrap_or_default().to_owned(),
                created_at: instant(&body["createdAt"])?,
                not_before: instant(&body["notBefore"])?,
                expires_at: instant(&body["expiresAt"])?,
            })
        };
        parse().ok_or_else(|| Error::Broken("a certificate of an account cannot be read".to_owned()))
    }
}

impl Auth {
    /// Gives a certificate to an account. From now on who shows it is that account.
    ///
    /// # Errors
    /// [`CertificateError`] says what to change.
    pub async fn add_certificate(
        &self,
        account: &str,
        pem: &str,
    ) -> Result<AccountCertificate, CertificateError> {
        let now = self.now();
        let der = single(pem).ok_or(CertificateError::Unreadable)?;
        let (_, read) =
            x509_parser::parse_x509_certificate(&der).map_err(|_| CertificateError::Unreadable)?;
        if read.is_ca() {
            return Err(CertificateError::Authority);
        }
        let (not_before, expires_at) = validity(&read).ok_or(CertificateError::Unreadable)?;
        if now >= expires_at {
            return Err(CertificateError::Over(expires_at));
        }
        if self.account(account).await?.is_none() {
            return Err(CertificateError::NotFound);
        }
        let records = self.inner.store.system("give a certificate to an account");
        if owned(&records, ACCOUNT_CERTIFICATE, account).await?.len() >= MOST {
            return Err(CertificateError::TooMany);
        }
        let certificate = AccountCertificate {
            thumbprint: Thumbprint::of(&der).0,
            account: account.to_owned(),
            subject: read.subject().to_string().chars().take(MOST_SUBJECT_CHARS).collect(),
            created_at: now,
            not_before,
            expires_at,
        };
        let resource = json!({
            "resourceType": ACCOUNT_CERTIFICATE,
            "id": certificate.thumbprint,
            "account": { "reference": format!("{USER_ACCOUNT}/{account}") },
            "subject": certificate.subject,
            "createdAt": now.to_string(),
            "notBefore": not_before.to_string(),
            "expiresAt": expires_at.to_string(),
        });
        let notes = vec![audit::changed(Change::CertificateAdded, account)];
        let batch = Batch { notes, ..Batch::of(Op::Put { resource, expect: Expect::Absent }) };
        match records.write(batch).await {
            Ok(_) => Ok(certificate),
            Err(salus_store::Error::Conflict(Conflict::Exists { .. })) => Err(CertificateError::Taken),
            Err(cause) => Err(Error::Store(cause).into()),
        }
    }

    /// The account's certificates, the newest first; those that ended are among them until they are removed.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn certificates(&self, account: &str) -> Result<Vec<AccountCertificate>, Error> {
        let records = self.inner.store.system("list the certificates of an account");
        let stored = owned(&records, ACCOUNT_CERTIFICATE, account).await?;
        let mut found = stored.iter().map(AccountCertificate::read).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.thumbprint.cmp(&b.thumbprint)));
        Ok(found)
    }

    /// Takes a certificate back; `false` where the account has no such one. From now on who shows it is nobody, over
    /// open connections, too.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn remove_certificate(&self, account: &str, thumbprint: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("take a certificate from an account");
        let Some(stored) = records.read(ACCOUNT_CERTIFICATE, thumbprint).await? else { return Ok(false) };
        if AccountCertificate::read(&stored)?.account != account {
            return Ok(false);
        }
        let notes = vec![audit::changed(Change::CertificateRemoved, account)];
        let deletion = Batch::of(deletion(ACCOUNT_CERTIFICATE, thumbprint.to_owned()));
        records.write(Batch { notes, ..deletion }).await?;
        self.inner.cache.forget(&CredentialId::Certificate(thumbprint.to_owned()));
        Ok(true)
    }
}

/// The thumbprint of the one certificate in a PEM text.
pub fn thumbprint_of_pem(pem: &str) -> Option<Thumbprint> {
    single(pem).map(|der| Thumbprint::of(&der))
}

/// The first certificate of a PEM text: it is the service's own, those after it lead to its root.
fn single(pem: &str) -> Option<Vec<u8>> {
    let all = pem::parse_many(pem).ok()?;
    all.into_iter().find(|part| part.tag() == "CERTIFICATE").map(Pem::into_contents)
}

fn validity(certificate: &X509Certificate<'_>) -> Option<(Timestamp, Timestamp)> {
    let at = |time: ASN1Time| Timestamp::from_second(time.timestamp()).ok();
    Some((at(certificate.validity().not_before)?, at(certificate.validity().not_after)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credential;
    use crate::testing::{Door, MARIA};
    use salus_outbound::testing::Authority;

    #[tokio::test]
    async fn who_shows_a_certificate_is_its_account_until_it_ends_or_is_taken_back() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let authority = Authority::named("Clients CA");
        let pem = authority.issue_until("lab.example", "lab", 2026).certificate_pem;
        let shown = Credential::Certificate(thumbprint_of_pem(&pem).unwrap());
        assert!(door.who(&shown).await.is_none(), "the authority's word alone makes nobody an account");
        let added = door.auth.add_certificate(&account, &pem).await.unwrap();
        assert_eq!((added.subject.as_str(), added.thumbprint.len()), ("CN=lab", 64));
        assert_eq!(added.expires_at.to_string(), "2026-12-31T00:00:00Z");
        let identity = door.who(&shown).await.unwrap();
        assert_eq!((&*identity.email, identity.factors.len()), (MARIA, 0), "a program cannot step up");
        assert_eq!(door.auth.certificates(&account).await.unwrap(), std::slice::from_ref(&added));
        let again = door.auth.add_certificate(&account, &pem).await;
        assert!(matches!(again, Err(CertificateError::Taken)));

        assert!(!door.auth.remove_certificate("somebody", &added.thumbprint).await.unwrap());
        assert!(door.auth.remove_certificate(&account, &added.thumbprint).await.unwrap());
        assert!(door.who(&shown).await.is_none(), "taken back at once");
        door.auth.add_certificate(&account, &pem).await.unwrap();
        assert!(door.who(&shown).await.is_some());
        door.clock.advance_seconds(366 * 86_400);
        assert!(door.who(&shown).await.is_none(), "it ended");
    }

    #[tokio::test]
    async fn what_is_no_certificate_of_a_service_is_refused() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let authority = Authority::named("Clients CA");
        let issue = |year| authority.issue_until("lab.example", "lab", year);
        for (pem, account, expect) in [
            ("no certificate".to_owned(), account.as_str(), "not one certificate"),
            (issue(2026).key_pem, &account, "not one certificate"),
            (authority.pem().to_owned(), &account, "of an authority"),
            (issue(2021).certificate_pem, &account, "ended at 2021-12-31"),
            (issue(2026).certificate_pem, "nobody", "no such account"),
        ] {
            let told = door.auth.add_certificate(account, &pem).await.unwrap_err().to_string();
            assert!(told.contains(expect), "{told}");
        }
    }
}
