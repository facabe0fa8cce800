//! Telling the holder of an account, by e-mail, what was changed about signing in, and what was tried.

use crate::Auth;
use crate::account::Account;
use crate::audit::Change;
use crate::factor::normal_phone;
use crate::method::Method;
use crate::outreach::{Channel, Letter, OutreachError};

impl Auth {
    /// By what this installation reaches people outside of Salus; nothing where the operator set nothing up.
    pub fn channels(&self) -> Vec<Channel> {
        Channel::ALL.into_iter().filter(|channel| self.inner.outreach.by(*channel).is_some()).collect()
    }

    /// Sends somebody a message, and ends when it was taken. The subject is not for SMS. What is sent leaves Salus: it
    /// must hold no health data.
    ///
    /// # Errors
    /// Whether trying again helps, and why it was not taken.
    pub async fn send(
        &self,
        channel: Channel,
        to: &str,
        subject: &str,
        text: &str,
    ) -> Result<(), OutreachError> {
        let to = match channel {
            Channel::Email => to.to_owned(),
            Channel::Sms => normal_phone(to).ok_or_else(|| {
                OutreachError::Never("the telephone number is not written with its country".to_owned())
            })?,
        };
        let courier = self.inner.outreach.by(channel).ok_or_else(|| {
            OutreachError::Again(format!("this Salus is not set up to send {}", channel.words()))
        })?;
        courier.send(Letter { to, subject: subject.to_owned(), text: text.to_owned() }).await
    }

    /// Tells of a change, where e-mail is set up.
    pub(crate) fn tell_of_change(&self, account: &Account, change: Change) {
        let what = change.words();
        let text = format!(
            "Hello {},\n\n{what} for your Salus account.\n\nWas it not you? {ASK}\n",
            account.display_name
        );
        self.tell(account, "A change to how you sign in to Salus", text);
    }

    /// Tells that somebody took the first step, by the password unless said otherwise, and not the second.
    pub(crate) fn tell_of_refusal(&self, account: &Account, first: Option<Method>) {
        let (subject, with, advice) = match first {
            Some(Method::Federated) => (
                "Somebody signed in to Salus as you elsewhere",
                "through another provider",
                "Change your password there: somebody knows it.",
            ),
            _ => (
                "Somebody knows your Salus password",
                "with your password",
                "Change your password: somebody knows it.",
            ),
        };
        let text = format!(
            "Hello {},\n\nSomebody signed in to your Salus account {with}, and then failed at the second step. \
             Nothing was opened.\n\nWas it not you? {advice} {ASK}\n",
            account.display_name
        );
        self.tell(account, subject, text);
    }

    fn tell(&self, account: &Account, subject: &str, text: String) {
        self.inner.outreach.post(Letter { to: account.email.clone(), subject: subject.to_owned(), text });
    }
}

const ASK: &str =
    "Sign in, look at your places and second steps under Me, and ask the person who runs this Salus.";

#[cfg(test)]
mod tests {
    use crate::testing::{Door, MARIA, PASSWORD, secret};

    #[tokio::test]
    async fn asvs_v6_3_7_the_holder_hears_of_every_change_to_how_they_sign_in() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let app = door.with_totp(&account).await;
        door.mailbox.wait_for(1).await;
        door.auth.new_recovery_codes(&account).await.unwrap();
        door.mailbox.wait_for(2).await;
        door.auth.remove_factor(&account, &app.id).await.unwrap();
        door.mailbox.wait_for(3).await;
        let new = secret("teapot gravel onward");
        door.auth.change_password(&account, secret(PASSWORD), new, None).await.unwrap();
        let letters = door.mailbox.wait_for(4).await;
        for (letter, words) in letters.iter().zip([
            "An authenticator app was added",
            "New recovery codes",
            "An authenticator app was removed",
            "The password was changed",
        ]) {
            assert!(letter.to == MARIA && letter.text.contains(words), "{words}: {}", letter.text);
        }
    }

    #[tokio::test]
    async fn asvs_v6_3_5_the_holder_hears_that_somebody_knows_their_password() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        door.with_totp(&account).await;
        let half = door.half_open(MARIA).await;
        let wrong = crate::Shown::Totp(secret("000000"));
        assert!(door.auth.second_step(&half.secret, wrong, None).await.is_err());
        let letters = door.mailbox.wait_for(2).await;
        let hears = letters.iter().any(|letter| letter.text.contains("failed at the second"));
        assert!(hears, "{}", letters.iter().map(|letter| letter.text.as_str()).collect::<String>());
    }
}
