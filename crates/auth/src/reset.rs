//! A forgotten password: a link by e-mail, good for half an hour and once.
//!
//! Whoever asks is told the same in the same time, whether or not there is such an account: everything that looks at
//! accounts happens behind their back. A new password opens nothing by itself; a second step is asked for as before.

use crate::account::{Account, USER_ACCOUNT, normal_email};
use crate::accounts::AccountError;
use crate::lockout::Attempt;
use crate::method::Method;
use crate::outreach::Letter;
use crate::password_rule;
use crate::sessions::{account_of, deletion, instant};
use crate::sign_in::SignInError;
use crate::token::{fresh_session, stored_id};
use crate::{Auth, Error, FactorError};
use jiff::SignedDuration;
use salus_core::Secret;
use salus_store::{Batch, Expect, Op};
use serde_json::json;
use std::net::IpAddr;

/// The type of a link to a new password. It is internal.
pub(crate) const PASSWORD_RESET: &str = "PasswordReset";

const LIFE: SignedDuration = SignedDuration::from_mins(30);

impl Auth {
    /// Sends a link for a new password, if there is such an account. It is not told whether there is.
    ///
    /// # Errors
    /// [`SignInError::Wait`] after too many of these for the address typed, known or not.
    pub async fn begin_reset(&self, email: &str, address: Option<IpAddr>) -> Result<(), SignInError> {
        let typed = normal_email(email).unwrap_or_default();
        let counted_as = format!("a new password for {typed}");
        let attempt = Attempt { email: &counted_as, address };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(SignInError::Wait)?;
        let auth = self.clone();
        tokio::spawn(async move {
            if let Err(cause) = auth.send_reset(&typed).await {
                tracing::warn!(error = %cause, "a link for a new password could not be made");
            }
        });
        Ok(())
    }

    /// Whether this installation can send such links.
    ///
    /// # Errors
    /// [`FactorError::Unavailable`] where no mail server or no public address is set.
    pub fn can_reset(&self) -> Result<(), FactorError> {
        let mail = self.inner.outreach.courier(Method::EmailCode);
        mail.and(self.inner.config.public_origin.as_ref()).map(|_| ()).ok_or(FactorError::Unavailable)
    }

    /// Sets the password that the holder of a link chose, and ends every session and token.
    ///
    /// # Errors
    /// [`AccountError::NotFound`] where the link is not right, or no longer; [`AccountError::Weak`], and the link is
    /// still good.
    pub async fn end_reset(&self, token: &str, new: Secret<String>) -> Result<(), AccountError> {
        let records = self.inner.store.system("set a forgotten password");
        let stored = records.read(PASSWORD_RESET, &stored_id(token)).await?.ok_or(AccountError::NotFound)?;
        let body = stored.json().map_err(Error::Store)?;
        let account = account_of(&body).ok_or(AccountError::NotFound)?;
        if instant(&body["expiresAt"]).is_none_or(|end| self.now() >= end) {
            return Err(AccountError::NotFound);
        }
        let holder = self.account(&account).await?.filter(|account| account.is_active);
        let Account { email, display_name, .. } = holder.ok_or(AccountError::NotFound)?;
        password_rule::judge(new.expose(), &[&email, &display_name])?;
        let expect = Expect::Version(stored.version);
        let taken = Op::Delete { type_name: PASSWORD_RESET.to_owned(), id: stored.id, expect };
        match records.write(Batch::of(taken)).await {
            Ok(_) => self.reset_password(&account, new, None).await,
            Err(salus_store::Error::Conflict(_) | salus_store::Error::NotFound) => {
                Err(AccountError::NotFound)
            }
            Err(cause) => Err(cause.into()),
        }
    }

    async fn send_reset(&self, email: &str) -> Result<(), Error> {
        let Some(account) = self.account_by_email(email).await?.filter(|account| account.is_active) else {
            return Ok(());
        };
        let origin = self.inner.config.public_origin.as_deref().unwrap_or_default();
        let (secret, id) = fresh_session(&**self.inner.store.rng());
        let records = self.inner.store.system("send a link for a new password");
        let mut batch = Batch::create(json!({
            "resourceType": PASSWORD_RESET,
            "id": id,
            "account": { "reference": format!("{USER_ACCOUNT}/{}", account.id) },
            "expiresAt": (self.now() + LIFE).to_string(),
        }));
        for earlier in crate::sessions::owned(&records, PASSWORD_RESET, &account.id).await? {
            batch.ops.push(deletion(PASSWORD_RESET, earlier.id));
        }
        records.write(batch).await?;
        let text = format!(
            "Hello {},\n\nhere you choose a new password for Salus, within the next half hour:\n\n\
             {origin}/new-password#{}\n\nDid you not ask for this? Then leave it; nothing was changed.\n",
            account.display_name,
            secret.expose()
        );
        let subject = "A new password for Salus".to_owned();
        self.inner.outreach.post(Letter { to: account.email, subject, text });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA, PASSWORD, secret};

    const NEW: &str = "lantern orchard quietly moving";

    async fn link(door: &Door) -> String {
        let before = door.mailbox.letters().len();
        door.auth.begin_reset(MARIA, None).await.unwrap();
        let letters = door.mailbox.wait_for(before + 1).await;
        let text = letters.last().unwrap().text.clone();
        let (_, rest) = text.split_once("/new-password#").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn asvs_v6_4_3_a_link_sets_a_password_once_and_no_second_step_is_left_out() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        door.with_totp(&account).await;
        door.mailbox.wait_for(1).await;
        let token = link(&door).await;
        assert!(matches!(door.auth.end_reset(&token, secret("short")).await, Err(AccountError::Weak(_))));
        door.auth.end_reset(&token, secret(NEW)).await.unwrap();
        assert!(matches!(door.auth.end_reset(&token, secret(NEW)).await, Err(AccountError::NotFound)));
        assert!(door.who(&session).await.is_none(), "every session ended");
        assert!(door.try_sign_in(MARIA, PASSWORD).await.is_err());
        let opening = door.open_with(MARIA, NEW).await.unwrap();
        assert!(matches!(opening, crate::Opening::HalfOpen(_)), "the second step is still asked for");
    }

    #[tokio::test]
    async fn a_link_ends_after_half_an_hour_and_with_the_next() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let first = link(&door).await;
        let second = link(&door).await;
        assert!(door.auth.end_reset(&first, secret(NEW)).await.is_err(), "replaced");
        door.clock.advance_seconds(1_800);
        assert!(door.auth.end_reset(&second, secret(NEW)).await.is_err(), "too late");
        assert!(door.auth.end_reset("made up", secret(NEW)).await.is_err());
    }

    #[tokio::test]
    async fn asvs_v6_3_8_asking_for_a_link_does_not_tell_whether_there_is_an_account() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let mut answers = Vec::new();
        for email in [MARIA, "nobody@example.org"] {
            for _ in 0..7 {
                answers.push(door.auth.begin_reset(email, None).await.is_ok());
            }
        }
        assert_eq!(answers[..7], answers[7..]);
        assert_eq!(answers[..7], [true, true, true, true, true, false, false]);
    }
}
