//! Codes that are sent: six digits by e-mail or by SMS, good for ten minutes, once, where they were asked for.
//!
//! A code lies in memory, as a hash, beside the sign-in or the session that asked for it; it opens nothing elsewhere.

use crate::account::Account;
use crate::audit::{self, Change};
use crate::factor::{Factor, FactorError, MOST_FACTORS};
use crate::lockout::Attempt;
use crate::method::Method;
use crate::outreach::Letter;
use crate::pending::SentCode;
use crate::token::stored_id;
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_core::Rng;

/// ASVS 5.0 6.5.5 and NIST SP 800-63B-4 §3.1.3.1: ten minutes at most.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Six digits guessed at five times: once in 200,000.
const TRIES: u8 = 5;
/// The most digits of a telephone number (ITU-T E.164).
const MOST_DIGITS: usize = 15;
const FEWEST_DIGITS: usize = 8;

impl Auth {
    /// Sends a code to the account's e-mail address or telephone, for the sign-in or session `place`. An earlier one
    /// is no longer good.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] where the account has no such factor; [`FactorError::Wait`] after too many codes;
    /// [`FactorError::Undelivered`] where it could not be sent.
    pub(crate) async fn send_code(
        &self,
        account: &Account,
        place: &str,
        method: Method,
    ) -> Result<(), FactorError> {
        let factors = self.all_factors(&account.id).await?;
        let factor = factors.iter().find(|factor| factor.is_active && factor.method == method);
        let to = factor.and_then(|factor| factor.address.clone()).ok_or(FactorError::NotFound)?;
        self.send_code_to(account, place, method, to).await
    }

    /// Begins to set up codes by e-mail or SMS, by sending a first one. `phone` is needed for SMS alone: e-mail goes to
    /// the address that the account is opened with.
    ///
    /// # Errors
    /// [`FactorError::Address`] where the number is none; and those of sending.
    pub async fn begin_address(
        &self,
        account: &str,
        session: &str,
        method: Method,
        phone: Option<&str>,
    ) -> Result<(), FactorError> {
        let holder = self.holder(account).await?;
        let to = match method {
            Method::EmailCode => holder.email.clone(),
            Method::SmsCode => phone.and_then(normal_phone).ok_or(FactorError::Address)?,
            _ => return Err(FactorError::NotFound),
        };
        if self.factors(account).await?.len() >= MOST_FACTORS {
            return Err(FactorError::TooMany);
        }
        self.send_code_to(&holder, session, method, to).await
    }

    /// Ends the set-up with the code that came. A number or address that was there before is replaced.
    ///
    /// # Errors
    /// [`FactorError::Wrong`] where the code is not right, or no longer.
    pub async fn confirm_address(
        &self,
        account: &str,
        session: &str,
        code: &str,
    ) -> Result<Factor, FactorError> {
        let holder = self.holder(account).await?;
        let attempt = self.admit_code(account).await?;
        let sent = self.take_sent_code(account, session, code).ok_or(FactorError::Wrong)?;
        let before = self.all_factors(account).await?;
        let replaced: Vec<_> = before.into_iter().filter(|factor| factor.method == sent.method).collect();
        self.delete_factors(&replaced).await?;
        let now = self.now();
        let label = if sent.method == Method::SmsCode { "Codes by SMS" } else { "Codes by e-mail" };
        let new = self.new_factor(account, sent.method, label);
        let factor = Factor { address: Some(sent.to), is_active: true, used_at: Some(now), ..new };
        self.create_factor(&factor).await?;
        let change = Change::FactorAdded(sent.method);
        self.write_event(audit::changed(change, account), None).await?;
        self.code_was_right(&attempt).await;
        self.tell_of_change(&holder, change);
        Ok(factor)
    }

    /// The code that was sent for `place`, if this is it. It is good for this once.
    pub(crate) fn take_sent_code(&self, account: &str, place: &str, typed: &str) -> Option<SentCode> {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let now = self.now();
        self.inner.pending.with(place, now, |entry| {
            if entry.account.as_deref() != Some(account) {
                return None;
            }
            let sent = entry.code.as_mut().filter(|sent| sent.until > now && sent.tries_left > 0)?;
            sent.tries_left -= 1;
            if sent.hash == stored_id(&digits) { entry.code.take() } else { None }
        })?
    }

    /// Marks the factor by which a code was sent as used.
    pub(crate) async fn sent_code_was_used(
        &self,
        factors: &[Factor],
        sent: &SentCode,
    ) -> Result<bool, Error> {
        let is_it = |factor: &&Factor| {
            factor.is_active
                && factor.method == sent.method
                && factor.address.as_deref() == Some(sent.to.as_str())
        };
        let Some(factor) = factors.iter().find(is_it) else { return Ok(false) };
        self.use_factor(&Factor { used_at: Some(self.now()), ..factor.clone() }).await
    }

    async fn send_code_to(
        &self,
        account: &Account,
        place: &str,
        method: Method,
        to: String,
    ) -> Result<(), FactorError> {
        let courier = self.inner.outreach.courier(method).ok_or(FactorError::Unavailable)?;
        let counted_as = format!("codes sent to {}", account.id);
        let attempt = Attempt { email: &counted_as, address: None };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(FactorError::Wait)?;
        let code = fresh(self.rng());
        let text = format!(
            "{code} is your code for Salus. It is good for ten minutes. Give it to nobody, whoever asks."
        );
        let letter = Letter { to: to.clone(), subject: "Your code for Salus".to_owned(), text };
        let sent =
            SentCode { method, to, hash: stored_id(&code), until: self.now() + LIFE, tries_left: TRIES };
        self.inner.pending.open(place, Some(&account.id), self.now(), |entry| entry.code = Some(sent));
        courier.send(letter).await.map_err(|cause| {
            tracing::warn!(error = %cause, "a code could not be sent");
            FactorError::Undelivered
        })
    }
}

/// Six digits, each as likely as the other.
fn fresh(rng: &dyn Rng) -> String {
    loop {
        let number = u32::from_be_bytes(rng.bytes::<4>());
        // The numbers above the last full million would make the low codes likelier.
        if number < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// A telephone number in E.164's form: `+`, the country, the number.
pub(crate) fn normal_phone(typed: &str) -> Option<String> {
    let bare: String = typed.chars().filter(|c| !" -()/.".contains(*c)).collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"))?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    (is_number && (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len())).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA};

    #[test]
    fn a_telephone_number_has_one_form() {
        for (typed, expect) in [
            ("+46 70-123 45 67", Some("+46701234567")),
            ("0046701234567", Some("+46701234567")),
            ("+49 (170) 1234567", Some("+491701234567")),
            ("070-123 45 67", None),
            ("+0701234567", None),
            ("+123", None),
            ("+1234567890123456", None),
            ("+46 70 call me", None),
            ("", None),
        ] {
            assert_eq!(normal_phone(typed).as_deref(), expect, "{typed}");
        }
    }

    #[tokio::test]
    async fn asvs_v6_5_5_a_sent_code_is_good_for_ten_minutes() {
        let door = Door::open().await;
        let account = door.with_codes_by_email(MARIA).await;
        for (seconds, expect) in [(599, true), (600, false)] {
            door.auth.send_code(&account, "here", Method::EmailCode).await.unwrap();
            door.clock.advance_seconds(seconds);
            let code = door.last_code();
            assert_eq!(door.auth.take_sent_code(&account.id, "here", &code).is_some(), expect, "{seconds}");
        }
    }

    #[tokio::test]
    async fn asvs_v6_6_2_a_sent_code_opens_only_what_asked_for_it() {
        let door = Door::open().await;
        let account = door.with_codes_by_email(MARIA).await;
        door.auth.send_code(&account, "here", Method::EmailCode).await.unwrap();
        let first = door.last_code();
        assert!(door.auth.take_sent_code(&account.id, "there", &first).is_none(), "another sign-in");
        assert!(door.auth.take_sent_code("somebody", "here", &first).is_none(), "another account");
        door.auth.send_code(&account, "here", Method::EmailCode).await.unwrap();
        let second = door.last_code();
        assert!(
            first == second || door.auth.take_sent_code(&account.id, "here", &first).is_none(),
            "an earlier one"
        );
        assert!(door.auth.take_sent_code(&account.id, "here", &second).is_some());
        assert!(door.auth.take_sent_code(&account.id, "here", &second).is_none(), "it was used");
    }

    #[tokio::test]
    async fn asvs_v6_6_3_a_sent_code_is_dead_after_five_guesses() {
        let door = Door::open().await;
        let account = door.with_codes_by_email(MARIA).await;
        door.auth.send_code(&account, "here", Method::EmailCode).await.unwrap();
        let code = door.last_code();
        for _ in 0..TRIES {
            assert!(door.auth.take_sent_code(&account.id, "here", "not it").is_none());
        }
        assert!(door.auth.take_sent_code(&account.id, "here", &code).is_none());
    }

    #[tokio::test]
    async fn asking_for_code_after_code_is_told_to_wait() {
        let door = Door::open().await;
        let account = door.with_codes_by_email(MARIA).await;
        let mut outcomes = Vec::new();
        for _ in 0..6 {
            let outcome = door.auth.send_code(&account, "here", Method::EmailCode).await;
            outcomes.push(matches!(outcome, Err(FactorError::Wait(_))));
        }
        assert_eq!(outcomes, [false, false, false, false, true, true], "one was sent to set it up");
    }

    #[test]
    fn asvs_v6_5_4_a_sent_code_has_six_random_digits() {
        let rng = salus_core::SeededRng::new(3);
        let codes: Vec<String> = (0..1_000).map(|_| fresh(&rng)).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        let different: std::collections::HashSet<_> = codes.iter().collect();
        assert!(different.len() > 990);
        for digit in '0'..='9' {
            let share = codes.iter().filter(|code| code.starts_with(digit)).count();
            assert!((60..=140).contains(&share), "{digit} comes first {share} times of a thousand");
        }
    }
}
