//! Sessions: where an account is signed in, and how that ends.

use crate::account::USER_ACCOUNT;
use crate::audit;
use crate::method::{Method, Proof};
use crate::token::CredentialId;
use crate::{Auth, Error};
use salus_core::Timestamp;
use salus_fhir::search::Query;
use salus_store::{Batch, Expect, Op, Page, Records, Stored};
use serde_json::Value;
use serde_json::json;

/// The type of a session in the store. It is internal.
pub const USER_SESSION: &str = "UserSession";

/// More than an account can have: a new one replaces the oldest.
const ALL: u32 = 500;

/// A place where an account is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id it is stored under. It opens nothing.
    pub id: String,
    /// The id of its account.
    pub account: String,
    /// When the sign-in was.
    pub created_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// What the browser said it is.
    pub agent: String,
    /// Where from it was begun.
    pub address: Option<String>,
    /// How its holder showed who they are, each method once with its last time.
    pub proofs: Vec<Proof>,
}

impl Session {
    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let proof = |entry: &Value| {
            Some(Proof { method: Method::parse(entry["method"].as_str()?)?, at: instant(&entry["at"])? })
        };
        let parse = || {
            Some(Self {
                id: stored.id.clone(),
                account: account_of(&body)?,
                created_at: instant(&body["createdAt"])?,
                seen_at: instant(&body["seenAt"])?,
                expires_at: instant(&body["expiresAt"])?,
                agent: body["agent"].as_str().unwrap_or_default().to_owned(),
                address: body["address"].as_str().map(str::to_owned),
                proofs: body["proof"].as_array().into_iter().flatten().map(proof).collect::<Option<_>>()?,
            })
        };
        parse().ok_or_else(|| Error::Broken("a session cannot be read".to_owned()))
    }

    pub(crate) fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": USER_SESSION,
            "id": self.id,
            "account": { "reference": format!("{USER_ACCOUNT}/{}", self.account) },
            "createdAt": self.created_at.to_string(),
            "seenAt": self.seen_at.to_string(),
            "expiresAt": self.expires_at.to_string(),
        });
        if !self.agent.is_empty() {
            resource["agent"] = self.agent.as_str().into();
        }
        if let Some(address) = &self.address {
            resource["address"] = address.as_str().into();
        }
        if !self.proofs.is_empty() {
            let proof = |proof: &Proof| json!({ "method": proof.method.code(), "at": proof.at.to_string() });
            resource["proof"] = self.proofs.iter().map(proof).collect();
        }
        resource
    }
}

pub(crate) fn account_of(body: &Value) -> Option<String> {
    let reference = body["account"]["reference"].as_str()?;
    reference.strip_prefix("UserAccount/").map(str::to_owned)
}

pub(crate) fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// What an account has of a type that refers to it by `account`.
pub(crate) async fn owned(records: &Records, type_name: &str, account: &str) -> Result<Vec<Stored>, Error> {
    let pairs = [("account".to_owned(), format!("{USER_ACCOUNT}/{account}"))];
    let query = Query::parse(type_name, &pairs).map_err(|cause| Error::Broken(cause.to_string()))?;
    Ok(records.search(&query, Page::first(ALL)).await?.matches)
}

pub(crate) fn deletion(type_name: &str, id: String) -> Op {
    Op::Delete { type_name: type_name.to_owned(), id, expect: Expect::Any }
}

impl Auth {
    /// Where the account is signed in, the newest first.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn sessions(&self, account: &str) -> Result<Vec<Session>, Error> {
        let now = self.now();
        let idle = self.inner.config.idle();
        let stored = owned(&self.inner.store.system("list sessions"), USER_SESSION, account).await?;
        let mut sessions = stored.iter().map(Session::read).collect::<Result<Vec<_>, _>>()?;
        sessions.retain(|session| now < session.expires_at && now < session.seen_at + idle);
        sessions.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(sessions)
    }

    /// Ends every session of the account but `keep`, and gives how many.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn end_other_sessions(&self, account: &str, keep: &CredentialId) -> Result<usize, Error> {
        let records = self.inner.store.system("sign out elsewhere");
        let mut ended = 0;
        for stored in owned(&records, USER_SESSION, account).await? {
            let id = CredentialId::Session(stored.id.clone());
            if id != *keep {
                records.write(Batch::of(deletion(USER_SESSION, stored.id))).await?;
                self.inner.cache.forget(&id);
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// Ends one session of the account; `false` where it has no such session. From now on its cookie opens nothing.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn end_session(&self, account: &str, id: &str) -> Result<bool, Error> {
        let records = self.inner.store.system("sign out");
        let Some(stored) = records.read(USER_SESSION, id).await? else { return Ok(false) };
        if Session::read(&stored)?.account != account {
            return Ok(false);
        }
        let ending = Batch::of(deletion(USER_SESSION, id.to_owned()));
        records.write(Batch { notes: vec![audit::sign_out(account)], ..ending }).await?;
        self.inner.cache.forget(&CredentialId::Session(id.to_owned()));
        Ok(true)
    }
}
