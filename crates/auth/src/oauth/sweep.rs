//! What is over is thrown away.

use super::client_auth::SpentAssertion;
use super::clients::Invitation;
use super::code::AuthCode;
use super::grant::Grant;
use super::launch::Launch;
use super::pushed::PushedRequest;
use super::shelf::{Filed, Kept, every, write};
use super::token::Token;
use crate::{Auth, Error};
use jiff::SignedDuration;

/// A code or a refresh token that was used is remembered for so long after its end: whoever comes with it again is a thief.
const THIEVES: SignedDuration = SignedDuration::from_hours(24);
const STEP: usize = 200;

impl Auth {
    /// Deletes what is over, and makes the signing keys that are due. Gives how much was deleted.
    pub(crate) async fn sweep_oauth(&self) -> Result<usize, Error> {
        self.rotate_signing_keys().await?;
        let now = self.now();
        let late = now - THIEVES;
        Ok(self.sweep_out::<AuthCode>(|code| code.expires_at <= late).await?
            + self.sweep_out::<Token>(|token| token.expires_at <= late).await?
            + self.sweep_out::<Grant>(|grant| grant.expires_at <= late).await?
            + self.sweep_out::<SpentAssertion>(|spent| spent.expires_at <= now).await?
            + self.sweep_out::<PushedRequest>(|request| request.expires_at <= now).await?
            + self.sweep_out::<Launch>(|launch| launch.expires_at <= now).await?
            + self.sweep_out::<Invitation>(|invitation| invitation.expires_at <= now).await?)
    }

    async fn sweep_out<T: Kept>(&self, is_over: impl Fn(&T) -> bool) -> Result<usize, Error> {
        let records = self.inner.store.system("delete what is over of codes and tokens");
        let all = every::<T>(&records, &[]).await?;
        let over: Vec<_> = all.iter().filter(|filed| is_over(&filed.content)).map(Filed::removal).collect();
        let count = over.len();
        let mut over = over.into_iter().peekable();
        while over.peek().is_some() {
            write(&records, over.by_ref().take(STEP).collect()).await?;
        }
        Ok(count)
    }
}
