//! Who sends this request? From a cookie or a bearer token to a [`Subject`].

use crate::account::{Account, USER_ACCOUNT};
use crate::api_tokens::{API_TOKEN, ApiToken};
use crate::cache::{Known, good_until};
use crate::certificates::{ACCOUNT_CERTIFICATE, AccountCertificate};
use crate::factor;
use crate::method::{Method, Proof, stepped_up_at};
use crate::oauth::{ClientId, Delegation};
use crate::sessions::{Session, USER_SESSION};
use crate::token::{Credential, CredentialId};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_access::{Role, Subject};
use salus_core::Timestamp;
use salus_store::{Batch, Expect, Op};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A session is marked as used at most so often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Somebody whose credential is good. Has no `Debug`: it names people.
#[derive(Clone)]
pub struct Identity {
    /// Who it is, and what they may do with this credential.
    pub subject: Arc<Subject>,
    /// The e-mail address of the account.
    pub email: Arc<str>,
    /// What was shown.
    pub credential: CredentialId,
    /// What the credential is good for.
    pub scope: TokenScope,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// How they showed who they are in this session; nothing where a program acts for them.
    pub methods: Arc<[Method]>,
    /// When they last did; for a token, when it was issued.
    pub proved_at: Timestamp,
    /// When they last showed the most that their account asks for; none where a program acts for them.
    pub stepped_up_at: Option<Timestamp>,
    /// What they can show it with again: the account's second factors, or else its password.
    pub factors: Arc<[Method]>,
    /// The client that acts for them; none where they act themselves.
    pub client: Option<ClientId>,
    /// What that client was given.
    pub delegation: Option<Arc<Delegation>>,
    /// Whether the account's role asks for a second factor and it has none yet: then it may do nothing but set one up.
    pub lacks_second_factor: bool,
}

/// What a credential is good for; a session is good for everything its account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Reading only.
    Read,
    /// Everything the account may do.
    Write,
    /// Breaking the glass and what that opens, and nothing else: the key of a hospital's system.
    Emergency,
}

impl TokenScope {
    /// The word for it in tokens and in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Emergency => "emergency",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Emergency].into_iter().find(|scope| scope.code() == code)
    }

    fn narrow(self, mut subject: Subject) -> Subject {
        match self {
            Self::Write => {}
            Self::Read => subject.policy = subject.policy.looking_only(),
            Self::Emergency => {
                subject.policy.rules.clear();
                subject.patients.clear();
                subject.roles = vec![Role::Emergency];
            }
        }
        subject
    }
}

impl Auth {
    /// Who shows this credential; `None` where it is unknown, ended, revoked, or its account disabled.
    ///
    /// A session counts as used by this.
    ///
    /// # Errors
    /// Whatever the store says to reading the session and its account.
    pub async fn authenticate(&self, credential: &Credential) -> Result<Option<Identity>, Error> {
        let Some(id) = credential.id() else { return Ok(None) };
        let now = self.now();
        let known = match self.inner.cache.get(&id, now) {
            Some(known) => known,
            None => {
                let mark = self.inner.cache.mark();
                let Some(known) = self.look_up(credential, &id, now).await? else { return Ok(None) };
                let known = Arc::new(known);
                self.inner.cache.remember(id, Arc::clone(&known), mark);
                known
            }
        };
        if !self.is_alive(&known, now) {
            return Ok(None);
        }
        self.mark_seen(&known, now).await;
        Ok(Some(known.identity.clone()))
    }

    async fn look_up(
        &self,
        credential: &Credential,
        id: &CredentialId,
        now: Timestamp,
    ) -> Result<Option<Known>, Error> {
        let records = self.inner.store.system("authenticate a request");
        let (account, scope, expires_at, seen_at, version, proofs, proved_at, delegation) = match id {
            CredentialId::Session(id) => {
                let Some(stored) = records.read(USER_SESSION, id).await? else { return Ok(None) };
                let Session { account, expires_at, seen_at, created_at, proofs, .. } =
                    Session::read(&stored)?;
                let proved_at = proofs.iter().map(|proof| proof.at).max().unwrap_or(created_at);
                (account, TokenScope::Write, expires_at, seen_at, stored.version, proofs, proved_at, None)
            }
            CredentialId::Token(id) => {
                let Some(stored) = records.read(API_TOKEN, id).await? else { return Ok(None) };
                let ApiToken { account, scope, expires_at, created_at, .. } = ApiToken::read(&stored)?;
                (account, scope, expires_at, now, stored.version, Vec::new(), created_at, None)
            }
            CredentialId::Certificate(id) => {
                let Some(stored) = records.read(ACCOUNT_CERTIFICATE, id).await? else { return Ok(None) };
                let found = AccountCertificate::read(&stored)?;
                if now < found.not_before {
                    return Ok(None);
                }
                let (since, until) = (found.created_at, found.expires_at);
                (found.account, TokenScope::Write, until, now, stored.version, Vec::new(), since, None)
            }
            CredentialId::Access(id) => {
                let Some(found) = self.delegated(credential, id).await? else { return Ok(None) };
                let (since, until) = found.span;
                (found.account, TokenScope::Write, until, now, 0, Vec::new(), since, Some(found.delegation))
            }
        };
        let Some(stored) = records.read(USER_ACCOUNT, &account).await? else { return Ok(None) };
        let account = Account::read(&stored)?;
        if !account.is_active {
            return Ok(None);
        }
        let (subject, changes) = self.subject_until(&account).await?;
        // What an emergency adds comes after the narrowing: it is all that a key for emergencies is good for.
        let (mut subject, emergencies) = self.with_emergencies(scope.narrow(subject), &account).await?;
        let until = changes.into_iter().chain(emergencies).min();
        let factors = match id {
            CredentialId::Session(_) => factor::step_up_with(&records, &account.id).await?,
            CredentialId::Token(_) | CredentialId::Access(_) | CredentialId::Certificate(_) => Vec::new(),
        };
        if let Some(delegation) = &delegation {
            delegation.bound(&mut subject);
        }
        let identity = Identity {
            subject: Arc::new(subject),
            email: account.email.as_str().into(),
            credential: id.clone(),
            scope,
            expires_at,
            methods: proofs.iter().map(|proof: &Proof| proof.method).collect(),
            proved_at,
            stepped_up_at: stepped_up_at(&proofs, factors.iter().any(|factor| factor.is_second())),
            lacks_second_factor: factors == [Method::Password] && self.asks_for_second_factor(&account.roles),
            factors: factors.into(),
            client: delegation.as_ref().map(|delegation| delegation.client.clone()),
            delegation: delegation.map(Arc::new),
        };
        let seen_us = AtomicI64::new(seen_at.as_microsecond());
        Ok(Some(Known { identity, version, seen_us, good_until: good_until(now, until) }))
    }

    fn asks_for_second_factor(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.inner.config.second_factor_required_for.contains(role))
    }

    fn is_alive(&self, known: &Known, now: Timestamp) -> bool {
        let idle_us = self.inner.config.idle().as_secs() * 1_000_000;
        let is_idle = || now.as_microsecond() >= known.seen_us.load(Ordering::SeqCst).saturating_add(idle_us);
        let may_idle = !matches!(known.identity.credential, CredentialId::Session(_));
        now < known.identity.expires_at && (may_idle || !is_idle())
    }

    /// Writes down that the session is in use. It is not worth failing a request: a full disk must not lock people out.
    async fn mark_seen(&self, known: &Known, now: Timestamp) {
        let CredentialId::Session(id) = &known.identity.credential else { return };
        let (seen, now_us) = (known.seen_us.load(Ordering::SeqCst), now.as_microsecond());
        let is_due = now_us.saturating_sub(seen) >= SEEN_EVERY.as_secs() * 1_000_000;
        let is_ours =
            || known.seen_us.compare_exchange(seen, now_us, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if !is_due || !is_ours() {
            return;
        }
        if let Err(cause) = self.write_seen(id, known.version, now).await
            && !matches!(cause, Error::Store(salus_store::Error::Conflict(_)))
        {
            tracing::warn!(error = %cause, "a session could not be marked as used");
        }
    }

    async fn write_seen(&self, id: &str, version: u64, now: Timestamp) -> Result<(), Error> {
        let records = self.inner.store.system("mark a session as used");
        let Some(stored) = records.read(USER_SESSION, id).await? else { return Ok(()) };
        let mut resource = stored.json()?;
        resource["seenAt"] = now.to_string().into();
        records.write(Batch::of(Op::Put { resource, expect: Expect::Version(version) })).await?;
        Ok(())
    }
}
