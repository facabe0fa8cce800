//! What ended is thrown away: sessions of people who never came back, and tokens and certificates long over.

use crate::api_tokens::{API_TOKEN, ApiToken};
use crate::certificates::{ACCOUNT_CERTIFICATE, AccountCertificate};
use crate::every::every;
use crate::reset::PASSWORD_RESET;
use crate::sessions::{Session, USER_SESSION, deletion, instant};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_store::{Batch, Records, Stored};

/// An API token is shown to its owner for so long after its end: they see why a program stopped.
const TOKENS_SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many are deleted in one transaction.
const STEP: usize = 200;

impl Auth {
    /// Deletes the sessions that ended, and the tokens and certificates that ended a month ago. Gives how many. For every few hours.
    ///
    /// # Errors
    /// Whatever the store says; what was deleted before stays deleted.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let (now, idle) = (self.now(), self.inner.config.idle());
        let records = self.inner.store.system("delete ended sessions and tokens");
        let sessions = sweep(&records, USER_SESSION, |stored| {
            let session = Session::read(stored)?;
            Ok(now >= session.expires_at || now >= session.seen_at + idle)
        });
        let tokens =
            sweep(&records, API_TOKEN, |stored| Ok(now >= ApiToken::read(stored)?.expires_at + TOKENS_SHOWN));
        let certificates = sweep(&records, ACCOUNT_CERTIFICATE, |stored| {
            Ok(now >= AccountCertificate::read(stored)?.expires_at + TOKENS_SHOWN)
        });
        let links = sweep(&records, PASSWORD_RESET, |stored| {
            Ok(instant(&stored.json()?["expiresAt"]).is_none_or(|end| now >= end))
        });
        Ok(sessions.await? + tokens.await? + certificates.await? + links.await? + self.sweep_oauth().await?)
    }
}

async fn sweep(
    records: &Records,
    type_name: &str,
    is_over: impl Fn(&Stored) -> Result<bool, Error>,
) -> Result<usize, Error> {
    let mut over = Vec::new();
    for stored in every(records, type_name, &[]).await? {
        if is_over(&stored)? {
            over.push(stored.id);
        }
    }
    for ids in over.chunks(STEP) {
        let ops = ids.iter().map(|id| deletion(type_name, id.clone())).collect();
        records.write(Batch { ops, ..Batch::default() }).await?;
    }
    Ok(over.len())
}

#[cfg(test)]
mod tests {
    use crate::TokenScope;
    use crate::testing::{Door, MARIA};

    #[tokio::test]
    async fn what_ended_goes_and_what_lives_stays() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        for _ in 0..3 {
            door.sign_in(MARIA).await;
        }
        for days in [1, 100] {
            door.auth.issue_token(&account, "sync", TokenScope::Read, Some(days)).await.unwrap();
        }
        assert_eq!(door.auth.sweep().await.unwrap(), 0);
        door.clock.advance_seconds(1_800);
        let alive = door.sign_in(MARIA).await;
        assert_eq!(door.auth.sweep().await.unwrap(), 0, "signing in had swept the three of this account");
        assert!(door.who(&alive).await.is_some());
        door.clock.advance_seconds(31 * 86_400);
        assert_eq!(door.auth.sweep().await.unwrap(), 2, "the session and the token of one day");
        assert_eq!(door.auth.tokens(&account).await.unwrap().len(), 1);
    }
}
