//! The second step of a sign-in, and showing once more who one is.

use crate::account::Account;
use crate::audit::{self, Outcome};
use crate::factor::methods_of;
use crate::lockout::{Attempt, household};
use crate::method::{Method, Proof, amr};
use crate::sessions::{Session, USER_SESSION, deletion};
use crate::sign_in::{NewSession, SignInError};
use crate::token::{CredentialId, fresh_session, stored_id};
use crate::{Auth, Error, FactorError};
use salus_core::{Secret, Timestamp};
use salus_store::Batch;
use serde_json::Value;
use std::net::IpAddr;

/// What somebody shows. Has no `Debug`.
pub enum Shown {
    /// The password.
    Password(Secret<String>),
    /// A code of an authenticator app.
    Totp(Secret<String>),
    /// A code that was sent, by whichever way.
    Sent(Secret<String>),
    /// A recovery code.
    Recovery(Secret<String>),
    /// A passkey's answer, as the browser gives it.
    Passkey(Value),
}

/// A sign-in whose first step was right: it opens nothing but the second.
pub struct HalfOpen {
    /// The value of the sign-in's cookie.
    pub secret: Secret<String>,
    /// What the second step can be.
    pub factors: Vec<Method>,
    /// Until when it has to be taken.
    pub until: Timestamp,
}

impl Auth {
    /// Begins a sign-in by a passkey alone: the cookie's value, and what to ask the browser.
    ///
    /// # Errors
    /// [`FactorError::Unavailable`] where this installation's address cannot have passkeys.
    pub fn begin_passkey_sign_in(&self) -> Result<(Secret<String>, Value), FactorError> {
        let (secret, id) = fresh_session(&**self.inner.store.rng());
        let options = self.ask_any_passkey(&id)?;
        Ok((secret, options))
    }

    /// Ends a sign-in by a passkey alone.
    ///
    /// # Errors
    /// [`SignInError::Refused`] whatever was wrong.
    pub async fn sign_in_with_passkey(
        &self,
        secret: &Secret<String>,
        answer: Value,
        address: Option<IpAddr>,
        agent: &str,
    ) -> Result<NewSession, SignInError> {
        let attempt = Attempt { email: "a passkey", address };
        self.admit_address(attempt).await?;
        let id = stored_id(secret.expose());
        let account = self.take_any_passkey(&id, answer).await?;
        self.inner.pending.close(&id);
        let Some(account) = account else {
            self.write_event(audit::sign_in(Outcome::Refused, None, &amr(&[Method::Passkey])), address)
                .await?;
            return Err(SignInError::Refused);
        };
        self.address_was_right(attempt).await;
        self.begin_session(account, &[Method::Passkey], address, agent).await
    }

    /// Sends a code for the second step.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where the sign-in is over or its account has no such factor; those of sending.
    pub async fn send_second_step(&self, secret: &Secret<String>, method: Method) -> Result<(), FactorError> {
        let id = stored_id(secret.expose());
        let account = self.half_open(&id).await?.ok_or(FactorError::NotFound)?;
        self.send_code(&account, &id, method).await
    }

    /// What to ask the browser for, to take the second step with a passkey.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where the sign-in is over or its account has no passkey.
    pub async fn ask_second_step(&self, secret: &Secret<String>) -> Result<Value, FactorError> {
        let id = stored_id(secret.expose());
        let account = self.half_open(&id).await?.ok_or(FactorError::NotFound)?;
        self.ask_passkey(&account.id, &id).await
    }

    /// What a sign-in that is half done waits for; none where it is over.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn read_half_open(&self, secret: Secret<String>) -> Result<Option<HalfOpen>, Error> {
        let id = stored_id(secret.expose());
        let Some(account) = self.half_open(&id).await? else { return Ok(None) };
        let factors = methods_of(&self.all_factors(&account.id).await?);
        let until = self.inner.pending.with(&id, self.now(), |entry| entry.until);
        Ok(until.map(|until| HalfOpen { secret, factors, until }))
    }

    /// Takes the second step: the session begins.
    ///
    /// # Errors
    /// [`SignInError::Wrong`] where what is shown is not right; [`SignInError::Refused`] where the sign-in is over;
    /// [`SignInError::Wait`].
    pub async fn second_step(
        &self,
        secret: &Secret<String>,
        shown: Shown,
        address: Option<IpAddr>,
    ) -> Result<NewSession, SignInError> {
        let id = stored_id(secret.expose());
        let account = self.half_open(&id).await?.ok_or(SignInError::Refused)?;
        if matches!(shown, Shown::Password(_)) {
            return Err(SignInError::Wrong);
        }
        let Some(method) = self.take(&account, &id, shown, address).await? else {
            self.write_event(audit::sign_in(Outcome::SecondStepRefused, Some(&account.id), &[]), address)
                .await?;
            let first = self.inner.pending.with(&id, self.now(), |entry| entry.shown.first().copied());
            self.tell_of_refusal(&account, first.flatten());
            return Err(SignInError::Wrong);
        };
        let begun =
            self.inner.pending.with(&id, self.now(), |entry| (entry.shown.clone(), entry.agent.clone()));
        let Some((mut methods, agent)) = begun.filter(|_| self.inner.pending.close(&id)) else {
            return Err(SignInError::Refused);
        };
        methods.push(method);
        self.begin_session(account, &methods, address, &agent).await
    }

    /// Sends a code to step up with.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where the account has no such factor; those of sending.
    pub async fn send_step_up(&self, session: &CredentialId, method: Method) -> Result<(), FactorError> {
        let (session, account) = self.in_session(session).await?.ok_or(FactorError::NotFound)?;
        self.send_code(&account, &session.id, method).await
    }

    /// What to ask the browser for, to step up with a passkey.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where the account has none.
    pub async fn ask_step_up(&self, session: &CredentialId) -> Result<Value, FactorError> {
        let (session, account) = self.in_session(session).await?.ok_or(FactorError::NotFound)?;
        self.ask_passkey(&account.id, &session.id).await
    }

    /// Shows once more who one is. The session goes on under a new secret; the old one opens nothing any more.
    ///
    /// # Errors
    /// [`SignInError::Wrong`] where what is shown is not right; [`SignInError::Wait`].
    pub async fn step_up(
        &self,
        session: &CredentialId,
        shown: Shown,
        address: Option<IpAddr>,
    ) -> Result<NewSession, SignInError> {
        let (old, account) = self.in_session(session).await?.ok_or(SignInError::Refused)?;
        let now = self.now();
        let Some(method) = self.take(&account, &old.id, shown, address).await? else {
            self.write_event(audit::sign_in(Outcome::StepUpRefused, Some(&account.id), &[]), address).await?;
            return Err(SignInError::Wrong);
        };
        let (secret, id) = fresh_session(&**self.inner.store.rng());
        let mut anew = Session { id, seen_at: now, ..old.clone() };
        anew.proofs.retain(|proof| proof.method != method);
        anew.proofs.push(Proof { method, at: now });
        let mut batch = Batch::create(anew.resource());
        batch.ops.push(deletion(USER_SESSION, old.id.clone()));
        batch.conditions.push(account.with_another_password()?);
        batch.notes.push(audit::sign_in(Outcome::SteppedUp, Some(&account.id), &amr(&[method])));
        let records = self.inner.store.system("step up").seen_from(&audit::origin(address));
        if !self.was_in_time(records.write(batch).await)? {
            return Err(SignInError::Refused);
        }
        self.inner.pending.close(&old.id);
        self.inner.cache.forget(&CredentialId::Session(old.id));
        Ok(NewSession { secret, session: anew, account })
    }

    /// Leaves a sign-in half open whose `first` step was right, if the account asks for a second.
    pub(crate) async fn half_open_for(
        &self,
        account: &Account,
        first: Method,
        agent: &str,
    ) -> Result<Option<HalfOpen>, Error> {
        let factors = methods_of(&self.all_factors(&account.id).await?);
        if factors.is_empty() {
            return Ok(None);
        }
        let (secret, id) = fresh_session(&**self.inner.store.rng());
        let now = self.now();
        self.inner.pending.open(&id, Some(&account.id), now, |entry| {
            entry.shown = vec![first];
            entry.credential.clone_from(&account.credential);
            agent.clone_into(&mut entry.agent);
        });
        Ok(Some(HalfOpen { secret, factors, until: now + crate::pending::LIFE }))
    }

    /// The account of a half-open sign-in that is not over.
    async fn half_open(&self, id: &str) -> Result<Option<Account>, Error> {
        let begun = self.inner.pending.with(id, self.now(), |entry| {
            let account = entry.account.clone().filter(|_| !entry.shown.is_empty());
            account.map(|account| (account, entry.credential.clone()))
        });
        let Some(Some((account, credential))) = begun else { return Ok(None) };
        let is_as_before = |account: &Account| account.is_active && account.credential == credential;
        Ok(self.account(&account).await?.filter(is_as_before))
    }

    async fn in_session(&self, session: &CredentialId) -> Result<Option<(Session, Account)>, Error> {
        let CredentialId::Session(id) = session else { return Ok(None) };
        let stored = self.inner.store.system("step up").read(USER_SESSION, id).await?;
        let Some(session) = stored.as_ref().map(Session::read).transpose()? else { return Ok(None) };
        Ok(self.account(&session.account).await?.map(|account| (session, account)))
    }

    /// Whether what is shown is right, and as what it counts. A guess is counted before it is looked at.
    async fn take(
        &self,
        account: &Account,
        place: &str,
        shown: Shown,
        address: Option<IpAddr>,
    ) -> Result<Option<Method>, SignInError> {
        let counted_as = match shown {
            Shown::Password(_) => account.email.clone(),
            _ => format!("second step of {}", account.id),
        };
        let attempt = Attempt { email: &counted_as, address };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(SignInError::Wait)?;
        let factors = self.all_factors(&account.id).await?;
        let method = match shown {
            Shown::Password(password) => {
                let hash = Some(account.password_hash.expose().as_str());
                self.inner.passwords.verify(password, hash).await?.then_some(Method::Password)
            }
            Shown::Totp(code) => self.take_totp(&factors, code.expose()).await?.then_some(Method::Totp),
            Shown::Recovery(code) => {
                self.take_recovery_code(&factors, code.expose()).await?.then_some(Method::RecoveryCode)
            }
            Shown::Passkey(answer) => {
                self.take_passkey(&factors, place, answer).await?.then_some(Method::Passkey)
            }
            Shown::Sent(code) => match self.take_sent_code(&account.id, place, code.expose()) {
                Some(sent) => self.sent_code_was_used(&factors, &sent).await?.then_some(sent.method),
                None => None,
            },
        };
        if method.is_some() {
            self.inner.lockout.succeeded(attempt, self.now()).await;
        }
        Ok(method)
    }

    /// Counts an attempt that names no account, by its address alone.
    pub(crate) async fn admit_address(&self, attempt: Attempt<'_>) -> Result<(), SignInError> {
        let Some(address) = attempt.address else { return Ok(()) };
        let counted_as = by_address(attempt.email, address);
        let attempt = Attempt { email: &counted_as, address: Some(address) };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(SignInError::Wait)
    }

    /// Takes back what [`Auth::admit_address`] counted: the attempt was the right one.
    pub(crate) async fn address_was_right(&self, attempt: Attempt<'_>) {
        let Some(address) = attempt.address else { return };
        let counted_as = by_address(attempt.email, address);
        self.inner
            .lockout
            .succeeded(Attempt { email: &counted_as, address: Some(address) }, self.now())
            .await;
    }
}

/// As what an attempt that names no account is counted.
fn by_address(what: &str, address: IpAddr) -> String {
    format!("{what} from {}", household(address))
}
