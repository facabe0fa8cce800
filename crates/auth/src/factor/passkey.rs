//! Passkeys (WebAuthn Level 3): a key that a device keeps, and lets be used only by whom it knows.
//!
//! A passkey is made discoverable and with user verification, so that it is a second step as well as all there is to
//! a sign-in. Nothing is attested. `webauthn-rs` draws its challenges from the system's generator itself.

use crate::account::Account;
use crate::audit::{self, Change};
use crate::factor::{Factor, FactorError, MOST_FACTORS, label_of};
use crate::method::Method;
use crate::pending::Question;
use crate::{Auth, Error};
use salus_core::Secret;
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// Where the browser runs, and so for which host passkeys are made; none where that host cannot have any (an address
/// in numbers).
pub(crate) fn relying_party(public_origin: Option<&str>) -> Option<Webauthn> {
    let is_local = public_origin.is_none();
    let origin = Url::parse(public_origin.unwrap_or("http://localhost")).ok()?;
    let host = origin.domain()?.to_owned();
    let builder = WebauthnBuilder::new(&host, &origin).ok()?.rp_name("Salus");
    // Without a public origin Salus is tried out on this machine, at whatever port.
    builder.allow_any_port(is_local).build().ok()
}

impl Auth {
    /// What to ask the browser (`navigator.credentials.create`) for a new passkey of the account.
    ///
    /// # Errors
    /// [`FactorError::Unavailable`] where this installation's address cannot have passkeys; [`FactorError::TooMany`].
    pub async fn begin_passkey(&self, account: &str, session: &str) -> Result<Value, FactorError> {
        let holder = self.holder(account).await?;
        let factors = self.all_factors(account).await?;
        if factors.iter().filter(|factor| factor.is_active).count() >= MOST_FACTORS {
            return Err(FactorError::TooMany);
        }
        let known = passkeys(&factors)?.into_iter().map(|(_, passkey)| passkey.cred_id().clone()).collect();
        let id =
            Uuid::parse_str(account).map_err(|_| Error::Broken("an account's id is no UUID".to_owned()))?;
        let asked =
            self.webauthn()?.start_passkey_registration(id, &holder.email, &holder.display_name, Some(known));
        let (options, state) = asked.map_err(unexpected)?;
        let mut options = serde_json::to_value(options).map_err(unexpected)?;
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
        self.inner
            .pending
            .open(session, Some(account), self.now(), |entry| entry.question = Some(Question::Make(state)));
        Ok(options)
    }

    /// Takes the browser's answer: from now on the passkey opens the account.
    ///
    /// # Errors
    /// [`FactorError::Wrong`] where it does not answer what was asked; [`FactorError::Label`].
    pub async fn finish_passkey(
        &self,
        account: &str,
        session: &str,
        label: &str,
        answer: Value,
    ) -> Result<Factor, FactorError> {
        let holder = self.holder(account).await?;
        let label = label_of(label)?;
        let question = self.inner.pending.with(session, self.now(), |entry| {
            let is_theirs = entry.account.as_deref() == Some(account);
            entry.question.take_if(|question| is_theirs && matches!(question, Question::Make(_)))
        });
        let Some(Some(Question::Make(state))) = question else { return Err(FactorError::Wrong) };
        let answer: RegisterPublicKeyCredential =
            serde_json::from_value(answer).map_err(|_| FactorError::Wrong)?;
        let passkey = self.webauthn()?.finish_passkey_registration(&answer, &state).map_err(refused)?;
        if self.is_known(&passkey, account).await? {
            return Err(FactorError::Wrong);
        }
        let new = self.new_factor(account, Method::Passkey, &label);
        let factor = Factor { secret: Some(written(&passkey)?), is_active: true, ..new };
        self.create_factor(&factor).await?;
        let change = Change::FactorAdded(Method::Passkey);
        self.write_event(audit::changed(change, account), None).await?;
        self.tell_of_change(&holder, change);
        Ok(factor)
    }

    /// What to ask the browser (`navigator.credentials.get`) for one of the account's passkeys.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where it has none.
    pub(crate) async fn ask_passkey(&self, account: &str, place: &str) -> Result<Value, FactorError> {
        let passkeys: Vec<Passkey> =
            passkeys(&self.all_factors(account).await?)?.into_iter().map(|(_, key)| key).collect();
        if passkeys.is_empty() {
            return Err(FactorError::NotFound);
        }
        let (options, state) =
            self.webauthn()?.start_passkey_authentication(&passkeys).map_err(unexpected)?;
        let question = Question::Show(state);
        self.inner.pending.open(place, Some(account), self.now(), |entry| entry.question = Some(question));
        serde_json::to_value(options).map_err(unexpected)
    }

    /// What to ask the browser for any passkey of this site: the passkey tells whose it is.
    ///
    /// # Errors
    /// [`FactorError::Unavailable`].
    pub(crate) fn ask_any_passkey(&self, place: &str) -> Result<Value, FactorError> {
        let (mut options, state) =
            self.webauthn()?.start_discoverable_authentication().map_err(unexpected)?;
        options.mediation = None;
        let question = Question::ShowAny(state);
        self.inner.pending.open(place, None, self.now(), |entry| entry.question = Some(question));
        serde_json::to_value(options).map_err(unexpected)
    }

    /// Takes the answer of one of the account's passkeys to what `place` asked.
    pub(crate) async fn take_passkey(
        &self,
        factors: &[Factor],
        place: &str,
        answer: Value,
    ) -> Result<bool, Error> {
        let question = self.inner.pending.with(place, self.now(), |entry| {
            entry.question.take_if(|question| matches!(question, Question::Show(_)))
        });
        let Some(Some(Question::Show(state))) = question else { return Ok(false) };
        let Ok(answer) = serde_json::from_value::<PublicKeyCredential>(answer) else { return Ok(false) };
        let Some(webauthn) = &self.inner.webauthn else { return Ok(false) };
        match webauthn.finish_passkey_authentication(&answer, &state) {
            Ok(shown) => self.passkey_was_used(factors, &shown).await,
            Err(cause) => {
                tracing::info!(error = %cause, "a passkey's answer was refused");
                Ok(false)
            }
        }
    }

    /// Whose passkey answers what `place` asked of any; none where it is not right.
    pub(crate) async fn take_any_passkey(
        &self,
        place: &str,
        answer: Value,
    ) -> Result<Option<Account>, Error> {
        let question = self.inner.pending.with(place, self.now(), |entry| {
            entry.question.take_if(|question| matches!(question, Question::ShowAny(_)))
        });
        let Some(Some(Question::ShowAny(state))) = question else { return Ok(None) };
        let Ok(answer) = serde_json::from_value::<PublicKeyCredential>(answer) else { return Ok(None) };
        let Some(webauthn) = &self.inner.webauthn else { return Ok(None) };
        let Ok((id, key)) = webauthn.identify_discoverable_authentication(&answer) else { return Ok(None) };
        let Some(account) = self.account(&id.to_string()).await?.filter(|account| account.is_active) else {
            return Ok(None);
        };
        let factors = self.all_factors(&account.id).await?;
        let known = passkeys(&factors)?.into_iter().find(|(_, passkey)| passkey.cred_id()[..] == *key);
        let Some((_, passkey)) = known else { return Ok(None) };
        match webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey) {
            Ok(shown) => Ok(self.passkey_was_used(&factors, &shown).await?.then_some(account)),
            Err(cause) => {
                tracing::info!(error = %cause, "a passkey's answer was refused");
                Ok(None)
            }
        }
    }

    /// Writes down the passkey's counter; `false` where another request was first with it.
    async fn passkey_was_used(
        &self,
        factors: &[Factor],
        shown: &AuthenticationResult,
    ) -> Result<bool, Error> {
        for (factor, mut passkey) in passkeys(factors)? {
            let Some(_) = passkey.update_credential(shown) else { continue };
            let used =
                Factor { used_at: Some(self.now()), secret: Some(written(&passkey)?), ..factor.clone() };
            return self.use_factor(&used).await;
        }
        Ok(false)
    }

    /// Whether this very passkey is registered already, which honest devices never do (WebAuthn §7.1, step 26).
    async fn is_known(&self, passkey: &Passkey, account: &str) -> Result<bool, Error> {
        let factors = self.all_factors(account).await?;
        Ok(passkeys(&factors)?.iter().any(|(_, known)| known.cred_id() == passkey.cred_id()))
    }

    fn webauthn(&self) -> Result<&Webauthn, FactorError> {
        self.inner.webauthn.as_ref().ok_or(FactorError::Unavailable)
    }
}

fn passkeys(factors: &[Factor]) -> Result<Vec<(&Factor, Passkey)>, Error> {
    let mut read = Vec::new();
    for factor in factors.iter().filter(|factor| factor.is_active && factor.method == Method::Passkey) {
        let passkey = factor.secret.as_ref().and_then(|text| serde_json::from_str(text.expose()).ok());
        read.push((factor, passkey.ok_or_else(|| Error::Broken("a passkey cannot be read".to_owned()))?));
    }
    Ok(read)
}

fn written(passkey: &Passkey) -> Result<Secret<String>, Error> {
    serde_json::to_string(passkey).map(Secret::new).map_err(|cause| Error::Broken(cause.to_string()))
}

fn unexpected(cause: impl std::fmt::Display) -> FactorError {
    FactorError::Other(Error::Broken(format!("a passkey could not be asked for: {cause}")))
}

fn refused(cause: webauthn_rs::prelude::WebauthnError) -> FactorError {
    tracing::info!(error = %cause, "a new passkey was refused");
    FactorError::Wrong
}
